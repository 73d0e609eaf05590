//! Tables of patterns and responses for the whole module; here is what they share.

mod lines;
mod meaning;
mod parse;
mod steps;
mod torture;

use std::collections::BTreeMap;

use super::*;
use crate::wire::{Body, Message, Protocol, imap, pop3, smtp};

impl Lookup for BTreeMap<&str, &str> {
    fn lookup(&self, path: &str) -> Option<Vec<u8>> {
        self.get(path).map(|value| value.as_bytes().to_vec())
    }
}

fn message(protocol: Protocol, octets: &[u8]) -> Message {
    let body = match protocol {
        Protocol::Imap => Body::Imap(imap::Response::Unreadable),
        Protocol::Pop3 => Body::Pop3(pop3::Response {
            indicator: None,
            code: None,
            text: Vec::new(),
            lines: None,
        }),
        Protocol::Smtp | Protocol::Lmtp => Body::Smtp(smtp::Reply {
            code: None,
            enhanced: None,
            lines: Vec::new(),
        }),
    };
    Message {
        octets: octets.to_vec(),
        offset: 0,
        body,
        violations: Vec::new(),
    }
}

fn values() -> BTreeMap<&'static str, &'static str> {
    BTreeMap::from([
        ("plain.uid", "4"),
        ("last.uid", "9"),
        ("plain.size", "120"),
        ("plain.uidl", "aB-9"),
        ("plain.body", "Subject: x\r\n\r\n.dot\r\nend\r\n"),
        ("open.body", "Subject: x\r\n\r\nno end"),
        ("flags", "(\\Seen $Junk)"),
        ("before", "100"),
        ("box", "My Mail"),
    ])
}

/// One line before the completion, or the completion itself if the pattern is one.
fn hold(protocol: Protocol, pattern: &str, octets: &[u8]) -> Result<Captures, Vec<Mismatch>> {
    let pattern =
        Pattern::parse(pattern, protocol).unwrap_or_else(|error| panic!("{pattern}: {error:?}"));
    let message = message(protocol, octets);
    let completes = pattern.is_completion() || protocol != Protocol::Imap;
    let before = if completes {
        vec![]
    } else {
        vec![message.clone()]
    };
    let responses = Responses {
        before: &before,
        completion: completes.then_some(&message),
        closed: false,
    };
    came(&[pattern], responses, &values())
}
