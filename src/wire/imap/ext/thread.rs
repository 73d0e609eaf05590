//! THREAD (RFC 5256).

use super::{Extension, NOTHING};
use crate::finding::rule::imap_wire as rules;
use crate::wire::imap::Data;
use crate::wire::imap::parser::{Parsed, Parser};

pub(super) const EXTENSION: Extension = Extension {
    data: &[("THREAD", thread_data)],
    // thread-alg = "ORDEREDSUBJECT" / "REFERENCES" / thread-alg-ext, an atom (RFC 5256 §5)
    capability_values: &[("THREAD", |p| p.atom().map(drop))],
    ..NOTHING
};

/// `thread-data = "THREAD" [SP 1*thread-list]` (RFC 5256 §5)
fn thread_data(p: &mut Parser<'_>) -> Parsed<Data> {
    p.under(rules::THREAD, |p| {
        if p.more() {
            p.thread_lists()?;
        }
        Ok(Data::Other("THREAD".to_owned()))
    })
}

impl Parser<'_> {
    /// `1*thread-list`, `thread-list = "(" (thread-members / thread-nested) ")"`, `thread-members =
    /// nz-number *(SP nz-number) [SP thread-nested]`, `thread-nested = 2*thread-list`
    /// (RFC 5256 §5)
    ///
    /// Not recursive: threads may be as deep as a mailbox has messages.
    fn thread_lists(&mut self) -> Parsed<()> {
        // how many lists each open list holds so far
        let mut open: Vec<u32> = Vec::new();
        loop {
            let nested = open.last().copied();
            if self.cursor.eat(b'(') {
                if let Some(lists) = open.last_mut() {
                    *lists = lists.saturating_add(1);
                }
                open.push(0);
                if self.cursor.peek() == Some(b'(') {
                    continue;
                }
                self.nz_number()?;
                while self.more() && self.cursor.peek() != Some(b'(') {
                    self.nz_number()?;
                }
            } else if nested.is_some_and(|lists| lists != 1) && self.cursor.eat(b')') {
                open.pop();
            } else {
                let expected = match nested {
                    None => "\"(\"",
                    Some(1) => "\"(\", as lists within a list are two or more",
                    Some(_) => "\"(\" or \")\"",
                };
                return self.expected(expected);
            }
            if open.is_empty() && self.cursor.peek() != Some(b'(') {
                return Ok(());
            }
        }
    }
}
