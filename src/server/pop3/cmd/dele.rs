//! DELE

use super::{Maildrop, Reply, no_such_message, number};

pub(super) fn run(maildrop: &mut Maildrop, argument: &str) -> Reply {
    match number(argument) {
        Some(number) if maildrop.mark(number) => Reply::Ok(format!("message {number} deleted")),
        _ => no_such_message(),
    }
}
