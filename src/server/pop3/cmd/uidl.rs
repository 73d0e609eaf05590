//! UIDL

use super::{Maildrop, Reply, no_such_message, number};
use crate::server::fault::Fault;

pub(super) fn run(maildrop: &Maildrop, argument: Option<&str>) -> Reply {
    let Some(argument) = argument else {
        return all(maildrop);
    };
    let listed = number(argument).and_then(|n| Some((n, maildrop.entry(n)?)));
    match listed {
        Some((number, entry)) => Reply::Ok(format!("{number} {}", entry.unique_id)),
        None => no_such_message(),
    }
}

fn all(maildrop: &Maildrop) -> Reply {
    if maildrop.has(Fault::Pop3EmptyUidlDisconnect) && maildrop.listing().next().is_none() {
        return Reply::Hangup;
    }
    let lines: String = maildrop
        .listing()
        .map(|(number, entry)| format!("{number} {}\r\n", entry.unique_id))
        .collect();
    Reply::Lines("unique-ids follow".to_owned(), lines.into_bytes())
}
