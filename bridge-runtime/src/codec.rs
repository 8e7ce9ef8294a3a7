//! The typed part of a call or callback: encoding the arguments and decoding the reply.

/// Encodes the arguments of one call or callback and decodes its reply.
///
/// Generated code makes one for each call and each callback. The rest of a call does not depend on the types of its arguments: it
/// uses a codec as a trait object, and is compiled once. `slices` holds the slices that are only read, `places` the `&mut`
/// arguments, which the reply changes. The encoded arguments may borrow from both.
pub(crate) struct Codec<'p, S, P, N, D, T> {
    slices: S,
    places: &'p mut P,
    encode: Option<N>,
    decode: Option<D>,
    /// The decoded result; `None` before the reply has been decoded.
    pub(crate) result: Option<T>,
}

impl<'p, S, P, N, D, T> Codec<'p, S, P, N, D, T> {
    /// A codec that has not encoded or decoded anything yet.
    pub(crate) fn new(slices: S, places: &'p mut P, encode: N, decode: D) -> Self {
        Self { slices, places, encode: Some(encode), decode: Some(decode), result: None }
    }

    /// Appends the arguments to `message`; does nothing if that has been done before.
    ///
    /// # Errors
    /// The errors of the encoding function.
    pub(crate) fn encode<'s, M, E>(&'s mut self, message: M) -> Result<(), E>
    where
        N: FnOnce(M, &'s S, &'s P) -> Result<(), E>,
    {
        self.encode.take().map_or(Ok(()), |encode| encode(message, &self.slices, self.places))
    }

    /// Decodes the reply in `message`; `None` if that has been done before.
    pub(crate) fn decode<M, R>(&mut self, message: M) -> Option<R>
    where
        D: FnOnce(M, &mut P) -> R,
    {
        self.decode.take().map(|decode| decode(message, self.places))
    }
}
