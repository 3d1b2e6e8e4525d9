//! No folder at all. Elsewhere than on Unix this program does not know who may write to one, so it takes no code from there and keeps none.

use std::ffi::{OsStr, OsString};
use std::io;
use std::path::Path;

use super::distrust::Distrust;

/// There is none.
#[derive(Debug)]
pub(super) enum Folder {}

impl Folder {
    /// Never one, even if it is there.
    pub(super) fn open(_path: &Path) -> Result<Option<Self>, Distrust> {
        Ok(None)
    }

    /// Makes none.
    pub(super) fn make(_path: &Path) -> Result<Option<Self>, Distrust> {
        Ok(None)
    }

    pub(super) fn read(&self, _name: &str) -> Result<Option<Vec<u8>>, Distrust> {
        match *self {}
    }

    pub(super) fn write(&self, _name: &str, _parts: &[&[u8]]) -> io::Result<()> {
        match *self {}
    }

    pub(super) fn oldest_first(&self) -> Vec<OsString> {
        match *self {}
    }

    pub(super) fn remove(&self, _name: &OsStr) -> io::Result<()> {
        match *self {}
    }
}
