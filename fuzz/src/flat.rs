//! Inputs as plain bytes, for other fuzzers: each piece is preceded by its length, and has no frame header.

use crate::mutate::{framed, is_framed};
use crate::{Input, Target};

/// Converts a seed to bytes.
pub fn from_input(input: &Input) -> Vec<u8> {
    let mut bytes = Vec::new();
    for piece in input {
        let piece = if is_framed(piece) { &piece[crate::mutate::HEADER..] } else { piece };
        // A longer piece would become several, but no seed has one.
        for piece in piece.chunks(usize::from(u16::MAX)) {
            bytes.extend(u16::try_from(piece.len()).unwrap_or(u16::MAX).to_le_bytes());
            bytes.extend(piece);
        }
    }
    bytes
}

/// Converts bytes to an input for a target. Any bytes are an input.
pub fn to_input(target: &Target, mut bytes: &[u8]) -> Input {
    let mut input = Input::new();
    while let Some((length, rest)) = bytes.split_first_chunk() {
        let (piece, rest) = rest.split_at(rest.len().min(u16::from_le_bytes(*length).into()));
        input.push(if target.takes_frames { framed(piece) } else { piece.to_vec() });
        bytes = rest;
    }
    input
}
