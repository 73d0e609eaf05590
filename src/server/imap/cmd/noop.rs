//! NOOP (RFC 9051 §6.1.2) and CHECK (RFC 3501 §6.4.1): the changes are told at their end.

use super::{Reply, Then};
use crate::server::fault::Fault;
use crate::server::imap::session::{Session, State};

pub(super) fn run(session: &mut Session) -> Reply {
    if session.state() == State::NotAuthenticated && session.has(Fault::NoopNeedsLogin) {
        return Reply::bad("Log in first");
    }
    if session.view.is_some() && session.has(Fault::NoopMissesNewMail) {
        return Reply::ok("Done").then(Then::Nothing);
    }
    Reply::ok("Done")
}

pub(super) fn check(session: &mut Session) -> Reply {
    if session.has(Fault::CheckReportsEmpty) {
        session.untagged("0 EXISTS");
    }
    Reply::ok("Done")
}
