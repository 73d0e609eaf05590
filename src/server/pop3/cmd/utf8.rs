//! `UTF8` (RFC 6856 §2.1): messages in UTF-8 go out as they are.

use super::{Reply, Session};

pub(super) fn run(session: &mut Session) -> Reply {
    session.utf8 = true;
    Reply::ok("UTF-8 mode")
}
