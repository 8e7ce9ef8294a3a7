//! Conditions of `#[cfg(…)]`.

use std::collections::BTreeSet;

use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::{Attribute, Expr, Lit, Meta, Token};

/// A condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Cfg {
    /// A single option, with its value if it has one: `unix`, `feature = "testing"`.
    Option(String, Option<String>),
    All(Vec<Cfg>),
    Any(Vec<Cfg>),
    Not(Box<Cfg>),
}

impl Cfg {
    /// The conditions of an item, all of which have to hold.
    pub(crate) fn of(attributes: &[Attribute]) -> Vec<Self> {
        let conditions = attributes.iter().filter(|attribute| attribute.path().is_ident("cfg"));
        conditions.filter_map(|attribute| Self::from_meta(&attribute.parse_args::<Meta>().ok()?)).collect()
    }

    pub(crate) fn from_meta(meta: &Meta) -> Option<Self> {
        let name = meta.path().get_ident()?.to_string();
        Some(match meta {
            Meta::Path(_) => Self::Option(name, None),
            Meta::NameValue(pair) => match &pair.value {
                Expr::Lit(literal) => match &literal.lit {
                    Lit::Str(value) => Self::Option(name, Some(value.value())),
                    _ => return None,
                },
                _ => return None,
            },
            Meta::List(list) => {
                let inner = Punctuated::<Meta, Token![,]>::parse_terminated.parse2(list.tokens.clone()).ok()?;
                let inner: Vec<_> = inner.iter().filter_map(Self::from_meta).collect();
                match name.as_str() {
                    "all" => Self::All(inner),
                    "any" => Self::Any(inner),
                    "not" => Self::Not(Box::new(inner.into_iter().next()?)),
                    _ => return None,
                }
            }
        })
    }

    /// Whether it holds in tests only.
    pub(crate) fn requires_test(&self) -> bool {
        match self {
            Self::Option(name, value) => name == "test" && value.is_none(),
            Self::All(inner) => inner.iter().any(Self::requires_test),
            Self::Any(inner) => !inner.is_empty() && inner.iter().all(Self::requires_test),
            Self::Not(_) => false,
        }
    }

    fn options<'c>(&'c self, into: &mut BTreeSet<(&'c str, Option<&'c str>)>) {
        match self {
            Self::Option(name, value) => {
                into.insert((name, value.as_deref()));
            }
            Self::All(inner) | Self::Any(inner) => inner.iter().for_each(|one| one.options(into)),
            Self::Not(inner) => inner.options(into),
        }
    }

    fn holds(&self, set: &[(&str, Option<&str>)]) -> bool {
        match self {
            Self::Option(name, value) => set.contains(&(name, value.as_deref())),
            Self::All(inner) => inner.iter().all(|one| one.holds(set)),
            Self::Any(inner) => inner.iter().any(|one| one.holds(set)),
            Self::Not(inner) => !inner.holds(set),
        }
    }
}

/// Whether an item with these attributes exists in test builds only.
pub(crate) fn is_test_only(attributes: &[Attribute]) -> bool {
    Cfg::of(attributes).iter().any(Cfg::requires_test) || attributes.iter().any(|a| a.path().is_ident("test"))
}

/// Whether no build meets both lists of conditions.
pub(crate) fn exclude_each_other(a: &[Cfg], b: &[Cfg]) -> bool {
    let mut options = BTreeSet::new();
    a.iter().chain(b).for_each(|cfg| cfg.options(&mut options));
    let options: Vec<_> = options.into_iter().collect();
    // Tries every set of options. The limit is far above what items use.
    let sets = 1_u64 << options.len().min(16);
    (0..sets).all(|bits| {
        let chosen: Vec<_> = options.iter().enumerate().filter(|(i, _)| bits >> i & 1 == 1).map(|(_, o)| *o).collect();
        !is_possible(&chosen) || !a.iter().chain(b).all(|cfg| cfg.holds(&chosen))
    })
}

/// Whether a build can enable these options together.
fn is_possible(set: &[(&str, Option<&str>)]) -> bool {
    let single = ["target_os", "target_arch", "target_env", "target_family", "target_pointer_width", "panic"];
    let has = |name, value| set.contains(&(name, value));
    let one_value = single.iter().all(|key| set.iter().filter(|(name, _)| name == key).count() <= 1);
    let windows = has("windows", None) || has("target_os", Some("windows"));
    let unix = has("unix", None) || has("target_os", Some("linux")) || has("target_os", Some("macos"));
    one_value && !(windows && unix)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cfg(text: &str) -> Cfg {
        Cfg::from_meta(&syn::parse_str(text).unwrap()).unwrap()
    }

    #[test]
    fn a_condition_for_tests_is_recognized() {
        for (text, expected) in [
            ("test", true),
            ("all(test, unix)", true),
            ("any(test, unix)", false),
            ("any(test, all(test, unix))", true),
            ("not(test)", false),
            ("feature = \"test\"", false),
        ] {
            assert_eq!(cfg(text).requires_test(), expected, "{text}");
        }
    }

    #[test]
    fn conditions_that_no_build_meets_together_exclude_each_other() {
        for (a, b, expected) in [
            ("unix", "windows", true),
            ("unix", "not(unix)", true),
            ("target_os = \"linux\"", "not(any(target_os = \"linux\", windows))", true),
            ("target_os = \"linux\"", "windows", true),
            ("target_os = \"linux\"", "target_os = \"macos\"", true),
            ("feature = \"a\"", "feature = \"b\"", false),
            ("feature = \"a\"", "unix", false),
            ("unix", "unix", false),
        ] {
            assert_eq!(exclude_each_other(&[cfg(a)], &[cfg(b)]), expected, "{a} and {b}");
        }
        assert!(!exclude_each_other(&[], &[cfg("unix")]), "the first is always there");
    }
}
