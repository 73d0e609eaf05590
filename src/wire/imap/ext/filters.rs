//! FILTERS (RFC 5466).

use super::{Extension, NOTHING, bare};
use crate::wire::imap::Code;
use crate::wire::imap::parser::{Parsed, Parser};
use crate::wire::imap::string::is_atom_char;

pub(super) const EXTENSION: Extension = Extension {
    codes: &[("UNDEFINED-FILTER", undefined_filter)],
    ..NOTHING
};

/// `"UNDEFINED-FILTER" SP filter-name`, `filter-name = 1*<any ATOM-CHAR except "/">`
/// (RFC 5466 §4)
fn undefined_filter(p: &mut Parser<'_>) -> Parsed<Code> {
    p.sp()?;
    let name = p
        .cursor
        .take_while(|octet| is_atom_char(octet) && octet != b'/');
    if name.is_empty() {
        return p.expected("filter-name");
    }
    bare("UNDEFINED-FILTER")
}
