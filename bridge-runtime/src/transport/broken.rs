//! The transport of a connection that has failed.

use std::io;

use super::FrameTransport;
use crate::marshal::{BorrowedSlices, Buffer};

/// Fails every operation with the kind of error that broke the connection.
pub(super) struct BrokenTransport(pub(super) io::ErrorKind);

impl FrameTransport for BrokenTransport {
    fn send(&mut self, _: &mut Buffer, _: &BorrowedSlices<'_>) -> io::Result<()> {
        Err(self.0.into())
    }

    fn receive(&mut self, _: &mut Buffer) -> io::Result<()> {
        Err(self.0.into())
    }

    fn receive_rest(&mut self, _: &mut [u8], _: bool) -> io::Result<()> {
        Err(self.0.into())
    }
}
