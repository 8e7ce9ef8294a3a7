//! The mappings of this process's memory. Source: proc_pid_maps(5).

use std::ffi::{CStr, OsStr};
use std::ops::Range;
use std::os::unix::ffi::OsStrExt as _;

/// The file in which Linux lists the mappings.
pub(super) const PATH: &CStr = c"/proc/self/maps";

/// A range of addresses that is mapped.
#[derive(Debug, Clone)]
pub(super) struct MappedRange<'t> {
    pub(super) addresses: Range<usize>,
    pub(super) is_executable: bool,
    /// The absolute path of the mapped file, with ` (deleted)` after it if it is no longer there. Memory that is no file's has an empty
    /// path, or a name in brackets.
    pub(super) file: &'t [u8],
}

/// Reads the file; without it, no mapping is known.
pub(super) fn read() -> Vec<u8> {
    std::fs::read(OsStr::from_bytes(PATH.to_bytes())).unwrap_or_default()
}

/// The mappings in the content of the file. Nothing is allocated.
pub(super) fn parse(content: &[u8]) -> impl Iterator<Item = MappedRange<'_>> {
    content.split(|byte| *byte == b'\n').filter_map(mapping)
}

/// Parses a line: `begin-end permissions offset device inode file`.
fn mapping(line: &[u8]) -> Option<MappedRange<'_>> {
    let mut words = line.splitn(6, |byte| *byte == b' ');
    let addresses = words.next()?;
    let dash = addresses.iter().position(|byte| *byte == b'-')?;
    let hex = |digits: &[u8]| usize::from_str_radix(str::from_utf8(digits).ok()?, 16).ok();
    let addresses = hex(&addresses[..dash])?..hex(&addresses[dash + 1..])?;
    let is_executable = words.next()?.get(2) == Some(&b'x');
    let file = words.nth(3).unwrap_or_default().trim_ascii();
    Some(MappedRange { addresses, is_executable, file })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_parsed_and_others_are_left_out() {
        let content = b"5600-5680 r-xp 00000000 08:01 12                    /usr/lib/a name.so (deleted)\n\
            ff00-ff10 rw-p 00000000 00:00 0 \nnot a mapping\n7ffc-7ffd rw-p 0 00:00 0   [stack]";
        let found: Vec<_> = parse(content).map(|map| (map.addresses, map.is_executable, map.file)).collect();
        let expected: [(_, _, &[u8]); 3] = [
            (0x5600..0x5680, true, b"/usr/lib/a name.so (deleted)"),
            (0xff00..0xff10, false, b""),
            (0x7ffc..0x7ffd, false, b"[stack]"),
        ];
        assert_eq!(found, expected);
    }
}
