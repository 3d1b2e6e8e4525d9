//! A policy of Elastic Agent with its integration `microsoft_defender_cloud`, said as a configuration of this host.

mod hub;
mod policy;
mod polled;
mod written;

use self::policy::Part;
use self::written::Written;
use super::report::Report;
use super::yaml;

/// The data sets of the integration that are collected.
const ASSESSMENT: &str = "microsoft_defender_cloud.assessment";
const EVENT: &str = "microsoft_defender_cloud.event";

/// What a policy comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FromElastic {
    /// The configuration.
    pub text: String,
    /// Variables that have to be set, each with what it is; no secret of the policy is in the text.
    pub variables: Vec<(String, &'static str)>,
    /// What the policy says and this host does not do, or does otherwise.
    pub remarks: Vec<String>,
}

/// Says a policy as a configuration. Secrets become references to variables, whatever stood there; what is no secret is written so that `${` stays text.
pub fn from_elastic(bytes: &[u8]) -> Result<FromElastic, String> {
    let report = Report::default();
    let node = yaml::parse(bytes, &report);
    if let Some(problem) = report.sorted().into_iter().next() {
        return Err(format!("line {}: {}", problem.place.line, problem.text));
    }
    let policy = Part::of(&node.ok_or("the file says nothing")?);
    let mut written = Written::default();
    let mut inputs = Vec::new();
    for input in policy.list("inputs") {
        let kind = input.text("type").unwrap_or_default();
        for stream in input.list("streams") {
            let dataset = stream.text("data_stream.dataset").unwrap_or_default();
            match (kind.as_str(), dataset.as_str()) {
                ("cel", ASSESSMENT) => inputs.push((input.clone(), polled::input(&stream, inputs.len(), &mut written))),
                ("azure-eventhub", EVENT) => inputs.push((input.clone(), hub::input(&stream, inputs.len(), &mut written))),
                _ if dataset.starts_with("microsoft_defender_cloud.") => written.remark(format!("the stream `{dataset}` of an input `{kind}` is not known")),
                _ => {}
            }
        }
    }
    let Some((first, _)) = inputs.first() else {
        return Err("it has no stream of the integration `microsoft_defender_cloud`: an input `cel` or `azure-eventhub` with one of its data sets".to_owned());
    };
    let namespace = first.text("data_stream.namespace").filter(|namespace| namespace != "default");
    let name = first.text("use_output").unwrap_or_else(|| "default".to_owned());
    let output = output(&policy, &name, &mut written);
    let mut text = String::from("# Made of a policy of Elastic Agent. Look at it with `host-sim check`, and try it with `host-sim doctor`.\n");
    if let Some(namespace) = namespace {
        text.push_str(&format!("namespace: {}\n", written::scalar(&namespace)));
    }
    text.push_str("inputs:\n");
    inputs.iter().for_each(|(_, input)| text.push_str(input));
    text.push_str(&output);
    let Written { variables, remarks } = written;
    Ok(FromElastic { text, variables, remarks })
}

fn output(policy: &Part, name: &str, written: &mut Written) -> String {
    let output = policy.part("outputs").part(name);
    let hosts = output.texts("hosts");
    if output.text("type").as_deref() != Some("elasticsearch") || hosts.is_empty() {
        written.remark(format!("the output `{name}` is not one to Elasticsearch that the policy tells of, so documents go into files"));
        return "output:\n  file: { folder: out }\n".to_owned();
    }
    let mut text = String::from("output:\n  elasticsearch:\n");
    let hosts: Vec<String> = hosts.iter().map(|host| written::scalar(&with_port(host))).collect();
    text.push_str(&format!("    hosts: [{}]\n", hosts.join(", ")));
    if output.has("api_key") {
        text.push_str(&format!("    api_key: {}\n", written.secret("ELASTIC_API_KEY", "the API key of the output")));
    } else if let Some(username) = output.text("username") {
        text.push_str(&format!("    username: {}\n", written::scalar(&username)));
        text.push_str(&format!("    password: {}\n", written.secret("ELASTIC_PASSWORD", "the password of the output's user")));
    }
    if let Some(fingerprint) = output.text("ssl.ca_trusted_fingerprint") {
        text.push_str(&format!("    ca_fingerprint: {}\n", written::scalar(&fingerprint)));
    }
    if let Some(file) = output.texts("ssl.certificate_authorities").into_iter().next() {
        text.push_str(&format!("    ca_file: {}\n", written::scalar(&file)));
    }
    // The integration's own templates name a pipeline that takes apart what is taken apart already.
    text.push_str("    pipeline: _none\n");
    text
}

/// Elastic's own default port, where a host says none.
fn with_port(host: &str) -> String {
    let rest = host.split_once("://").map_or(host, |(_, rest)| rest);
    let authority = rest.split('/').next().unwrap_or_default();
    let has_port = authority.rsplit_once(':').is_some_and(|(_, port)| !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()));
    let host = if host.contains("://") { host.to_owned() } else { format!("http://{host}") };
    if has_port || rest.contains('/') { host } else { format!("{host}:9200") }
}

#[cfg(test)]
mod tests {
    use super::with_port;

    #[test]
    fn a_host_without_a_port_is_at_9200() {
        for (host, expected) in [
            ("https://a.test", "https://a.test:9200"),
            ("https://a.test:443", "https://a.test:443"),
            ("a.test", "http://a.test:9200"),
            ("https://a.test/path", "https://a.test/path"),
        ] {
            assert_eq!(with_port(host), expected);
        }
    }
}
