//! Mutations of inputs.

use crate::Input;

/// Reproducible random numbers (xorshift*; Marsaglia 2003, Vigna 2016).
#[derive(Debug)]
pub struct Random(u64);

impl Random {
    /// A generator with this seed.
    pub fn new(seed: u64) -> Self {
        Self(seed.max(1))
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    #[allow(clippy::cast_possible_truncation, reason = "the upper bits are random enough")]
    fn below(&mut self, limit: usize) -> usize {
        (self.next() >> 33) as usize % limit.max(1)
    }
}

/// Bytes with a meaning: impossible lengths, ends of varints, text that is not UTF-8.
const MEANINGFUL: [&[u8]; 9] = [
    &[0],
    &[1],
    &[0x7f],
    &[0x80],
    &[0xff],
    &[0xff, 0xff, 0xff, 0xff, 0x0f],
    &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
    &[0xff, 0xff, 0xff, 0x3f],
    &[0xc0, 0x80],
];

/// Bytes of a frame's header.
pub(crate) const HEADER: usize = bridge32_runtime::testing::wire::frame::HEADER;

/// One of the seeds, with a few of its bytes changed.
pub fn mutate(seeds: &[Input], random: &mut Random) -> Input {
    let mut input = seeds[random.below(seeds.len())].clone();
    let changes = 1 + random.below(4);
    for _ in 0..changes {
        let place = random.below(input.len());
        let other = &seeds[random.below(seeds.len())];
        match random.below(12) {
            0 => {
                input.remove(place);
            }
            1 => input.insert(place, other[random.below(other.len())].clone()),
            2 => input[place] = other[random.below(other.len())].clone(),
            _ => {
                let was_framed = is_framed(&input[place]);
                change(&mut input[place], random);
                // Half of the frames get a header that fits, so that the message is decoded.
                if was_framed && random.below(2) == 0 {
                    frame(&mut input[place]);
                }
            }
        }
        if input.is_empty() {
            return input;
        }
    }
    input
}

fn change(bytes: &mut Vec<u8>, random: &mut Random) {
    let place = random.below(bytes.len() + 1);
    let rest = bytes.len() - place;
    match random.below(8) {
        0 => bytes.truncate(place),
        1 => drop(bytes.drain(place..place + random.below(rest + 1).min(8))),
        2 => {
            let repeated = bytes[place..place + random.below(rest + 1).min(64)].to_vec();
            bytes.splice(place..place, repeated);
        }
        3 => {
            let meaningful = MEANINGFUL[random.below(MEANINGFUL.len())];
            bytes.splice(place..place, meaningful.iter().copied());
        }
        4 => {
            let meaningful = MEANINGFUL[random.below(MEANINGFUL.len())];
            let end = bytes.len().min(place + meaningful.len());
            bytes.splice(place..end, meaningful.iter().copied());
        }
        5 if rest > 0 => bytes[place] = random.next().to_le_bytes()[7],
        _ if rest > 0 => bytes[place] ^= 1 << random.below(8),
        _ => bytes.push(random.next().to_le_bytes()[7]),
    }
}

/// Whether `bytes` are exactly one frame.
pub fn is_framed(bytes: &[u8]) -> bool {
    matches!(bridge32_runtime::testing::wire::frame::length(bytes), Ok(Some(length)) if length == bytes.len())
}

/// Puts a message into a frame.
pub fn framed(message: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0; HEADER];
    bytes.extend_from_slice(message);
    frame(&mut bytes);
    bytes
}

fn frame(bytes: &mut [u8]) {
    if let (length, Some(header)) = (bytes.len().saturating_sub(HEADER), bytes.first_chunk_mut::<HEADER>()) {
        *header = (length as u64).to_le_bytes();
    }
}
