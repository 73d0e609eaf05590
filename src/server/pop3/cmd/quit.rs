//! QUIT: in TRANSACTION it enters UPDATE. The maildrop is free before the reply is sent.

use super::{Reply, Session, State};

pub(super) fn run(session: &mut Session) -> Reply {
    if let State::Transaction(maildrop) = std::mem::replace(&mut session.state, State::Ended) {
        maildrop.commit();
    }
    Reply::ok("bye")
}
