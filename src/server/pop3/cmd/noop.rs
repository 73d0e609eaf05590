//! NOOP

use super::Reply;

pub(super) fn run() -> Reply {
    Reply::ok("done")
}
