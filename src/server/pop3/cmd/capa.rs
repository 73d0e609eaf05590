//! CAPA (RFC 2449 §5): the same in every state, but for STLS, which goes once TLS is in use.

use super::{Reply, Session};
use crate::server::fault::Fault;

const ALWAYS: &str = "USER\r\n\
    SASL PLAIN\r\n\
    TOP\r\n\
    UIDL\r\n\
    RESP-CODES\r\n\
    AUTH-RESP-CODE\r\n\
    PIPELINING\r\n\
    EXPIRE NEVER\r\n\
    IMPLEMENTATION mailspec\r\n";

pub(super) fn run(session: &Session) -> Reply {
    let mut lines = ALWAYS.to_owned();
    if !session.stream.is_tls() {
        lines.push_str("STLS\r\n");
    }
    if session.context.has(Fault::Pop3CapaDoubleSpace) {
        lines = lines.replace("SASL PLAIN", "SASL  PLAIN");
    }
    Reply::Lines("capabilities follow".to_owned(), lines.into_bytes())
}
