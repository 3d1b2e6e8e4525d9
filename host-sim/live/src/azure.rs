//! Azure REST: signs in, and sends what a component asks for. All that leaves for Azure leaves through here.

mod body;
mod client;
mod credential;
mod gate;
mod pace;
mod patience;
mod recorder;
mod resolver;
mod sender;
mod trace;
mod transport;
mod watch;

pub use self::client::ClientError;
pub(crate) use self::credential::provider;
pub use self::credential::{SignIn, SignInError};
pub use self::patience::Patience;
pub use self::recorder::Recorder;
pub use self::trace::Trace;
pub use self::transport::{AzureTransport, Link, StartError};
pub use self::watch::RequestWatch;

#[cfg(test)]
mod scratch;
