//! The server's side of the handshake.

use std::io;
use std::path::Path;

use super::secrets::Secrets;
use crate::interface::Description;
use crate::transport::{ARENA_LIMIT, Channel, SharedMemoryEnd};
use crate::wire::{Hello, Message, PROTOCOL_VERSION, Ready, Start, StartFailure};

/// Sends this server's `Hello` and receives the client's `Start`; `None` if one side rejects the other. In that case the client
/// has been informed.
///
/// # Errors
/// Fails if the connection breaks.
pub(crate) fn receive_start(
    channel: &mut Channel,
    description: &Description,
    secrets: Secrets,
) -> io::Result<Option<Start>> {
    channel.send_message(&Message::Hello(Box::new(Hello {
        protocol: PROTOCOL_VERSION,
        secret: secrets.server,
        interface: description.name.to_owned(),
        fingerprint: description.fingerprint(),
        pid: std::process::id(),
    })))?;
    match channel.receive()?.0 {
        Message::Start(start) if start.secret == secrets.client => return Ok(Some(*start)),
        Message::Start(_) => channel.send_message(&Message::StartFailed(Box::new(StartFailure::Secret)))?,
        Message::Describe => channel.send_message(&Message::Description(description.signatures()))?,
        _ => {}
    }
    Ok(None)
}

/// Informs the client that the server is ready for calls, and switches to the shared memory that the client offers, if any.
///
/// # Errors
/// Fails if the connection breaks.
pub(crate) fn complete_handshake(
    channel: &mut Channel,
    library: Option<&Path>,
    memory: Option<&str>,
) -> io::Result<()> {
    let (end, refused) = open_shared_memory(memory);
    channel.send_message(&Message::Ready(Box::new(Ready { refused, ..describe_server(library) })))?;
    end.map_or(Ok(()), |end| channel.upgrade(end, ARENA_LIMIT))
}

/// Describes this process as a server of `library`.
pub(crate) fn describe_server(library: Option<&Path>) -> Ready {
    Ready {
        architecture: std::env::consts::ARCH.to_owned(),
        os: std::env::consts::OS.to_owned(),
        library: library.map(|path| path.display().to_string()),
        executable: crate::sys::program_path().map(|path| path.display().to_string()).unwrap_or_default(),
        refused: None,
    }
}

/// Opens the shared memory that a client offers for a connection, or returns the reason to refuse it.
pub(crate) fn open_shared_memory(address: Option<&str>) -> (Option<SharedMemoryEnd>, Option<String>) {
    match address.map(SharedMemoryEnd::open).transpose() {
        Ok(end) => (end, None),
        Err(error) => (None, Some(error.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transport::in_process_pair;
    use crate::wire::Secret;

    const DESCRIPTION: Description = Description::example(&[]);

    /// Runs a server whose client answers its hello with `answer`. Returns the server's result and its reply.
    fn answered_with(answer: &Message) -> (io::Result<Option<Start>>, io::Result<Message>) {
        let (client, server) = in_process_pair();
        let mut client = Channel::new(client);
        client.send_message(answer).unwrap();
        let secrets = Secrets { server: [1; 16], client: [2; 16] };
        let result = receive_start(&mut Channel::new(server), &DESCRIPTION, secrets);
        let Ok((Message::Hello(hello), _)) = client.receive() else { panic!("no hello") };
        assert_eq!(hello.secret, secrets.server);
        (result, client.receive().map(|(message, _)| message))
    }

    fn start(secret: Secret) -> Message {
        Message::Start(Box::new(Start { secret, ..Start::default() }))
    }

    #[test]
    fn a_client_without_the_secret_is_refused() {
        let (result, reply) = answered_with(&start([1; 16]));
        assert!(matches!(result, Ok(None)), "{result:?}");
        assert!(
            matches!(reply, Ok(Message::StartFailed(ref failure)) if matches!(**failure, StartFailure::Secret)),
            "{reply:?}"
        );

        let (result, _) = answered_with(&Message::Call { method: 0 });
        assert!(matches!(result, Ok(None)), "no call before the secret: {result:?}");

        let (result, _) = answered_with(&start([2; 16]));
        assert!(matches!(result, Ok(Some(_))), "{result:?}");
    }
}
