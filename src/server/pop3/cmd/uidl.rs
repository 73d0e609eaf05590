//! UIDL

use super::{Maildrop, Reply, message_number, no_such_message};
use crate::server::fault::Fault;

pub(super) fn run(maildrop: &Maildrop, argument: Option<&str>) -> Reply {
    let Some(argument) = argument else {
        return all(maildrop);
    };
    let listed = message_number(maildrop, argument).and_then(|n| Some((n, maildrop.entry(n)?)));
    match listed {
        Some((number, entry)) => Reply::Ok(format!("{number} {}", entry.unique_id)),
        None => no_such_message(),
    }
}

fn all(maildrop: &Maildrop) -> Reply {
    if maildrop.has(Fault::Pop3EmptyUidlDisconnect) && maildrop.listing().next().is_none() {
        return Reply::Hangup;
    }
    let skips = maildrop.has(Fault::Pop3UidlSkipsEntries);
    let lines: String = maildrop
        .listing()
        .filter(|(_, entry)| !(skips && entry.has_empty_body()))
        .map(|(number, entry)| format!("{number} {}\r\n", entry.unique_id))
        .collect();
    Reply::Lines("unique-ids follow".to_owned(), lines.into_bytes())
}
