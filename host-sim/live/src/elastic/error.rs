//! Why Elasticsearch takes no documents.

/// Why it is of no use to go on.
#[derive(Debug, thiserror::Error)]
pub enum ElasticError {
    /// Give other credentials.
    #[error("Elasticsearch does not know the credentials (401): {0}; give an `api_key`, or `username` and `password`, that are valid")]
    Unauthorized(String),
    /// Give them more privileges.
    #[error("a privilege is missing (403): {0}; whoever signs in needs `create_doc` and `auto_configure` on {1}")]
    Forbidden(String, String),
    /// Mend the template, its pipeline, or the setting.
    #[error("Elasticsearch takes no documents for this data stream ({1}): {0}; mend its index template or the `pipeline` that is named")]
    Unready(String, u16),
    /// Something else answers, or something stands between.
    #[error("what answers is not as Elasticsearch answers ({1}): {0}; look at `hosts` and `proxy`")]
    Strange(String, u16),
    /// Mend the configuration.
    #[error("cannot send to Elasticsearch: {0}")]
    Setup(String),
}

impl ElasticError {
    /// From what is said of one document and would be said of all.
    pub(super) fn of_all(status: u16, reason: String) -> Self {
        match status {
            401 => Self::Unauthorized(reason),
            403 => Self::Forbidden(reason, "the data streams".into()),
            _ => Self::Unready(reason, status),
        }
    }

    /// With the data streams that privileges are needed on.
    pub(super) fn on(self, streams: &str) -> Self {
        match self {
            Self::Forbidden(reason, _) => Self::Forbidden(reason, streams.to_owned()),
            other => other,
        }
    }
}
