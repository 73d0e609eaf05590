//! Flags and lists of them.

use super::Data;
use super::parser::{Parsed, Parser};
use super::string::{is_atom_char, text_of};
use crate::finding::rule::imap_wire as rules;

/// Where a flag stands decides which special ones are legal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// The FLAGS response: `\Recent` too, for the grammar forbids what the text of RFC 3501 demands
    /// (§7.2.6: all system flags; §2.3.2 counts `\Recent` among them).
    Flags,
    /// PERMANENTFLAGS: `\*` too, and no `\Recent`.
    PermanentFlags,
    /// FETCH: `\Recent` too.
    Fetch,
}

impl Parser<'_> {
    /// `flag-list = "(" [flag *(SP flag)] ")"`, and its kin for PERMANENTFLAGS and FETCH
    /// (RFC 9051 §9)
    pub(super) fn flag_list(&mut self, place: Place) -> Parsed<Vec<String>> {
        self.under(rules::FLAG_LIST, |p| p.list(|p| Ok(p.flag(place))))
    }

    /// `flag = "\Answered" / … / flag-keyword / flag-extension`, `flag-perm = flag / "\*"`,
    /// `flag-fetch = flag / "\Recent"` (RFC 9051 §9)
    ///
    /// A malformed flag is reported and given as it came.
    fn flag(&mut self, place: Place) -> String {
        let start = self.cursor.at();
        let is_system = self.cursor.eat(b'\\');
        if is_system && place == Place::PermanentFlags && self.cursor.eat(b'*') {
            return "\\*".to_owned();
        }
        let name = self.cursor.take_while(is_atom_char);
        let delimits = |octet| matches!(octet, b' ' | b')' | b'\r' | b'\n');
        let wrong = self.cursor.here();
        let rest = self.cursor.take_while(|octet| !delimits(octet));
        if name.is_empty() || !rest.is_empty() {
            let expected = if name.is_empty() {
                "flag"
            } else {
                "SP or \")\""
            };
            self.report(rules::FLAG_LIST, wrong, expected);
        } else if is_system
            && name.eq_ignore_ascii_case(b"Recent")
            && place == Place::PermanentFlags
        {
            let span = start..self.cursor.at();
            self.report(rules::FLAG_LIST, span, "flag other than \\Recent");
        }
        text_of(self.cursor.since(start))
    }
}

/// `"FLAGS" SP flag-list` (RFC 9051 §7.3.5)
pub(super) fn flags(p: &mut Parser<'_>) -> Parsed<Data> {
    p.sp()?;
    p.flag_list(Place::Flags).map(Data::Flags)
}
