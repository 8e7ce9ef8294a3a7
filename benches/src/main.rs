//! Compares bridge32 with the limits of the machine and with its peers:
//! `cargo bridge32 run --release -p bridge32-benches --features peers`.
//!
//! The call from C is measured if `cargo bridge32 drop-in --release -p bridge32-benches` has made the library for it.
//!
//! With `-- --write` it measures everything twice, and also writes `docs/benchmark.md` and `docs/benchmark.svg`; with
//! `-- --only TEXT` it measures the tables whose titles contain the text. With `-- macro` it measures what an interface costs
//! by the number of its methods instead, and with `-- macro --write` also writes `docs/macro.md`.

#[cfg(all(target_os = "linux", target_pointer_width = "64"))]
mod bridge;
#[cfg(all(target_os = "linux", target_pointer_width = "64"))]
mod cost;
#[cfg(all(target_os = "linux", target_pointer_width = "64"))]
mod drop_in;
#[cfg(all(target_os = "linux", target_pointer_width = "64"))]
mod exchange;
#[cfg(all(target_os = "linux", target_pointer_width = "64"))]
mod format;
#[cfg(all(target_os = "linux", target_pointer_width = "64"))]
mod limits;
#[cfg(all(target_os = "linux", target_pointer_width = "64"))]
mod measure;
#[cfg(all(target_os = "linux", target_pointer_width = "64"))]
mod one_core;
#[cfg(all(target_os = "linux", target_pointer_width = "64"))]
mod other_process;
#[cfg(all(target_os = "linux", target_pointer_width = "64"))]
mod peers;
#[cfg(all(target_os = "linux", target_pointer_width = "64"))]
mod plot;
#[cfg(all(target_os = "linux", target_pointer_width = "64"))]
mod polling;
#[cfg(all(target_os = "linux", target_pointer_width = "64"))]
mod report;
#[cfg(all(target_os = "linux", target_pointer_width = "64"))]
mod result;
#[cfg(all(target_os = "linux", target_pointer_width = "64"))]
mod roles;
#[cfg(all(target_os = "linux", target_pointer_width = "64"))]
mod tables;
#[cfg(all(target_os = "linux", target_pointer_width = "64"))]
mod tails;

#[cfg(all(target_os = "linux", target_pointer_width = "64"))]
fn main() -> result::Result<()> {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    match *arguments {
        [other_process::ROLE, role, ref rest @ ..] => roles::run(role, rest),
        [] => report::print(""),
        ["--only", text] => report::print(text),
        ["--write"] => report::write(),
        ["macro"] | ["macro", "--write"] => cost::run(arguments.len() == 2),
        _ => Err("give `--write`, `--only TEXT`, `macro`, or nothing".into()),
    }
}

#[cfg(not(all(target_os = "linux", target_pointer_width = "64")))]
fn main() {
    eprintln!("the measurements are for 64-bit Linux");
}
