//! The secrets that client and server prove themselves with, and other random names.

use std::io;

use crate::wire::Secret;

/// The secrets of a server that a client starts: the client passes both to it over standard input. Both are zero for a
/// server that is started by hand.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Secrets {
    /// What the server proves itself with.
    pub(crate) server: Secret,
    /// What the client proves itself with.
    pub(crate) client: Secret,
}

/// Sixteen bytes from the system's source of randomness.
pub(crate) fn random() -> io::Result<Secret> {
    let mut secret = Secret::default();
    getrandom::fill(&mut secret).map_err(io::Error::other)?;
    Ok(secret)
}

/// A secret as text, for the first line of the server's standard input.
pub(crate) fn to_hex(secret: Secret) -> String {
    format!("{:032x}", u128::from_be_bytes(secret))
}

/// The reverse of [`to_hex`].
pub(crate) fn from_hex(text: &str) -> Option<Secret> {
    u128::from_str_radix(text, 16).ok().map(u128::to_be_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_back() {
        let secret = random().unwrap();
        assert_eq!(from_hex(&to_hex(secret)), Some(secret));
        assert_ne!(secret, random().unwrap());
        assert_eq!(from_hex("no"), None, "not hexadecimal");
    }
}
