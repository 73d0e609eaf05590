//! LIST

use super::{Maildrop, Reply, message_number, no_such_message};
use crate::server::fault::Fault;

pub(super) fn run(maildrop: &Maildrop, argument: Option<&str>) -> Reply {
    let Some(argument) = argument else {
        let separator = match maildrop.has(Fault::Pop3ListingWithTab) {
            true => '\t',
            false => ' ',
        };
        let lines: String = maildrop
            .listing()
            .map(|(number, entry)| format!("{number}{separator}{}\r\n", entry.octets()))
            .collect();
        let (count, octets) = maildrop.stat();
        let text = format!("{count} messages, {octets} octets");
        return Reply::Lines(text, lines.into_bytes());
    };
    let listed = message_number(maildrop, argument).and_then(|n| Some((n, maildrop.entry(n)?)));
    match listed {
        Some((number, entry)) => Reply::Ok(format!("{number} {}", entry.octets())),
        None => no_such_message(),
    }
}
