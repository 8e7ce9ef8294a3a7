//! Differences between two versions of an interface.

use std::fmt::{self, Display, Formatter};

/// A difference between the client's and the server's interface.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Difference {
    /// Both have the method, with different signatures.
    Changed {
        /// The signature in this program.
        client: String,
        /// The signature in the server.
        server: String,
    },
    /// Only this program has the method.
    OnlyInClient(String),
    /// Only the server has the method.
    OnlyInServer(String),
    /// The methods are the same, in another order.
    Order,
    /// The server serves another interface.
    Name {
        /// The interface of this program.
        client: String,
        /// The interface of the server.
        server: String,
    },
}

impl Display for Difference {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Changed { client, server } => {
                write!(f, "`{}` changed:\n    here:   {client}\n    server: {server}", method(client))
            }
            Self::OnlyInClient(signature) => {
                write!(f, "`{}` is missing in the server:\n    here:   {signature}", method(signature))
            }
            Self::OnlyInServer(signature) => {
                write!(f, "`{}` is missing here:\n    server: {signature}", method(signature))
            }
            Self::Name { client, server } => write!(f, "the interface is `{client}` here and `{server}` in the server"),
            Self::Order => f.write_str("the methods are the same, in another order"),
        }
    }
}

/// The name of the method in a signature.
fn method(signature: &str) -> &str {
    signature.split('(').next().unwrap_or(signature)
}

/// Compares the names and signatures of client and server.
pub(crate) fn differences(
    (client_name, client): (&str, &[String]),
    (server_name, server): (&str, &[String]),
) -> Vec<Difference> {
    if client_name != server_name {
        return vec![Difference::Name { client: client_name.to_owned(), server: server_name.to_owned() }];
    }
    let twin = |of: &str, among: &[String]| among.iter().find(|other| method(other) == method(of)).cloned();
    let mut differences = Vec::new();
    for signature in client {
        match twin(signature, server) {
            None => differences.push(Difference::OnlyInClient(signature.clone())),
            Some(other) if other != *signature => {
                differences.push(Difference::Changed { client: signature.clone(), server: other });
            }
            Some(_) => {}
        }
    }
    for signature in server {
        if twin(signature, client).is_none() {
            differences.push(Difference::OnlyInServer(signature.clone()));
        }
    }
    if differences.is_empty() {
        differences.push(Difference::Order);
    }
    differences
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_is_found() {
        let client = ["add(a: i64)", "new()", "same()"].map(str::to_owned);
        let server = ["same()", "add(a: i32)", "old()"].map(str::to_owned);
        assert_eq!(
            differences(("I", &client), ("I", &server)),
            [
                Difference::Changed { client: "add(a: i64)".into(), server: "add(a: i32)".into() },
                Difference::OnlyInClient("new()".into()),
                Difference::OnlyInServer("old()".into()),
            ]
        );
        let reversed: Vec<_> = client.iter().rev().cloned().collect();
        assert_eq!(differences(("I", &client), ("I", &reversed)), [Difference::Order]);
        let other = differences(("I", &client), ("J", &client));
        assert_eq!(other, [Difference::Name { client: "I".into(), server: "J".into() }]);
    }
}
