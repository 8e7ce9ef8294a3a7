//! The input of postcard's deserializer.

use postcard::de_flavors::Flavor;
use postcard::{Error, Result};

/// Postcard input over the unread part of a message.
pub(super) struct PostcardInput<'d, 'm>(pub(super) &'d mut &'m mut [u8]);

impl<'d, 'm> Flavor<'d> for PostcardInput<'d, 'm> {
    type Remainder = ();
    type Source = &'m mut [u8];

    #[inline]
    fn pop(&mut self) -> Result<u8> {
        self.0.split_off_first_mut().map(|byte| *byte).ok_or(Error::DeserializeUnexpectedEnd)
    }

    #[inline]
    fn size_hint(&self) -> Option<usize> {
        Some(self.0.len())
    }

    #[inline]
    fn try_take_n(&mut self, count: usize) -> Result<&'d [u8]> {
        self.0.split_off_mut(..count).map(|taken| &*taken).ok_or(Error::DeserializeUnexpectedEnd)
    }

    fn finalize(self) -> Result<()> {
        Ok(())
    }
}
