//! What a host would do, in a few lines for people.

use std::fmt;

use super::event_hub::{HubAccess, HubTransport, Start};
use super::units::{shown_duration, shown_size};
use super::{Config, Credential, Input, Output, Source, StdoutShape};

/// First requests that are shown of an input.
const SHOWN_REQUESTS: usize = 3;

impl fmt::Display for Config {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for input in &self.inputs {
            write_input(formatter, input, &self.namespace)?;
        }
        write_output(formatter, &self.output)?;
        match self.monitoring {
            Some(address) => writeln!(formatter, "monitoring: http://{address}/metrics"),
            None => writeln!(formatter, "monitoring: off"),
        }
    }
}

fn write_input(formatter: &mut fmt::Formatter<'_>, input: &Input, namespace: &str) -> fmt::Result {
    writeln!(formatter, "input {}", input.id)?;
    match &input.source {
        Source::Poll(poll) => {
            let every = shown_duration(poll.every);
            writeln!(
                formatter,
                "  polls every {every}, {} requests at once, {} a second after the first {}",
                poll.at_once, poll.requests_per_second, poll.burst
            )?;
            for url in input.asks.iter().take(SHOWN_REQUESTS) {
                writeln!(formatter, "  begins with GET {url}")?;
            }
            if input.asks.len() > SHOWN_REQUESTS {
                writeln!(formatter, "  and {} more", input.asks.len() - SHOWN_REQUESTS)?;
            }
        }
        Source::EventHub(hub) => {
            let transport = match hub.transport {
                HubTransport::Amqp => "AMQP",
                HubTransport::WebSocket => "AMQP over WebSocket",
            };
            writeln!(formatter, "  receives from the hub {} of {} by {transport}, consumer group {}", hub.hub, hub.access.host(), hub.consumer_group)?;
            let start = match hub.start {
                Start::Earliest => "the oldest message".to_owned(),
                Start::Latest => "the next message".to_owned(),
                Start::Time(time) => format!("messages of {}", chrono::DateTime::from_timestamp_millis(time).map(|time| time.to_rfc3339()).unwrap_or_default()),
                Start::SequenceNumber(number) => format!("message {number}"),
            };
            match &hub.checkpoints {
                Some(checkpoints) => writeln!(formatter, "  keeps checkpoints in the container {} of {}", checkpoints.container, checkpoints.storage_account)?,
                None => writeln!(formatter, "  keeps checkpoints in its state, for this process alone")?,
            }
            writeln!(formatter, "  begins where there is none with {start}")?;
        }
    }
    write_login(formatter, input)?;
    for dataset in &input.datasets {
        writeln!(formatter, "  may write to logs-{dataset}-{namespace}")?;
    }
    Ok(())
}

fn write_login(formatter: &mut fmt::Formatter<'_>, input: &Input) -> fmt::Result {
    match (&input.source, &input.azure) {
        (Source::EventHub(hub), _) if matches!(hub.access, HubAccess::ConnectionString { .. }) => writeln!(formatter, "  signs in with a connection string"),
        (_, Some(azure)) => match azure.credential {
            Credential::ManagedIdentity { .. } | Credential::AzureCli { .. } => {
                writeln!(formatter, "  signs in with {}, cloud {}", azure.credential.name(), azure.cloud.names().name)
            }
            _ => writeln!(formatter, "  signs in with {} at {}", azure.credential.name(), azure.authority.as_str().trim_end_matches('/')),
        },
        _ => Ok(()),
    }
}

fn write_output(formatter: &mut fmt::Formatter<'_>, output: &Output) -> fmt::Result {
    match output {
        Output::Elasticsearch(elasticsearch) => {
            let hosts: Vec<&str> = elasticsearch.hosts.iter().map(|host| host.as_str().trim_end_matches('/')).collect();
            let (bytes, documents) = (shown_size(elasticsearch.bulk_bytes), elasticsearch.bulk_documents);
            writeln!(
                formatter,
                "output elasticsearch\n  {}\n  at most {documents} documents or {bytes} a request, {} requests at once",
                hosts.join(", "),
                elasticsearch.workers
            )
        }
        Output::File(file) => {
            let rotation = match file.rotate {
                Some(rotate) => format!("rotated at {}, {} kept", shown_size(rotate), file.keep),
                None => "never rotated".to_owned(),
            };
            let folder = file.folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            writeln!(formatter, "output file\n  one for each data set in the folder {folder}, {rotation}")
        }
        Output::Stdout(StdoutShape::Bare) => writeln!(formatter, "output stdout\n  a document a line"),
        Output::Stdout(StdoutShape::Envelope) => writeln!(formatter, "output stdout\n  a document a line, with its id and data set"),
    }
}
