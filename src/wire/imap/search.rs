//! The SEARCH response.

use super::Data;
use super::parser::{Parsed, Parser};
use crate::finding::rule::imap_wire as rules;

/// `"SEARCH" *(SP nz-number)` (RFC 3501 §9), and `[1*(SP nz-number) SP search-sort-mod-seq]`
/// (RFC 7162 §7)
///
/// What was understood before a wrong octet is kept.
pub(super) fn search(p: &mut Parser<'_>) -> Parsed<Data> {
    let end = p.cursor.at();
    p.obsolete(end.saturating_sub("SEARCH".len())..end);
    let (hits, modseq) = numbers(p)?;
    Ok(Data::Search { hits, modseq })
}

/// `*(SP nz-number)`, and `[1*(SP nz-number) SP search-sort-mod-seq]` (RFC 7162 §7)
pub(super) fn numbers(p: &mut Parser<'_>) -> Parsed<(Vec<u32>, Option<u64>)> {
    let mut hits = Vec::new();
    let mut modseq = None;
    let parsed = p.under(rules::SEARCH, |p| {
        while p.more() {
            if p.cursor.peek() == Some(b'(') && !hits.is_empty() {
                modseq = Some(p.search_sort_mod_seq()?);
                break;
            }
            hits.push(p.nz_number()?);
        }
        if matches!(p.cursor.peek(), None | Some(b'\r' | b'\n')) {
            return Ok(());
        }
        p.expected("SP or CRLF")
    });
    p.settle(parsed);
    Ok((hits, modseq))
}

impl Parser<'_> {
    /// `search-sort-mod-seq = "(" "MODSEQ" SP mod-sequence-value ")"` (RFC 7162 §7)
    pub(super) fn search_sort_mod_seq(&mut self) -> Parsed<u64> {
        self.octet(b'(')?;
        self.word("MODSEQ")?;
        self.sp()?;
        let value = self.mod_sequence_value()?;
        self.octet(b')')?;
        Ok(value)
    }
}
