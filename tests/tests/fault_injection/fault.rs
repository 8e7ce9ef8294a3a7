//! Faults in transmission, and the filter that injects them.

use std::time::Duration;

/// The direction of transmission.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direction {
    ToServer,
    ToClient,
}

/// The kind of a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Both directions are closed before the byte.
    Cut,
    /// This direction is closed before the byte, and the other stays open.
    HalfCut,
    /// Neither the byte nor any after it arrives, and both directions stay open.
    Stall,
    /// The byte is lost.
    Lose,
    /// The byte arrives twice.
    Duplicate,
    /// These bits of the byte are flipped.
    Corrupt(u8),
    /// The byte and all after it are delayed by this time.
    Delay(Duration),
}

/// A fault at one byte of one direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) direction: Direction,
    pub(crate) position: usize,
    pub(crate) kind: Kind,
}

/// An action of a direction, in response to bytes that are written.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Deliver(Vec<u8>),
    Wait(Duration),
    CloseThis,
    CloseBoth,
}

/// Applies the fault, if any, to the bytes of one direction.
#[derive(Debug)]
pub(crate) struct Filter {
    fault: Option<(usize, Kind)>,
    /// The number of bytes that were written so far.
    position: usize,
}

impl Filter {
    pub(crate) fn new(direction: Direction, fault: Option<Fault>) -> Self {
        let fault = fault.filter(|fault| fault.direction == direction);
        Self { fault: fault.map(|fault| (fault.position, fault.kind)), position: 0 }
    }

    /// Returns the actions for these bytes.
    pub(crate) fn pass(&mut self, bytes: &[u8]) -> Vec<Step> {
        let begin = self.position;
        self.position += bytes.len();
        let Some((faulty, kind)) = self.fault.filter(|(faulty, _)| *faulty < self.position) else {
            return vec![Step::Deliver(bytes.to_vec())];
        };
        if faulty < begin {
            let is_over = !matches!(kind, Kind::Cut | Kind::HalfCut | Kind::Stall);
            return if is_over { vec![Step::Deliver(bytes.to_vec())] } else { Vec::new() };
        }
        let (before, after) = bytes.split_at(faulty - begin);
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
fn a_fault_happens_once_and_at_its_position() {
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
