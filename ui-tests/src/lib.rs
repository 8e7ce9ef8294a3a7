//! What must not compile and what it says, and what must compile.
//!
//! - `cases/macro`: mistakes that `#[bridge32]` itself reports. Their `.stderr` files hold its words and spans only.
//! - `cases/compiler`: mistakes that only types show. The compiler reports them, in the words of the runtime's
//!   `#[diagnostic::on_unimplemented]`, but their layout and notes are the compiler's and change with it. These
//!   `.stderr` files were made with rustc 1.95.0; where another version words them otherwise, make them anew with it.
//! - `tests`: programs that must compile, and what they do.
//!
//! A case is named after its mistake, and uses the generated client, so that what follows from a mistake would show.
//! `TRYBUILD=overwrite cargo test -p bridge32-ui-tests --test mistakes` writes the `.stderr` files; read what changed.
