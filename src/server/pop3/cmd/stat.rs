//! STAT

use super::{Maildrop, Reply};
use crate::server::fault::Fault;

pub(super) fn run(maildrop: &Maildrop) -> Reply {
    let (count, octets) = maildrop.stat();
    if maildrop.has(Fault::Pop3StatWithUnit) {
        return Reply::Ok(format!("{count} {octets} octets"));
    }
    Reply::Ok(format!("{count} {octets}"))
}
