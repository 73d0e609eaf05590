//! BINARY (RFC 3516), part of IMAP4rev2.

use super::{Extension, NOTHING, bare};
use crate::wire::imap::FetchItem;
use crate::wire::imap::parser::{Parsed, Parser};

pub(super) const EXTENSION: Extension = Extension {
    // "UNKNOWN-CTE" (RFC 3516 §4.3)
    codes: &[("UNKNOWN-CTE", |_| bare("UNKNOWN-CTE"))],
    sections: &[("BINARY", binary), ("BINARY.SIZE", binary_size)],
    ..NOTHING
};

/// `"BINARY" section-binary ["<" number ">"] SP (nstring / literal8)` (RFC 9051 §9, RFC 3516 §7)
fn binary(p: &mut Parser<'_>) -> Parsed<FetchItem> {
    let section = p.section_binary()?;
    let mut name = format!("BINARY{section}");
    name.push_str(&p.origin()?);
    p.sp()?;
    let octets = if p.cursor.peek() == Some(b'~') {
        p.literal8().map(Some)?
    } else {
        p.nstring()?
    };
    Ok(FetchItem::Section { name, octets })
}

/// `"BINARY.SIZE" section-binary SP number` (RFC 9051 §9)
fn binary_size(p: &mut Parser<'_>) -> Parsed<FetchItem> {
    let section = p.section_binary()?;
    p.sp()?;
    let start = p.cursor.at();
    p.number64()?;
    Ok(FetchItem::Other {
        name: format!("BINARY.SIZE{section}"),
        octets: p.cursor.since(start).to_vec(),
    })
}
