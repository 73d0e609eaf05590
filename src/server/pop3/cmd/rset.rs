//! RSET

use super::{Maildrop, Reply};

pub(super) fn run(maildrop: &mut Maildrop) -> Reply {
    maildrop.reset();
    let (count, octets) = maildrop.stat();
    Reply::Ok(format!("{count} messages, {octets} octets"))
}
