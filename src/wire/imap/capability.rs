//! The CAPABILITY response and response code.

use super::parser::{Parsed, Parser};
use super::{Code, Data};
use crate::finding::rule::imap_wire as rules;

impl Parser<'_> {
    /// `capability-data = "CAPABILITY" *(SP capability) SP "IMAP4rev2" *(SP capability)`
    /// (RFC 9051 §9), or with `IMAP4rev1` (RFC 3501 §9)
    fn capability_data(&mut self) -> Parsed<Vec<String>> {
        self.under(rules::CAPABILITY, |p| {
            let start = p.cursor.at();
            let names = p.items(Self::atom)?;
            let is_revision = |name: &String| {
                name.eq_ignore_ascii_case("IMAP4rev1") || name.eq_ignore_ascii_case("IMAP4rev2")
            };
            if !names.iter().any(is_revision) {
                let span = start..p.cursor.at();
                let expected = "IMAP4rev1 or IMAP4rev2 among the capabilities";
                p.report(rules::CAPABILITY_MISSING_REV, span, expected);
            }
            Ok(names)
        })
    }
}

/// The CAPABILITY response (RFC 9051 §7.2.2).
pub(super) fn capability(p: &mut Parser<'_>) -> Parsed<Data> {
    p.capability_data().map(Data::Capability)
}

/// The CAPABILITY response code (RFC 9051 §7.1).
pub(super) fn capability_code(p: &mut Parser<'_>) -> Parsed<Code> {
    p.capability_data().map(Code::Capability)
}
