//! The secrets by which client and server authenticate each other, and the greeting that carries them.

use std::io;

use crate::wire::Secret;

/// The secrets that each side presents to the other; zeros where the server was started by hand.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Secrets {
    pub(crate) server: Secret,
    pub(crate) client: Secret,
}

impl Secrets {
    /// Makes a new pair.
    ///
    /// # Errors
    /// Fails if the system has no random numbers.
    pub(crate) fn random() -> io::Result<Self> {
        Ok(Self { server: random_secret()?, client: random_secret()? })
    }
}

/// Returns sixteen bytes from the system's source of randomness.
///
/// # Errors
/// Fails if the system has no random numbers.
pub(crate) fn random_secret() -> io::Result<Secret> {
    let mut secret = Secret::default();
    getrandom::fill(&mut secret).map_err(io::Error::other)?;
    Ok(secret)
}

/// The line that a client writes to the standard input of the server it has started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Greeting {
    pub(crate) secrets: Secrets,
    /// Where the server is to connect.
    pub(crate) address: String,
}

impl Greeting {
    /// Formats the greeting as a line, without the line break.
    pub(crate) fn to_line(&self) -> String {
        format!("{} {} {}", to_hex(self.secrets.server), to_hex(self.secrets.client), self.address)
    }

    /// Parses the line that [`Greeting::to_line`] has formatted.
    ///
    /// # Errors
    /// [`io::ErrorKind::InvalidData`] if it is not a greeting.
    pub(crate) fn parse(line: &str) -> io::Result<Self> {
        let invalid = || io::Error::new(io::ErrorKind::InvalidData, "no greeting on standard input");
        let mut parts = line.splitn(3, ' ');
        let mut secret = || parts.next().and_then(from_hex).ok_or_else(invalid);
        let secrets = Secrets { server: secret()?, client: secret()? };
        Ok(Self { secrets, address: parts.next().ok_or_else(invalid)?.to_owned() })
    }
}

fn to_hex(secret: Secret) -> String {
    format!("{:032x}", u128::from_be_bytes(secret))
}

fn from_hex(text: &str) -> Option<Secret> {
    u128::from_str_radix(text, 16).ok().map(u128::to_be_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_survives_conversion_to_text() {
        let secret = random_secret().unwrap();
        assert_eq!(from_hex(&to_hex(secret)), Some(secret));
        assert_ne!(secret, random_secret().unwrap());
        assert_eq!(from_hex("no"), None);
    }

    #[test]
    fn a_greeting_is_two_secrets_and_an_address() {
        let read = Greeting::parse;
        let secret = "0f".repeat(16);
        let greeting = read(&format!("{secret} {secret} local:/a path")).unwrap();
        assert_eq!((greeting.secrets.client, greeting.address.as_str()), ([15; 16], "local:/a path"));
        assert_eq!(read(&greeting.to_line()).unwrap(), greeting);
        for text in ["", &secret, &format!("{secret} x y"), &format!("{secret} {secret}")] {
            assert!(read(text).is_err(), "{text:?}");
        }
    }
}
