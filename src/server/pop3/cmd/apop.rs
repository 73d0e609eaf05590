//! `APOP name digest` (RFC 1939 §7): opens the maildrop without the password on the wire.

use super::{Reply, Session};
use crate::server::fault::Fault;
use crate::server::pop3::digest;

pub(super) fn run(session: &mut Session, arguments: &str) -> Reply {
    let Some((name, given)) = arguments.split_once(' ') else {
        return Reply::err("APOP needs a name and a digest");
    };
    let timestamp = session.timestamp.clone();
    let lenient = session.context.has(Fault::Pop3ApopDigestUnchecked);
    let in_capitals = session.context.has(Fault::Pop3ApopDigestInCapitals);
    session.login_with(name, |password| {
        let digest = digest::apop(&timestamp, password);
        match in_capitals {
            true => digest.to_ascii_uppercase() == given,
            false => digest == given || lenient,
        }
    })
}
