//! RETR: no flag changes, so `\Seen` stays what IMAP clients made it.

use super::{Maildrop, Reply, no_such_message, number};

pub(super) fn run(maildrop: &Maildrop, argument: &str) -> Reply {
    let found = number(argument).and_then(|n| Some((n, maildrop.entry(n)?)));
    let Some((number, entry)) = found else {
        return no_such_message();
    };
    maildrop.retrieved(number);
    maildrop.lines(format!("{} octets", entry.octets()), entry.text())
}
