//! What may happen to bytes on their way, and the place where it does.

use std::time::Duration;

/// Whose bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direction {
    ToServer,
    ToClient,
}

/// What happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Both directions end before the byte.
    Cut,
    /// This direction ends before the byte, and the other stays open.
    HalfCut,
    /// Neither the byte nor any after it arrives, and nothing ends.
    Stall,
    /// The byte is lost.
    Lose,
    /// The byte comes twice.
    Duplicate,
    /// These bits of the byte are turned over.
    Corrupt(u8),
    /// The byte and all after it come this much later.
    Delay(Duration),
}

/// What happens, and to which byte of which direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) direction: Direction,
    pub(crate) position: usize,
    pub(crate) kind: Kind,
}

/// What a direction does with the bytes that are put into it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Deliver(Vec<u8>),
    Wait(Duration),
    CloseThis,
    CloseBoth,
}

/// One direction, with its fault.
#[derive(Debug)]
pub(crate) struct Filter {
    fault: Option<(usize, Kind)>,
    /// Bytes that were put into it.
    position: usize,
}

impl Filter {
    pub(crate) fn new(direction: Direction, fault: Option<Fault>) -> Self {
        let fault = fault.filter(|fault| fault.direction == direction);
        Self { fault: fault.map(|fault| (fault.position, fault.kind)), position: 0 }
    }

    /// What becomes of these bytes.
    pub(crate) fn pass(&mut self, bytes: &[u8]) -> Vec<Step> {
        let begin = self.position;
        self.position += bytes.len();
        let Some((place, kind)) = self.fault.filter(|(place, _)| *place < self.position) else {
            return vec![Step::Deliver(bytes.to_vec())];
        };
        if place < begin {
            let is_over = !matches!(kind, Kind::Cut | Kind::HalfCut | Kind::Stall);
            return if is_over { vec![Step::Deliver(bytes.to_vec())] } else { Vec::new() };
        }
        let (before, after) = bytes.split_at(place - begin);
        let with = |byte: &[u8]| vec![Step::Deliver([before, byte, &after[1..]].concat())];
        match kind {
            Kind::Cut => vec![Step::Deliver(before.to_vec()), Step::CloseBoth],
            Kind::HalfCut => vec![Step::Deliver(before.to_vec()), Step::CloseThis],
            Kind::Stall => vec![Step::Deliver(before.to_vec())],
            Kind::Lose => with(&[]),
            Kind::Duplicate => with(&[after[0]; 2]),
            Kind::Corrupt(bits) => with(&[after[0] ^ bits]),
            Kind::Delay(time) => {
                vec![Step::Deliver(before.to_vec()), Step::Wait(time), Step::Deliver(after.to_vec())]
            }
        }
    }
}

#[test]
fn a_fault_happens_once_and_at_its_place() {
    let passed = |kind| {
        let fault = Fault { direction: Direction::ToServer, position: 4, kind };
        let mut filter = Filter::new(Direction::ToServer, Some(fault));
        ["abc", "def", "ghi"].iter().flat_map(|bytes| filter.pass(bytes.as_bytes())).collect::<Vec<_>>()
    };
    let text = |steps: Vec<Step>| {
        let bytes = steps.into_iter().flat_map(|step| match step {
            Step::Deliver(bytes) => bytes,
            other => format!("{other:?}").into_bytes(),
        });
        String::from_utf8(bytes.collect()).expect("text")
    };
    assert_eq!(text(passed(Kind::Cut)), "abcdCloseBoth");
    assert_eq!(text(passed(Kind::HalfCut)), "abcdCloseThis");
    assert_eq!(text(passed(Kind::Stall)), "abcd");
    assert_eq!(text(passed(Kind::Lose)), "abcdfghi");
    assert_eq!(text(passed(Kind::Duplicate)), "abcdeefghi");
    assert_eq!(text(passed(Kind::Corrupt(4))), "abcdafghi");
    assert_eq!(text(passed(Kind::Delay(Duration::from_secs(1)))), "abcdWait(1s)efghi");
}
