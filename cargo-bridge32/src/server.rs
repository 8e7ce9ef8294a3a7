//! The servers of a package.

use anyhow::{Context, Result};

use crate::target::Target;

/// The suffix of a server's name, unless its package lists its servers.
pub(crate) const SUFFIX: &str = "-server32";

/// What to do if no server is found.
pub(crate) const HOW_TO_DECLARE: &str = "a server is a binary whose name ends in `-server32` (src/bin/my-lib-server32.rs), \
     or one listed under [package.metadata.bridge32] as servers = [\"…\"]";

/// Returns the name of the server that clients of an interface look for: `MyLib` has `my-lib-server32`. The macro has the same rule.
pub(crate) fn default_name(interface: &str) -> String {
    let chars: Vec<char> = interface.chars().collect();
    let mut kebab = String::new();
    for (place, &c) in chars.iter().enumerate() {
        let before = place.checked_sub(1).map(|before| chars[before]);
        let next_is_lower = chars.get(place + 1).is_some_and(|next| next.is_lowercase());
        let starts_word = c.is_uppercase()
            && before.is_some_and(|before| {
                before.is_lowercase() || before.is_numeric() || (before.is_uppercase() && next_is_lower)
            });
        if starts_word {
            kebab.push('-');
        }
        match c {
            '_' => kebab.push('-'),
            _ => kebab.extend(c.to_lowercase()),
        }
    }
    kebab + SUFFIX
}

/// A server's binary.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Server<'a> {
    /// The name of its package.
    pub(crate) package: &'a str,
    /// The name of the binary.
    pub(crate) bin: &'a str,
    /// The targets that its package lists; if it lists none, any.
    pub(crate) targets: Option<&'a [Target]>,
}

impl Server<'_> {
    /// Whether its package allows a target.
    fn allows(&self, target: Target) -> bool {
        self.targets.is_none_or(|targets| targets.contains(&target))
    }

    /// Returns the environment variable in which a client looks for this server's path. `Interface::server_variable` of the
    /// runtime is the same rule.
    pub(crate) fn variable(&self) -> String {
        let name = self.bin.strip_suffix(SUFFIX).unwrap_or(self.bin);
        let upper = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' };
        format!("BRIDGE32_SERVER_{}", name.chars().map(upper).collect::<String>())
    }
}

/// Returns the target of servers without `--target`: the one that fits this host, or the first one that all servers allow.
///
/// # Errors
/// Fails if there is none that can be built on this host.
pub(crate) fn default_target(servers: &[Server<'_>], host: Target) -> Result<Target> {
    let targets = std::iter::once(host.server()).chain(Target::ALL).filter(|target| target.is_32bit());
    let mut buildable = targets.filter(|target| target.can_be_built_on(host));
    buildable.find(|target| servers.iter().all(|server| server.allows(*target))).with_context(|| {
        let names: Vec<_> = servers.iter().map(|server| server.bin).collect();
        format!("{host} builds for none of the `server-targets` that {} can have", names.join(" and "))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_named_after_the_server() {
        let variable = |bin| Server { package: "p", bin, targets: None }.variable();
        // The runtime's tests read the same file.
        for line in include_str!("../../bridge-runtime/src/interface/server_variables.txt").lines() {
            let (bin, expected) = line.split_once(' ').unwrap();
            assert_eq!(variable(bin), expected);
        }
    }

    #[test]
    fn a_server_has_the_name_that_the_macro_gives_it() {
        for (interface, expected) in [
            ("MyLib", "my-lib-server32"),
            ("HTTPServer", "http-server-server32"),
            ("Dmm34401A", "dmm34401-a-server32"),
            ("AB", "ab-server32"),
            ("N3_4", "n3-4-server32"),
        ] {
            assert_eq!(default_name(interface), expected);
        }
    }
}
