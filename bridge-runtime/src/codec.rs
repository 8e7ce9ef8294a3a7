//! The typed ends of an exchange of two messages: what encodes the arguments, and what decodes the reply.

/// Encodes the arguments of one exchange and decodes its reply.
///
/// Generated code makes one for each call and each callback. Everything between the two ends is the same for all of them and
/// is compiled once, for a trait object. Arguments may borrow from `slices`, which only go in, and from `places`, which the
/// reply changes.
pub(crate) struct Codec<'p, S, P, N, D, T> {
    slices: S,
    places: &'p mut P,
    encode: Option<N>,
    decode: Option<D>,
    /// What was decoded.
    pub(crate) result: Option<T>,
}

impl<'p, S, P, N, D, T> Codec<'p, S, P, N, D, T> {
    /// A codec that has not encoded or decoded anything yet.
    pub(crate) fn new(slices: S, places: &'p mut P, encode: N, decode: D) -> Self {
        Self { slices, places, encode: Some(encode), decode: Some(decode), result: None }
    }

    /// Appends the arguments to `message`, the first time that it is called.
    ///
    /// # Errors
    /// Those of the encoding function.
    pub(crate) fn encode<'s, M, E>(&'s mut self, message: M) -> Result<(), E>
    where
        N: FnOnce(M, &'s S, &'s P) -> Result<(), E>,
    {
        self.encode.take().map_or(Ok(()), |encode| encode(message, &self.slices, self.places))
    }

    /// Takes the reply out of `message`; `None` if that has been done before.
    pub(crate) fn decode<M, R>(&mut self, message: M) -> Option<R>
    where
        D: FnOnce(M, &mut P) -> R,
    {
        self.decode.take().map(|decode| decode(message, self.places))
    }
}
