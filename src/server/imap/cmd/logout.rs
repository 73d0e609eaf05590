//! LOGOUT (RFC 9051 §6.1.3).

use super::{Reply, Then};
use crate::server::fault::Fault;
use crate::server::imap::session::Session;

pub(super) fn run(session: &mut Session) -> Reply {
    if session.has(Fault::LogoutExpunges) {
        super::close::run(session, true);
    }
    if !session.has(Fault::LogoutWithoutBye) {
        session.untagged("BYE Until next time");
    }
    Reply::ok("LOGOUT completed").then(Then::End)
}
