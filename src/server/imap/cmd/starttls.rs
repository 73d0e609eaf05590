//! STARTTLS (RFC 9051 §6.2.1).

use super::{Reply, Then};
use crate::server::imap::session::Session;

pub(super) fn run(session: &Session) -> Reply {
    if session.stream.is_tls() {
        return Reply::bad("TLS is in use already");
    }
    Reply::ok("Begin TLS now").then(Then::StartTls)
}
