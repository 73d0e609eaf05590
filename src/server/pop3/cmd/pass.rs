//! PASS: what follows the first space is the password, spaces and all (RFC 1939 §7).

use super::{Reply, Session, State};
use crate::server::fault::Fault;

pub(super) fn run(session: &mut Session, password: &str) -> Reply {
    let State::Authorization(user) = &mut session.state else {
        return super::unknown();
    };
    match user.take() {
        Some(user) => {
            let reply = session.login(&user, password);
            if session.context.has(Fault::Pop3UserRemembered)
                && let State::Authorization(name) = &mut session.state
            {
                *name = Some(user);
            }
            reply
        }
        None if session.context.has(Fault::Pop3PassWithoutUser) => Reply::ok("send USER"),
        None => Reply::err("USER comes first"),
    }
}
