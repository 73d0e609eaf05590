//! NOOP

use super::{Maildrop, Reply};
use crate::server::fault::Fault;

pub(super) fn run(maildrop: &Maildrop) -> Reply {
    if maildrop.has(Fault::Pop3DoubleOk) {
        return Reply::ok("done\r\n+OK done");
    }
    Reply::ok("done")
}
