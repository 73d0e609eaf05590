//! USER: always accepted, so that nobody learns which names exist.

use super::{Reply, Session, State};

pub(super) fn run(session: &mut Session, name: &str) -> Reply {
    session.state = State::Authorization(Some(name.to_owned()));
    Reply::ok("send PASS")
}
