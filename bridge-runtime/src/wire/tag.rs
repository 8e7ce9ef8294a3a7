//! Fast path: recognizes and begins the common messages by their first byte.
//!
//! The first byte of a message is its tag: the number of its variant, which is how postcard begins an enum. Calls, results,
//! callbacks and their results are nearly all messages. Of the 0.2 µs that a small call takes, serde's way through all variants
//! of [`Message`](super::Message) would take 20 ns for each message that is read, and 8 ns for each that is written. The bytes
//! are the same either way.

use serde::Deserialize;

use super::frame;
use crate::marshal::{Buffer, EncodeError, Encoder};

/// Bytes of a tag.
pub const LENGTH: usize = 1;

const HELLO: u8 = 0;
pub(super) const CALL: u8 = 6;
pub(super) const RETURN: u8 = 7;
const CALLBACK: u8 = 9;
const CALLBACK_RETURN: u8 = 11;
const BATCH: u8 = 16;
const RESULTS: u8 = 17;

/// Makes `frame` a [`Message::Call`](super::Message::Call), whose arguments are to be appended.
///
/// # Errors
/// [`EncodeError`].
#[inline]
pub fn begin_call(frame: &mut Buffer, method: u32) -> Result<(), EncodeError> {
    frame::begin_with_tag(frame, CALL)?;
    Encoder::new(frame).value(&method)
}

/// Makes `frame` a [`Message::Return`](super::Message::Return), whose result is to be appended.
///
/// # Errors
/// [`EncodeError`].
#[inline]
pub fn begin_return(frame: &mut Buffer) -> Result<(), EncodeError> {
    Ok(frame::begin_with_tag(frame, RETURN)?)
}

/// Makes `frame` a [`Message::Callback`](super::Message::Callback), whose arguments are to be appended.
///
/// # Errors
/// [`EncodeError`].
#[inline]
pub fn begin_callback(frame: &mut Buffer, depth: u32, place: u32) -> Result<(), EncodeError> {
    frame::begin_with_tag(frame, CALLBACK)?;
    Encoder::new(frame).value(&(depth, place))
}

/// Makes `frame` a [`Message::CallbackReturn`](super::Message::CallbackReturn), whose result is to be appended.
///
/// # Errors
/// [`EncodeError`].
#[inline]
pub fn begin_callback_return(frame: &mut Buffer) -> Result<(), EncodeError> {
    Ok(frame::begin_with_tag(frame, CALLBACK_RETURN)?)
}

/// Makes `frame` a [`Message::Batch`](super::Message::Batch), whose calls are to be appended.
///
/// # Errors
/// [`EncodeError`].
pub(super) fn begin_batch(frame: &mut Buffer, stop: bool) -> Result<(), EncodeError> {
    frame::begin_with_tag(frame, BATCH)?;
    Encoder::new(frame).value(&stop)
}

/// Makes `frame` a [`Message::Results`](super::Message::Results), whose results are to be appended.
///
/// # Errors
/// [`EncodeError`].
pub(super) fn begin_results(frame: &mut Buffer) -> Result<(), EncodeError> {
    Ok(frame::begin_with_tag(frame, RESULTS)?)
}

/// If `message` is a [`Message::Call`](super::Message::Call), returns its method, and the position of its arguments.
#[inline]
pub fn call(message: &[u8]) -> Option<(u32, usize)> {
    fields(CALL, message)
}

/// Whether `message` is a [`Message::Return`](super::Message::Return). The result follows the tag.
#[inline]
pub fn is_return(message: &[u8]) -> bool {
    message.first() == Some(&RETURN)
}

/// If `message` is a [`Message::Batch`](super::Message::Batch), returns its field `stop`, and the position of its calls.
#[inline]
pub fn batch(message: &[u8]) -> Option<(bool, usize)> {
    fields(BATCH, message)
}

/// Whether `message` is a [`Message::Results`](super::Message::Results). The results follow the tag.
#[inline]
pub fn is_results(message: &[u8]) -> bool {
    message.first() == Some(&RESULTS)
}

/// If `message` is a [`Message::Callback`](super::Message::Callback), returns its depth and place, and the position of its
/// arguments.
#[inline]
pub fn callback(message: &[u8]) -> Option<((u32, u32), usize)> {
    fields(CALLBACK, message)
}

/// Whether `message` is a [`Message::CallbackReturn`](super::Message::CallbackReturn). The result follows the tag.
#[inline]
pub fn is_callback_return(message: &[u8]) -> bool {
    message.first() == Some(&CALLBACK_RETURN)
}

/// If `message` is a [`Message::Hello`](super::Message::Hello) of any protocol version, returns that version. The tag and the
/// first field are the same in every version; what follows may differ.
pub fn hello_version(message: &[u8]) -> Option<u32> {
    fields(HELLO, message).map(|(version, _)| version)
}

/// If `message` has this tag, returns the fields after it, and the position of what follows them.
#[inline]
fn fields<'m, T: Deserialize<'m>>(tag: u8, message: &'m [u8]) -> Option<(T, usize)> {
    let (first, rest) = message.split_first()?;
    if *first != tag {
        return None;
    }
    let (fields, rest) = postcard::take_from_bytes(rest).ok()?;
    Some((fields, message.len() - rest.len()))
}

#[cfg(test)]
mod tests {
    use super::super::Message;
    use super::*;

    fn by_serde(message: &Message) -> Vec<u8> {
        postcard::to_stdvec(message).unwrap()
    }

    fn begun(begin: impl FnOnce(&mut Buffer) -> Result<(), EncodeError>) -> Vec<u8> {
        let mut frame = Buffer::default();
        begin(&mut frame).unwrap();
        frame.bytes()[frame::HEADER..].to_vec()
    }

    #[test]
    fn messages_are_begun_as_serde_writes_them() {
        assert_eq!(begun(begin_return), by_serde(&Message::Return));
        assert_eq!(begun(begin_callback_return), by_serde(&Message::CallbackReturn));
        for method in [0, 1, 127, 128, 70_000, u32::MAX] {
            assert_eq!(begun(|frame| begin_call(frame, method)), by_serde(&Message::Call { method }));
        }
        for (depth, place) in [(1, 2), (127, 0), (128, 1), (1, u32::MAX)] {
            let callback = by_serde(&Message::Callback { depth, place });
            assert_eq!(begun(|frame| begin_callback(frame, depth, place)), callback);
        }
        assert_eq!(begun(begin_results), by_serde(&Message::Results));
        for stop in [false, true] {
            assert_eq!(begun(|frame| begin_batch(frame, stop)), by_serde(&Message::Batch { stop }));
        }
    }

    #[test]
    fn a_result_is_recognized_by_its_first_byte() {
        assert!(is_return(&by_serde(&Message::Return)) && !is_return(&by_serde(&Message::CallbackReturn)));
        assert!(is_callback_return(&by_serde(&Message::CallbackReturn)));
        assert!(is_results(&by_serde(&Message::Results)) && !is_results(&by_serde(&Message::Return)));
        assert!(!is_return(&[]) && !is_callback_return(&[]) && !is_results(&[]));
    }

    #[test]
    fn a_batch_is_recognized_by_its_first_bytes() {
        for stop in [false, true] {
            let mut message = by_serde(&Message::Batch { stop });
            assert_eq!(batch(&message[..1]), None);
            message.extend([7; 3]);
            assert_eq!(batch(&message), Some((stop, 2)));
        }
        assert_eq!(batch(&[BATCH, 2]), None, "a bool is 0 or 1");
        assert_eq!(batch(&by_serde(&Message::Results)), None);
    }

    #[test]
    fn a_callback_is_recognized_by_its_first_bytes() {
        for (depth, place) in [(1, 0), (128, 70_000), (u32::MAX, u32::MAX)] {
            let mut message = by_serde(&Message::Callback { depth, place });
            let length = message.len();
            assert_eq!(callback(&message[..length - 1]), None);
            message.extend([7; 3]);
            assert_eq!(callback(&message), Some(((depth, place), length)));
        }
        assert_eq!(callback(&by_serde(&Message::Call { method: 1 })), None);
    }

    #[test]
    fn a_call_is_recognized_by_its_first_bytes() {
        for method in [0, 1, 127, 128, 70_000, u32::MAX] {
            let mut message = by_serde(&Message::Call { method });
            let length = message.len();
            assert_eq!(call(&message[..length - 1]), None);
            message.extend([7; 3]);
            assert_eq!(call(&message), Some((method, length)));
        }
        for other in [Message::Describe, Message::Return, Message::Callback { depth: 1, place: 2 }] {
            assert_eq!(call(&by_serde(&other)), None);
        }
    }
}
