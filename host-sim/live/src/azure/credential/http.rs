//! Our client as `azure_core` wants one, so that tokens are asked for with what the configuration trusts and through its proxy.

use async_trait::async_trait;
use azure_core::Error;
use azure_core::error::ErrorKind;
use azure_core::http::headers::{HeaderName, HeaderValue, Headers};
use azure_core::http::{AsyncRawResponse, Body, HttpClient, Request};
use reqwest::{Client, Method};

use crate::azure::body::Body as Limited;
use crate::text::chain;

/// No token is longer.
const LONGEST: u64 = 1 << 20;

/// Sends what `azure_identity` asks for.
#[derive(Debug, Clone)]
pub(super) struct TokenClient(pub(super) Client);

#[async_trait]
impl HttpClient for TokenClient {
    async fn execute_request(&self, request: &Request) -> azure_core::Result<AsyncRawResponse> {
        let method = Method::from_bytes(request.method().as_ref().as_bytes()).unwrap_or(Method::GET);
        let mut sent = self.0.request(method, request.url().clone());
        for (name, value) in request.headers().iter() {
            sent = sent.header(name.as_str(), value.as_str());
        }
        match request.body() {
            Body::Bytes(bytes) => sent = sent.body(bytes.clone()),
            Body::SeekableStream(_) => return Err(failed(ErrorKind::Other, "a request for a token is no stream")),
        }
        let mut response = sent.send().await.map_err(network)?;
        let status = response.status().as_u16();
        let mut headers = Headers::new();
        for (name, value) in response.headers() {
            if let Ok(value) = value.to_str() {
                headers.insert(HeaderName::from(name.as_str().to_owned()), HeaderValue::from(value.to_owned()));
            }
        }
        // None was asked for.
        let mut body = Limited::new("", LONGEST).map_err(|error| failed(ErrorKind::Other, &error.to_string()))?;
        while let Some(chunk) = response.chunk().await.map_err(network)? {
            body.push(&chunk).map_err(|error| failed(ErrorKind::DataConversion, &error.to_string()))?;
        }
        let body = body.finish().map_err(|error| failed(ErrorKind::DataConversion, &error.to_string()))?;
        Ok(AsyncRawResponse::from_bytes(status.into(), headers, body))
    }
}

/// The text has the host, and no more of the address.
fn network(error: reqwest::Error) -> Error {
    let host = error.url().and_then(|url| url.host_str()).unwrap_or("the server").to_owned();
    let kind = if error.is_connect() { ErrorKind::Connection } else { ErrorKind::Io };
    failed(kind, &format!("`{host}`: {}", chain(&error.without_url())))
}

fn failed(kind: ErrorKind, text: &str) -> Error {
    Error::with_message(kind, text.to_owned())
}
