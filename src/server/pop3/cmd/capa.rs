//! CAPA (RFC 2449 §5): the same in every state, but for STLS, which goes once TLS is in use.

use super::{Reply, Session, State};
use crate::server::fault::Fault;

const ALWAYS: &str = "USER\r\n\
    SASL PLAIN CRAM-MD5\r\n\
    TOP\r\n\
    UIDL\r\n\
    RESP-CODES\r\n\
    AUTH-RESP-CODE\r\n\
    PIPELINING\r\n\
    UTF8 USER\r\n\
    LANG\r\n";

pub(super) fn run(session: &Session) -> Reply {
    let expire = match session.context.has(Fault::ExpireNotAnnounced) {
        true => "NEVER".to_owned(),
        false => session.context.retention.announced(),
    };
    let mut lines = format!("{ALWAYS}EXPIRE {expire}\r\nIMPLEMENTATION mailspec\r\n");
    if !session.stream.is_tls() {
        lines.push_str("STLS\r\n");
    } else if session.context.has(Fault::Pop3CapaMissingUnderTls) {
        return super::unknown();
    }
    if session.context.has(Fault::Pop3CapaDoubleSpace) {
        lines = lines.replace("SASL PLAIN", "SASL  PLAIN");
    }
    if session.context.has(Fault::Pop3CapaShrinksAtLogin)
        && matches!(session.state, State::Transaction(_))
    {
        lines = lines
            .split_inclusive('\n')
            .filter(|line| !["SASL", "UIDL", "USER"].contains(&&line[..4]))
            .collect();
    }
    if session.context.has(Fault::Pop3RespCodesUnlisted) {
        lines = lines.replace("RESP-CODES\r\n", "");
    }
    if session.context.has(Fault::Pop3AuthRespCodeUnlisted) {
        lines = lines.replace("AUTH-RESP-CODE\r\n", "");
    }
    Reply::Lines("capabilities follow".to_owned(), lines.into_bytes())
}
