//! CONDSTORE (RFC 7162). The mod-sequence behind SEARCH is read with SEARCH.

use super::{Extension, NOTHING};
use crate::wire::imap::parser::{Parsed, Parser};
use crate::wire::imap::{Code, FetchItem};

pub(super) const EXTENSION: Extension = Extension {
    codes: &[
        ("HIGHESTMODSEQ", highestmodseq),
        ("NOMODSEQ", |_| Ok(Code::NoModseq)),
        ("MODIFIED", modified),
    ],
    msg_atts: &[("MODSEQ", modseq)],
    status_atts: &[("HIGHESTMODSEQ", |p| p.mod_sequence_valzer().map(Some))],
    ..NOTHING
};

/// `"HIGHESTMODSEQ" SP mod-sequence-value` (RFC 7162 §7)
fn highestmodseq(p: &mut Parser<'_>) -> Parsed<Code> {
    p.sp()?;
    p.mod_sequence_value().map(Code::HighestModseq)
}

/// `"MODIFIED" SP sequence-set` (RFC 7162 §7)
fn modified(p: &mut Parser<'_>) -> Parsed<Code> {
    p.sp()?;
    p.sequence_set().map(Code::Modified)
}

/// `fetch-mod-resp = "MODSEQ" SP "(" permsg-modsequence ")"` (RFC 7162 §7)
fn modseq(p: &mut Parser<'_>) -> Parsed<FetchItem> {
    p.sp()?;
    p.octet(b'(')?;
    let value = p.mod_sequence_value()?;
    p.octet(b')')?;
    Ok(FetchItem::Modseq(value))
}
