//! STAT

use super::{Maildrop, Reply};

pub(super) fn run(maildrop: &Maildrop) -> Reply {
    let (count, octets) = maildrop.stat();
    Reply::Ok(format!("{count} {octets}"))
}
