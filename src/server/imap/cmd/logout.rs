//! LOGOUT (RFC 9051 §6.1.3).

use super::{Reply, Then};
use crate::server::imap::session::Session;

pub(super) fn run(session: &mut Session) -> Reply {
    session.untagged("BYE Until next time");
    Reply::ok("LOGOUT completed").then(Then::End)
}
