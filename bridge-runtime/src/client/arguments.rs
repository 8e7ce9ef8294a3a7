//! Encoding arguments and decoding results, with errors that name the method and the parameter.

use std::ffi::CStr;
use std::{io, mem};

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::Error;
use crate::marshal::{DecodeError, Decoder, EncodeError, Encoder};
use crate::native::{Encoding, INTERIOR_NUL, Length, LengthError};
use crate::transport::StreamingReply;

/// The arguments of a call that is being encoded. They may refer to values that live as long as `'v`.
#[derive(Debug)]
pub struct Arguments<'a, 'v> {
    method: &'static str,
    encoder: Encoder<'a, 'v>,
    /// The numbers of the registered closures that have not been encoded yet.
    registered: &'a [Option<u32>],
}

impl<'a, 'v> Arguments<'a, 'v> {
    pub(super) fn new(method: &'static str, encoder: Encoder<'a, 'v>, registered: &'a [Option<u32>]) -> Self {
        Self { method, encoder, registered }
    }

    /// Appends the number of the next registered closure.
    ///
    /// # Errors
    /// [`Error::Argument`].
    pub fn registered(&mut self, parameter: &'static str) -> Result<(), Error> {
        let number = self.registered.split_off_first().copied().flatten();
        self.value(parameter, &number)
    }

    /// Appends any value that serde can serialize.
    ///
    /// # Errors
    /// [`Error::Argument`].
    #[inline]
    pub fn value<T: Serialize + ?Sized>(&mut self, parameter: &'static str, value: &T) -> Result<(), Error> {
        let result = self.encoder.value(value);
        self.encoded(parameter, result)
    }

    /// Appends text for a native function, after checking that C can take it: it must not contain a NUL, nor a character that the
    /// encoding lacks.
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

    /// Appends a C string.
    ///
    /// # Errors
    /// [`Error::Argument`].
    pub fn c_str(&mut self, parameter: &'static str, text: &CStr) -> Result<(), Error> {
        let result = self.encoder.c_str(text);
        self.encoded(parameter, result)
    }

    /// Appends a C string, or null.
    ///
    /// # Errors
    /// [`Error::Argument`].
    pub fn optional_c_str(&mut self, parameter: &'static str, text: Option<&CStr>) -> Result<(), Error> {
        let result = self.encoder.optional_c_str(text);
        self.encoded(parameter, result)
    }

    /// Appends a slice by reference: it is copied when the call is sent, not before.
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

    /// Appends a slice as [`borrowed_slice`](Self::borrowed_slice) does, or null.
    ///
    /// # Errors
    /// [`Error::Argument`].
    pub fn optional_slice<T: Serialize + 'static>(
        &mut self,
        parameter: &'static str,
        values: Option<&'v [T]>,
    ) -> Result<(), Error> {
        let result = self.encoder.optional_slice(values);
        self.encoded(parameter, result)
    }

    /// Checks that `length` holds the lengths of all arrays, and that they are the same.
    ///
    /// # Errors
    /// [`Error::Argument`], for the array that does not fit.
    pub fn length<N: Length>(&self, name: &'static str, arrays: &[(&'static str, Option<usize>)]) -> Result<(), Error> {
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

/// The result of a call, from which generated code decodes the values.
#[derive(Debug)]
pub struct Outcome<'m> {
    method: &'static str,
    source: Source<'m>,
}

/// Where values are decoded from.
#[derive(Debug)]
enum Source<'m> {
    Message(Decoder<'m>),
    StreamingReply(StreamingReply<'m>),
    /// The rest of the message did not arrive.
    Lost,
}

impl<'m> Outcome<'m> {
    pub(super) fn new(method: &'static str, decoder: Decoder<'m>) -> Self {
        Self { method, source: Source::Message(decoder) }
    }

    /// A long result, which is decoded while it arrives.
    pub(super) fn streaming(method: &'static str, streaming_reply: StreamingReply<'m>) -> Self {
        Self { method, source: Source::StreamingReply(streaming_reply) }
    }

    /// Returns the whole message.
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

    /// Waits for the rest of the message.
    #[cold]
    fn complete(&mut self) -> Result<(), Error> {
        if let Source::StreamingReply(streaming_reply) = mem::replace(&mut self.source, Source::Lost) {
            let message = streaming_reply.complete().map_err(|error| lost(self.method, &error))?;
            self.source = Source::Message(message);
        }
        Ok(())
    }

    /// Decodes any value that serde can deserialize.
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

    /// Decodes a `Result`.
    ///
    /// # Errors
    /// [`Error::Protocol`].
    pub fn result<T: DeserializeOwned, E: DeserializeOwned>(&mut self) -> Result<Result<T, E>, Error> {
        self.value()
    }

    /// Decodes a vector.
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

    /// Decodes a value that was passed by `&mut`, in place.
    ///
    /// # Errors
    /// [`Error::Protocol`].
    pub fn value_into<T: DeserializeOwned>(&mut self, value: &mut T) -> Result<(), Error> {
        let result = self.message()?.value_into(value);
        self.decoded(result)
    }

    /// Decodes a slice that was passed by `&mut`, in place: as many elements come back as went in.
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

    /// Checks that the whole message was decoded.
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

/// The error of a decoder whose connection has broken. The call itself returns the connection's error instead.
#[cold]
fn lost(method: &str, error: &io::Error) -> Error {
    Error::protocol(format!("the result of `{method}` did not arrive whole: {error}"))
}

#[cold]
fn protocol(method: &str, error: &DecodeError) -> Error {
    Error::protocol(format!("the result of `{method}`: {error}"))
}
