//! Splits bytes that arrive in pieces into lines of bounded length.

/// The longest line that is reported in one piece, in bytes.
pub(super) const LONGEST: usize = 4 << 10;

/// The beginning of a line whose end has not arrived yet.
#[derive(Debug, Default)]
pub(super) struct Splitter(Vec<u8>);

impl Splitter {
    /// Takes bytes and passes on the lines that they complete. A line that is too long is passed on in pieces.
    pub(super) fn push(&mut self, mut bytes: &[u8], mut line: impl FnMut(String)) {
        while let Some(end) = bytes.iter().position(|byte| *byte == b'\n') {
            self.extend(&bytes[..end], &mut line);
            self.finish(&mut line, true);
            bytes = &bytes[end + 1..];
        }
        self.extend(bytes, &mut line);
    }

    /// Passes on what is left. If that is empty, it is a line only if `even_empty`.
    pub(super) fn finish(&mut self, mut line: impl FnMut(String), even_empty: bool) {
        if self.0.last() == Some(&b'\r') {
            self.0.pop();
        }
        if even_empty || !self.0.is_empty() {
            line(String::from_utf8_lossy(&self.0).into_owned());
        }
        self.0.clear();
    }

    fn extend(&mut self, mut bytes: &[u8], line: &mut impl FnMut(String)) {
        while self.0.len() + bytes.len() > LONGEST {
            let (piece, rest) = bytes.split_at(LONGEST - self.0.len());
            self.0.extend(piece);
            bytes = rest;
            let whole = whole_characters(&self.0);
            line(String::from_utf8_lossy(&self.0[..whole]).into_owned());
            self.0.drain(..whole);
        }
        self.0.extend(bytes);
    }
}

/// The number of bytes before a character that is cut off at the end.
fn whole_characters(bytes: &[u8]) -> usize {
    // No character has more than four bytes; the first of them is not `10……`.
    let cut = bytes.iter().rev().take(4).position(|byte| byte & 0xc0 != 0x80).map(|back| bytes.len() - 1 - back);
    match cut {
        Some(start) if std::str::from_utf8(&bytes[start..]).is_err_and(|error| error.error_len().is_none()) => start,
        _ => bytes.len(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(pieces: &[&[u8]]) -> Vec<String> {
        let (mut splitter, mut lines) = (Splitter::default(), Vec::new());
        for piece in pieces {
            splitter.push(piece, |line| lines.push(line));
            assert!(splitter.0.len() <= LONGEST);
        }
        splitter.finish(|line| lines.push(line), false);
        lines
    }

    #[test]
    fn lines_are_whole_however_they_come() {
        assert_eq!(lines(&[b"one\ntw", b"o\r", b"\n\nf\xc3", b"\xbcr\n"]), ["one", "two", "", "für"]);
        assert_eq!(lines(&[b"no end"]), ["no end"]);
        assert_eq!(lines(&[b"an end\n"]), ["an end"]);
        assert_eq!(lines(&[b"\xff\n"]), ["\u{fffd}"]);
    }

    #[test]
    fn a_line_without_end_comes_in_pieces_and_no_character_is_torn() {
        let text = "x".to_owned() + &"€".repeat(LONGEST);
        for step in [1, 7, 4096, text.len()] {
            let pieces: Vec<_> = text.as_bytes().chunks(step).collect();
            let lines = lines(&pieces);
            assert_eq!(lines.concat(), text);
            assert!(
                lines
                    .iter()
                    .all(|line| line.len() <= LONGEST && line.len() >= LONGEST - 3 || line == &lines[lines.len() - 1])
            );
        }
    }

    #[test]
    fn nonsense_is_handed_on_and_ends() {
        assert_eq!(lines(&[&[0x80; 3 * LONGEST]]).len(), 3);
        assert_eq!(lines(&[&[0xf0; 3 * LONGEST]]).concat().chars().count(), 3 * LONGEST);
    }
}
