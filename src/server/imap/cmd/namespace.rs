//! NAMESPACE (RFC 9051 §6.3.10, RFC 2342).

use super::Reply;
use crate::server::fault::Fault;
use crate::server::imap::session::Session;
use crate::server::store::DELIMITER;

pub(super) fn run(session: &mut Session) -> Reply {
    if session.has(Fault::NamespaceSaysNothing) {
        return Reply::ok("NAMESPACE completed");
    }
    session.untagged(&format!("NAMESPACE ((\"\" \"{DELIMITER}\")) NIL NIL"));
    Reply::ok("NAMESPACE completed")
}
