//! CONTEXT=SEARCH and CONTEXT=SORT (RFC 5267).

use super::{Extension, NOTHING, bare};
use crate::finding::rule::imap_wire as rules;
use crate::wire::imap::Code;
use crate::wire::imap::parser::{Parsed, Parser};

pub(super) const EXTENSION: Extension = Extension {
    codes: &[("NOUPDATE", noupdate)],
    search_returns: &[
        ("ADDTO", ret_data_addto),
        ("REMOVEFROM", ret_data_removefrom),
    ],
    ..NOTHING
};

/// `"NOUPDATE" SP quoted` (RFC 5267 §5)
fn noupdate(p: &mut Parser<'_>) -> Parsed<Code> {
    p.sp()?;
    p.quoted()?;
    bare("NOUPDATE")
}

/// `ret-data-addto = "ADDTO" SP "(" context-position SP sequence-set *(SP context-position SP
/// sequence-set) ")"` (RFC 5267 §5)
fn ret_data_addto(p: &mut Parser<'_>) -> Parsed<()> {
    p.context_changes()
}

/// `ret-data-removefrom = "REMOVEFROM" SP "(" context-position SP sequence-set
/// *(SP context-position SP sequence-set) ")"` (RFC 5267 §5)
fn ret_data_removefrom(p: &mut Parser<'_>) -> Parsed<()> {
    p.context_changes()
}

impl Parser<'_> {
    /// `"(" context-position SP sequence-set … ")"`, `context-position = number` (RFC 5267 §5)
    fn context_changes(&mut self) -> Parsed<()> {
        self.under(rules::CONTEXT, |p| {
            p.list1("context-position", |p| {
                p.number()
                    .or_else(|_| p.expected("context-position"))?;
                p.sp()?;
                p.sequence_set().map(drop)
            })
            .map(drop)
        })
    }
}
