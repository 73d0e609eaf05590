//! PREVIEW (RFC 8970).

use super::{Extension, NOTHING};
use crate::finding::rule::imap_wire as rules;
use crate::wire::imap::FetchItem;
use crate::wire::imap::parser::{Parsed, Parser};

/// Longest preview, in characters (RFC 8970 §3.3).
const CHARACTERS_MAX: usize = 256;

pub(super) const EXTENSION: Extension = Extension {
    msg_atts: &[("PREVIEW", preview)],
    ..NOTHING
};

/// `msg-att-dynamic =/ "PREVIEW" SP nstring`: UTF-8 of at most 256 characters (RFC 8970 §3.3, §6)
///
/// Servers with PREVIEW=FUZZY, the form before the RFC, give an algorithm and the text in
/// parentheses.
fn preview(p: &mut Parser<'_>) -> Parsed<FetchItem> {
    p.raw("PREVIEW", |p| {
        if p.cursor.peek() == Some(b'(') && p.context.offers("PREVIEW=FUZZY") {
            return p.any_value();
        }
        let start = p.cursor.at();
        let text = p.under(rules::PREVIEW, Parser::nstring)?.unwrap_or_default();
        let span = start..p.cursor.at();
        match std::str::from_utf8(&text) {
            Ok(text) if text.chars().count() <= CHARACTERS_MAX => {}
            Ok(_) => p.report(rules::PREVIEW, span, "at most 256 characters"),
            Err(_) if p.has_reported(&span) => {}
            Err(_) => p.report(rules::PREVIEW, span, "UTF-8"),
        }
        Ok(())
    })
}
