//! RETR: no flag changes, so `\Seen` stays what IMAP clients made it.

use super::{Maildrop, Reply, message_number, no_such_message};

pub(super) fn run(maildrop: &mut Maildrop, argument: &str) -> Reply {
    let found = message_number(maildrop, argument).and_then(|n| Some((n, maildrop.entry(n)?)));
    let Some((number, entry)) = found else {
        return no_such_message();
    };
    if let Some(refusal) = maildrop.refusal_of(entry) {
        return refusal;
    }
    maildrop.retrieved(number);
    let Some(entry) = maildrop.entry(number) else {
        return no_such_message();
    };
    maildrop.lines(
        format!("{} octets", entry.octets()),
        maildrop.text_of(entry),
    )
}
