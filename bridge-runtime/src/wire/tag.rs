//! The heads of the messages that nearly all messages are, told and written by their first bytes, without a look at all the
//! others. Numbers below 128 are one byte each, and nearly all are.

use serde::Deserialize;

/// The place of [`Message::Hello`](super::Message::Hello).
const HELLO: u8 = 0;

/// The place of [`Message::Call`](super::Message::Call); the method's number follows.
pub const CALL: u8 = 6;

/// [`Message::Return`](super::Message::Return) as it is sent.
pub const RETURN: u8 = 7;

/// The place of [`Message::Callback`](super::Message::Callback); its depth and its place follow.
pub const CALLBACK: u8 = 9;

/// [`Message::CallbackReturn`](super::Message::CallbackReturn) as it is sent.
pub const CALLBACK_RETURN: u8 = 11;

/// The method of the [`Message::Call`](super::Message::Call) that `message` begins with, and where its arguments do; `None` for what is no call.
#[inline]
pub fn call(message: &[u8]) -> Option<(u32, usize)> {
    match *message {
        [CALL, method @ ..0x80, ..] => Some((method.into(), 2)),
        _ => head(CALL, message),
    }
}

/// The depth and the place of the [`Message::Callback`](super::Message::Callback) that `message` begins with, and where its arguments do; `None` for what
/// is none.
#[inline]
pub fn callback(message: &[u8]) -> Option<((u32, u32), usize)> {
    match *message {
        [CALLBACK, depth @ ..0x80, place @ ..0x80, ..] => Some(((depth.into(), place.into()), 3)),
        _ => head(CALLBACK, message),
    }
}

/// The protocol of the hello that `message` begins with, whatever another version has put behind it; `None` if it is no
/// hello. The place of [`Message::Hello`](super::Message::Hello) and of its first field are the same in every version.
pub fn hello_protocol(message: &[u8]) -> Option<u32> {
    head(HELLO, message).map(|(protocol, _)| protocol)
}

/// What the message at `place` begins with, and where that ends; `None` if `message` is another one.
#[inline]
fn head<'m, T: Deserialize<'m>>(place: u8, message: &'m [u8]) -> Option<(T, usize)> {
    match postcard::take_from_bytes::<(u8, T)>(message) {
        Ok(((found, head), rest)) if found == place => Some((head, message.len() - rest.len())),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::Message;
    use super::*;

    #[test]
    fn a_result_is_announced_by_one_byte() {
        assert_eq!(postcard::to_stdvec(&Message::Return).unwrap(), [RETURN]);
        assert_eq!(postcard::to_stdvec(&Message::CallbackReturn).unwrap(), [CALLBACK_RETURN]);
    }

    #[test]
    fn a_callback_is_told_by_its_first_bytes() {
        for (depth, place) in [(1, 0), (128, 70_000), (u32::MAX, u32::MAX)] {
            let mut message = postcard::to_stdvec(&Message::Callback { depth, place }).unwrap();
            let head = message.len();
            assert_eq!(callback(&message[..head - 1]), None);
            message.extend([7; 3]);
            assert_eq!(callback(&message), Some(((depth, place), head)));
        }
        assert_eq!(callback(&postcard::to_stdvec(&Message::Call { method: 1 }).unwrap()), None);
    }

    #[test]
    fn a_call_is_told_by_its_first_bytes() {
        for method in [0, 1, 127, 128, 70_000, u32::MAX] {
            let mut message = postcard::to_stdvec(&Message::Call { method }).unwrap();
            let head = message.len();
            assert_eq!(call(&message[..head - 1]), None);
            message.extend([7; 3]);
            assert_eq!(call(&message), Some((method, head)));
        }
        for other in [Message::Describe, Message::Return, Message::Callback { depth: 1, place: 2 }] {
            assert_eq!(call(&postcard::to_stdvec(&other).unwrap()), None);
        }
    }
}
