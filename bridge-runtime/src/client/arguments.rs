//! Arguments going out and results coming in, with the errors a caller can act on.

use std::ffi::CStr;
use std::{io, mem};

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::Error;
use crate::marshal::{DecodeError, Decoder, EncodeError, Encoder};
use crate::native::{Encoding, INTERIOR_NUL, Length, LengthError};
use crate::transport::StreamingReply;

/// The arguments of a call that is being made, which may refer to what lives as long as `'v`.
#[derive(Debug)]
pub struct Arguments<'a, 'v> {
    method: &'static str,
    encoder: Encoder<'a, 'v>,
    /// The numbers of the closures that are registered, those to come.
    registered: &'a [Option<u32>],
}

impl<'a, 'v> Arguments<'a, 'v> {
    pub(super) fn new(method: &'static str, encoder: Encoder<'a, 'v>, registered: &'a [Option<u32>]) -> Self {
        Self { method, encoder, registered }
    }

    /// The next of the closures that are registered, by its number.
    ///
    /// # Errors
    /// [`Error::Argument`].
    pub fn registered(&mut self, parameter: &'static str) -> Result<(), Error> {
        let number = self.registered.split_off_first().copied().flatten();
        self.value(parameter, &number)
    }

    /// Any value that serde can serialize.
    ///
    /// # Errors
    /// [`Error::Argument`].
    #[inline]
    pub fn value<T: Serialize + ?Sized>(&mut self, parameter: &'static str, value: &T) -> Result<(), Error> {
        let result = self.encoder.value(value);
        self.encoded(parameter, result)
    }

    /// Text for a native function: C ends it at the first NUL, and the encoding may not have every character.
    ///
    /// # Errors
    /// [`Error::Argument`].
    pub fn c_text<'t, E: Encoding>(
        &mut self,
        parameter: &'static str,
        text: impl Into<Option<&'t str>> + Serialize + Copy,
    ) -> Result<(), Error> {
        if text.into().is_some_and(|text| text.contains('\0')) {
            return Err(self.refused(parameter, INTERIOR_NUL.to_owned()));
        }
        if let Some(text) = text.into()
            && let Err(reason) = E::check(text)
        {
            return Err(self.refused(parameter, reason));
        }
        self.value(parameter, &text)
    }

    /// Bytes for C.
    ///
    /// # Errors
    /// [`Error::Argument`].
    pub fn c_str(&mut self, parameter: &'static str, text: &CStr) -> Result<(), Error> {
        let result = self.encoder.c_str(text);
        self.encoded(parameter, result)
    }

    /// Bytes for C, or null.
    ///
    /// # Errors
    /// [`Error::Argument`].
    pub fn optional_c_str(&mut self, parameter: &'static str, text: Option<&CStr>) -> Result<(), Error> {
        let result = self.encoder.optional_c_str(text);
        self.encoded(parameter, result)
    }

    /// A slice that lives until the call is sent, and need not be copied before.
    ///
    /// # Errors
    /// [`Error::Argument`].
    pub fn borrowed_slice<T: Serialize + 'static>(
        &mut self,
        parameter: &'static str,
        values: &'v [T],
    ) -> Result<(), Error> {
        let result = self.encoder.borrowed_slice(values);
        self.encoded(parameter, result)
    }

    /// Checks that `length` holds the lengths of all arrays, and that they are the same.
    ///
    /// # Errors
    /// [`Error::Argument`] names the array that does not fit.
    pub fn length<N: Length>(&self, name: &'static str, arrays: &[(&'static str, usize)]) -> Result<(), Error> {
        crate::native::common_length::<N>(name, arrays)
            .map(drop)
            .map_err(|LengthError { parameter, reason }| self.refused(parameter, reason))
    }

    #[inline]
    fn encoded(&self, parameter: &'static str, result: Result<(), EncodeError>) -> Result<(), Error> {
        match result {
            Ok(()) => Ok(()),
            Err(error) => Err(self.not_encoded(parameter, &error)),
        }
    }

    #[cold]
    fn not_encoded(&self, parameter: &str, error: &EncodeError) -> Error {
        self.refused(parameter, error.to_string())
    }

    #[cold]
    fn refused(&self, parameter: &str, reason: String) -> Error {
        Error::argument(self.method, parameter, reason)
    }
}

/// The result of a call, as it came in.
#[derive(Debug)]
pub struct Outcome<'m> {
    method: &'static str,
    source: Source<'m>,
}

/// Where values are taken from.
#[derive(Debug)]
enum Source<'m> {
    Message(Decoder<'m>),
    StreamingReply(StreamingReply<'m>),
    /// Nowhere: the rest of the message did not come.
    Lost,
}

impl<'m> Outcome<'m> {
    pub(super) fn new(method: &'static str, decoder: Decoder<'m>) -> Self {
        Self { method, source: Source::Message(decoder) }
    }

    /// Of a long result, which is taken while it comes. That it does not come as a whole is the connection's to tell.
    pub(super) fn streaming_reply(method: &'static str, streaming_reply: StreamingReply<'m>) -> Self {
        Self { method, source: Source::StreamingReply(streaming_reply) }
    }

    /// The whole message, or what there is of it.
    #[inline]
    fn message(&mut self) -> Result<&mut Decoder<'m>, Error> {
        if let Source::StreamingReply(_) = self.source {
            self.complete()?;
        }
        match &mut self.source {
            Source::Message(decoder) => Ok(decoder),
            Source::StreamingReply(_) | Source::Lost => Err(lost(self.method, &io::ErrorKind::UnexpectedEof.into())),
        }
    }

    /// Waits for the rest.
    #[cold]
    fn complete(&mut self) -> Result<(), Error> {
        if let Source::StreamingReply(streaming_reply) = mem::replace(&mut self.source, Source::Lost) {
            let message = streaming_reply.complete().map_err(|error| lost(self.method, &error))?;
            self.source = Source::Message(message);
        }
        Ok(())
    }

    /// Any value that serde can deserialize.
    ///
    /// # Errors
    /// [`Error::Protocol`].
    pub fn value<T: DeserializeOwned>(&mut self) -> Result<T, Error> {
        if let Source::StreamingReply(streaming_reply) = &mut self.source
            && let Some(value) = streaming_reply.value()
        {
            return Ok(value);
        }
        let result = self.message()?.value();
        self.decoded(result)
    }

    /// The result of a method that returns one.
    ///
    /// # Errors
    /// [`Error::Protocol`].
    pub fn result<T: DeserializeOwned, E: DeserializeOwned>(&mut self) -> Result<Result<T, E>, Error> {
        self.value()
    }

    /// A vector.
    ///
    /// # Errors
    /// [`Error::Protocol`].
    pub fn vec<T: DeserializeOwned + Clone + 'static>(&mut self) -> Result<Vec<T>, Error> {
        if let Source::StreamingReply(streaming_reply) = &mut self.source
            && let Some(values) = streaming_reply.vec().map_err(|error| lost(self.method, &error))?
        {
            return Ok(values);
        }
        let result = self.message()?.vec();
        self.decoded(result)
    }

    /// A value that was passed by `&mut`.
    ///
    /// # Errors
    /// [`Error::Protocol`].
    pub fn value_into<T: DeserializeOwned>(&mut self, value: &mut T) -> Result<(), Error> {
        let result = self.message()?.value_into(value);
        self.decoded(result)
    }

    /// A slice that was passed by `&mut`: as many elements come back as went in.
    ///
    /// # Errors
    /// [`Error::Protocol`].
    pub fn slice_into<T: DeserializeOwned + Clone + 'static>(&mut self, values: &mut [T]) -> Result<(), Error> {
        if let Source::StreamingReply(streaming_reply) = &mut self.source
            && streaming_reply.slice_into(values).map_err(|error| lost(self.method, &error))?
        {
            return Ok(());
        }
        let result = self.message()?.slice_into(values);
        self.decoded(result)
    }

    /// Checks that everything was taken.
    #[inline]
    pub(super) fn finish(&mut self) -> Result<(), Error> {
        let result = self.message()?.finish();
        self.decoded(result)
    }

    #[inline]
    fn decoded<T>(&self, result: Result<T, DecodeError>) -> Result<T, Error> {
        result.map_err(|error| protocol(self.method, &error))
    }
}

/// The connection has broken, which is found out where the call ends.
#[cold]
fn lost(method: &str, error: &io::Error) -> Error {
    Error::protocol(format!("the result of `{method}` did not come as a whole: {error}"))
}

#[cold]
fn protocol(method: &str, error: &DecodeError) -> Error {
    Error::protocol(format!("the result of `{method}`: {error}"))
}
