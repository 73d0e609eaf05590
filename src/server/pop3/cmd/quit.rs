//! QUIT: in TRANSACTION it enters UPDATE. The maildrop is free before the reply is sent.

use super::{Reply, Session, State, update};
use crate::server::fault::Fault;

pub(super) fn run(session: &mut Session) -> Reply {
    if let State::Transaction(maildrop) = std::mem::replace(&mut session.state, State::Ended) {
        update(&maildrop);
    }
    if session.context.has(Fault::Pop3QuitNoReply) {
        return Reply::Hangup;
    }
    Reply::ok("bye")
}
