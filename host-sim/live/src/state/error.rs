//! Why there is no state to work with.

use std::io;
use std::path::PathBuf;

/// Why a folder of state cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// Stop the other host, or give this one a folder of its own.
    #[error("`{}` is in use by another host; stop that one, or give this one a `state` folder of its own", path.display())]
    Locked {
        /// The folder.
        path: PathBuf,
    },
    /// Run the newer version.
    #[error("`{}` was written by a newer version of this program (format {found}, and this one reads up to {known}); run that version, or move the file away to begin anew", path.display())]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its format.
        found: u32,
        /// The newest format that is read.
        known: u32,
    },
    /// Mend the folder.
    #[error("cannot use `{}`: {source}", path.display())]
    Io {
        /// The folder or file.
        path: PathBuf,
        /// What is wrong with it.
        source: io::Error,
    },
}
