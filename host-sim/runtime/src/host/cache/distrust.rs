//! Why nothing is taken from a folder or kept there.

use std::path::{Path, PathBuf};

/// Somebody else could have put something into the folder: through it, a folder above it or a file in it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Distrust {
    /// It belongs to another user, whose id this is.
    #[error("`{}` belongs to another user (id {owner})", path.display())]
    Owner {
        /// The folder or file.
        path: PathBuf,
        /// Who may do with it as they like.
        owner: u32,
    },
    /// Its mode lets a group or everybody write to it.
    #[error("others may write to `{}` (mode {mode:o})", path.display())]
    Mode {
        /// The folder or file.
        path: PathBuf,
        /// Its permissions.
        mode: u32,
    },
    /// It is a link, and is to be none, or others could have put it there.
    #[error("`{}` is a link", path.display())]
    Link {
        /// The link.
        path: PathBuf,
    },
}

impl Distrust {
    /// The folder, file or link that somebody else could have put there.
    pub fn path(&self) -> &Path {
        match self {
            Self::Owner { path, .. } | Self::Mode { path, .. } | Self::Link { path } => path,
        }
    }
}
