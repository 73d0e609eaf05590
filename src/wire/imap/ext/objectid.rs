//! OBJECTID (RFC 8474).

use super::{Extension, NOTHING, bare};
use crate::finding::rule::imap_wire as rules;
use crate::wire::imap::parser::{Parsed, Parser};
use crate::wire::imap::string::is_astring_char;
use crate::wire::imap::{Code, FetchItem};

pub(super) const EXTENSION: Extension = Extension {
    codes: &[("MAILBOXID", mailboxid_code)],
    msg_atts: &[
        ("EMAILID", fetch_emailid_resp),
        ("THREADID", fetch_threadid_resp),
    ],
    status_atts: &[("MAILBOXID", mailboxid)],
    ..NOTHING
};

/// `"MAILBOXID" SP "(" objectid ")"`, a response code (RFC 8474 §7)
fn mailboxid_code(p: &mut Parser<'_>) -> Parsed<Code> {
    p.under(rules::OBJECTID, |p| {
        p.sp()?;
        p.objectid()
    })?;
    bare("MAILBOXID")
}

/// `status-att-val =/ "MAILBOXID" SP "(" objectid ")"` (RFC 8474 §7)
fn mailboxid(p: &mut Parser<'_>) -> Parsed<Option<u64>> {
    p.under(rules::OBJECTID, Parser::objectid).map(|()| None)
}

/// `fetch-emailid-resp = "EMAILID" SP "(" objectid ")"` (RFC 8474 §7)
fn fetch_emailid_resp(p: &mut Parser<'_>) -> Parsed<FetchItem> {
    p.raw("EMAILID", |p| p.under(rules::OBJECTID, Parser::objectid))
}

/// `fetch-threadid-resp = "THREADID" SP ("(" objectid ")" / nil)` (RFC 8474 §7)
fn fetch_threadid_resp(p: &mut Parser<'_>) -> Parsed<FetchItem> {
    p.raw("THREADID", |p| {
        if p.nil() {
            return Ok(());
        }
        p.under(rules::OBJECTID, Parser::objectid)
    })
}

impl Parser<'_> {
    /// `objectid = 1*255(ALPHA / DIGIT / "_" / "-")` with the parentheses around it (RFC 8474 §7)
    fn objectid(&mut self) -> Parsed<()> {
        self.octet(b'(')?;
        let start = self.cursor.at();
        let id = self.cursor.take_while(|octet| {
            octet.is_ascii_alphanumeric() || matches!(octet, b'_' | b'-')
        });
        if id.is_empty() || self.cursor.peek().is_some_and(is_astring_char) {
            return self.expected("letter, digit, \"_\" or \"-\"");
        }
        if id.len() > 255 {
            let span = start..self.cursor.at();
            self.report(rules::OBJECTID, span, "at most 255 characters");
        }
        self.octet(b')')
    }
}
