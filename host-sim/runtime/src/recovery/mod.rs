//! What happens after a call that stopped: a fresh instance takes over, what it died on is set aside, everything else goes on.

mod patience;
mod resume;
mod salvage;

pub(crate) use patience::Patience;
pub(crate) use resume::{Resume, Suspects};
pub(crate) use salvage::salvage;
pub use salvage::{DeadLetter, Decoder, Salvage, Unread};
