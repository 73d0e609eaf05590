//! IDLE (RFC 9051 §6.3.13, RFC 2177).

use std::io;

use super::Reply;
use crate::server::fault::Fault;
use crate::server::imap::session::Session;

/// The longest line that may end it.
const LONGEST_DONE: usize = 1000;

pub(super) async fn run(session: &mut Session) -> io::Result<Reply> {
    let mut changes = session.account().changes();
    session.out.extend_from_slice(b"+ idling\r\n");
    let mut told = true;
    loop {
        if told {
            let expunge = !session.has(Fault::IdleMissesExpunge);
            session.sync(expunge);
        }
        session.flush().await?;
        tokio::select! {
            input = session.stream.read_line(LONGEST_DONE) => {
                return Ok(match session.octets(input) {
                    Some(_) if session.has(Fault::DoneIsNoCommand) => Reply::bad("Unknown command"),
                    Some(line) if line.eq_ignore_ascii_case(b"DONE") => Reply::ok("IDLE ended"),
                    Some(_) => Reply::bad("Expected DONE"),
                    None => Reply::bad("IDLE was cut off"),
                });
            }
            changed = changes.changed() => {
                told = !told || !session.has(Fault::IdleOneEventLate);
                if changed.is_err() {
                    session.untagged("BYE The account is gone");
                    session.ended = true;
                    return Ok(Reply::bad("IDLE was cut off"));
                }
            }
        }
    }
}
