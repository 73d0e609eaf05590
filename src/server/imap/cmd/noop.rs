//! NOOP (RFC 9051 §6.1.2) and CHECK (RFC 3501 §6.4.1): the changes are told at their end.

use super::Reply;

pub(super) fn run() -> Reply {
    Reply::ok("Done")
}
