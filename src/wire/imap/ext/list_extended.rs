//! LIST-EXTENDED (RFC 5258), part of IMAP4rev2: extended data items of LIST.

use super::{Extension, NOTHING};
use crate::finding::rule::imap_wire as rules;
use crate::wire::imap::parser::{Parsed, Parser};
use crate::wire::imap::string::is_atom_char;

pub(super) const EXTENSION: Extension = Extension {
    list_items: &[("CHILDINFO", childinfo_extended_item), ("OLDNAME", oldname_extended_item)],
    ..NOTHING
};

/// `childinfo-extended-item = "CHILDINFO" SP "(" list-select-base-opt-quoted
/// *(SP list-select-base-opt-quoted) ")"` (RFC 5258 §6)
fn childinfo_extended_item(p: &mut Parser<'_>) -> Parsed<()> {
    p.under(rules::LIST_EXTENDED, |p| {
        p.list1("list-select-base-opt-quoted", |p| {
            let start = p.cursor.at();
            let option = p
                .quoted()
                .or_else(|_| p.expected("list-select-base-opt-quoted"))?;
            let name = option.split(|&octet| octet == b' ').next();
            if !name.is_some_and(|name| !name.is_empty() && name.iter().all(|&o| is_atom_char(o))) {
                let span = start..p.cursor.at();
                p.report(rules::LIST_EXTENDED, span, "a selection option in quotes");
            }
            Ok(())
        })
        .map(drop)
    })
}

/// `oldname-extended-item = "OLDNAME" SP "(" mailbox ")"` (RFC 9051 §9, RFC 5465 §8)
fn oldname_extended_item(p: &mut Parser<'_>) -> Parsed<()> {
    p.under(rules::LIST_EXTENDED, |p| {
        p.octet(b'(')?;
        p.mailbox()?;
        p.octet(b')')
    })
}
