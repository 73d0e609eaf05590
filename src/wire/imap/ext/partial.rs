//! PARTIAL (RFC 9394), and the results of the same form in CONTEXT (RFC 5267).

use super::{Extension, NOTHING};
use crate::finding::rule::imap_wire as rules;
use crate::wire::imap::parser::{Parsed, Parser};

pub(super) const EXTENSION: Extension = Extension {
    search_returns: &[("PARTIAL", ret_data_partial)],
    ..NOTHING
};

/// `ret-data-partial = "PARTIAL" SP "(" partial-range SP partial-results ")"`, `partial-results =
/// sequence-set / "NIL"` (RFC 9394 §4)
fn ret_data_partial(p: &mut Parser<'_>) -> Parsed<()> {
    p.under(rules::PARTIAL, |p| {
        p.octet(b'(')?;
        p.partial_range()?;
        p.sp()?;
        if !p.nil() {
            p.sequence_set()
                .map(drop)
                .or_else(|_| p.expected("sequence-set or NIL"))?;
        }
        p.octet(b')')
    })
}

impl Parser<'_> {
    /// `partial-range = partial-range-first / partial-range-last`, `partial-range-first =
    /// nz-number ":" nz-number`, `partial-range-last = MINUS nz-number ":" MINUS nz-number`
    /// (RFC 9394 §4)
    fn partial_range(&mut self) -> Parsed<()> {
        let from_last = self.cursor.eat(b'-');
        self.nz_number()?;
        self.octet(b':')?;
        if from_last {
            self.octet(b'-')?;
        }
        self.nz_number().map(drop)
    }
}
