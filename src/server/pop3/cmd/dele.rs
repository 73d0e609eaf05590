//! DELE

use super::{Maildrop, Reply, message_number, no_such_message};

pub(super) fn run(maildrop: &mut Maildrop, argument: &str) -> Reply {
    match message_number(maildrop, argument) {
        Some(number) if maildrop.mark(number) => Reply::Ok(format!("message {number} deleted")),
        _ => no_such_message(),
    }
}
