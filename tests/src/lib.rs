//! What the tests of the built component share.
