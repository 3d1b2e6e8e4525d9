//! Where the documents of all inputs go, as the configuration says.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use host_sim_runtime::flow::{Bounds, BoxedError, Sink, StopSignal};

use crate::config::{Output, StdoutShape};
use crate::elastic::{self, Agent, Cluster, ElasticError, ElasticSink, Labels};
use crate::files::{Files, Stdout};

/// A stream that several threads write to.
#[derive(Clone)]
pub struct Stream(Arc<Mutex<dyn Write + Send>>);

impl Stream {
    /// A stream, such as standard output.
    pub fn new(stream: impl Write + Send + 'static) -> Self {
        Self(Arc::new(Mutex::new(stream)))
    }
}

impl std::fmt::Debug for Stream {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Stream")
    }
}

/// Where documents go.
#[derive(Debug)]
pub struct Outlet {
    kind: Kind,
    namespace: String,
    agent: Agent,
}

#[derive(Debug)]
enum Kind {
    Elastic(Arc<Cluster>),
    Files(Arc<Files>),
    Stdout(Stream, StdoutShape),
}

/// Why there is nowhere for documents to go.
#[derive(Debug, thiserror::Error)]
pub enum OutletError {
    /// Mend the configuration.
    #[error(transparent)]
    Elastic(#[from] ElasticError),
    /// Mend the folder.
    #[error("cannot use the folder of `output.file`: {0}")]
    Files(#[source] io::Error),
}

impl Outlet {
    /// Sets it up. Nothing is sent yet.
    pub fn open(output: &Output, namespace: &str, agent: Agent, stdout: Stream) -> Result<Self, OutletError> {
        let kind = match output {
            Output::Elasticsearch(settings) => Kind::Elastic(Arc::new(Cluster::new((**settings).clone())?)),
            Output::File(settings) => Kind::Files(Arc::new(Files::new(settings.clone()).map_err(OutletError::Files)?)),
            Output::Stdout(shape) => Kind::Stdout(stdout, *shape),
        };
        Ok(Self { kind, namespace: namespace.to_owned(), agent })
    }

    /// A sink for the documents of an input; `datasets` are the names of its component's data sets, in their order.
    pub fn sink(&self, datasets: &[String], input_type: &str, stop: StopSignal) -> Result<Box<dyn Sink + Send>, BoxedError> {
        Ok(match &self.kind {
            Kind::Elastic(cluster) => {
                let labels = Labels { input_type: input_type.to_owned(), agent: self.agent.clone() };
                Box::new(ElasticSink::new(Arc::clone(cluster), datasets, &self.namespace, &labels, stop))
            }
            Kind::Files(files) => Box::new(files.sink(datasets.to_vec())?),
            Kind::Stdout(stream, shape) => Box::new(Stdout::new(Arc::clone(&stream.0), *shape, datasets.to_vec())),
        })
    }

    /// How much is under way to it.
    pub fn bounds(&self) -> Bounds {
        match &self.kind {
            Kind::Elastic(cluster) => elastic::bounds(cluster.settings()),
            Kind::Files(_) | Kind::Stdout(..) => Bounds::DEFAULT,
        }
    }

    /// Why documents wait, if they do, in words for people.
    pub fn trouble(&self) -> Option<String> {
        match &self.kind {
            Kind::Elastic(cluster) => cluster.trouble().map(|why| format!("documents wait: {why}")),
            Kind::Files(files) => files.trouble(),
            Kind::Stdout(..) => None,
        }
    }

    /// The cluster, if it is one.
    pub fn cluster(&self) -> Option<&Cluster> {
        match &self.kind {
            Kind::Elastic(cluster) => Some(cluster),
            Kind::Files(_) | Kind::Stdout(..) => None,
        }
    }

    /// Whether what is written is lost once whoever reads it has gone.
    pub(crate) fn is_stream(&self) -> bool {
        matches!(self.kind, Kind::Stdout(..))
    }
}
