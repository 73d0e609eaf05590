//! ENABLE (RFC 5161), part of IMAP4rev2.

use super::{Extension, NOTHING};
use crate::wire::imap::Data;
use crate::wire::imap::parser::{Parsed, Parser};

pub(super) const EXTENSION: Extension = Extension {
    data: &[("ENABLED", enabled)],
    ..NOTHING
};

/// `enable-data = "ENABLED" *(SP capability)` (RFC 9051 §9)
fn enabled(p: &mut Parser<'_>) -> Parsed<Data> {
    p.items(Parser::atom).map(Data::Enabled)
}
