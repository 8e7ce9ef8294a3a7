//! Programs that must not compile, with their error messages, and programs that must compile.
//!
//! - `cases/macro`: mistakes that `#[bridge32]` itself reports. Their `.stderr` files contain only its messages and spans.
//! - `cases/compiler`: type errors. The compiler reports them with the messages of the runtime's
//!   `#[diagnostic::on_unimplemented]`, but their layout and notes depend on the version of the compiler. These
//!   `.stderr` files were made with rustc 1.95.0; if another version reports them differently, regenerate them.
//! - `tests`: programs that must compile, and tests of their behaviour.
//!
//! A case is named after its mistake, and uses the generated client, so that follow-up errors would be visible.
//! `TRYBUILD=overwrite cargo test -p bridge32-ui-tests --test mistakes` writes the `.stderr` files; review the changes.
