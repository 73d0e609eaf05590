//! MESSAGELIMIT and SAVELIMIT (RFC 9738).

use super::{Extension, NOTHING, bare};
use crate::wire::imap::Code;
use crate::wire::imap::parser::{Parsed, Parser};

pub(super) const EXTENSION: Extension = Extension {
    codes: &[("MESSAGELIMIT", messagelimit)],
    // "MESSAGELIMIT=" message-limit / "SAVELIMIT=" message-limit (RFC 9738 §5)
    capability_values: &[
        ("MESSAGELIMIT", |p| p.nz_number().map(drop)),
        ("SAVELIMIT", |p| p.nz_number().map(drop)),
    ],
    ..NOTHING
};

/// `"MESSAGELIMIT" SP message-limit [SP uniqueid]`, `message-limit = nz-number` (RFC 9738 §5)
fn messagelimit(p: &mut Parser<'_>) -> Parsed<Code> {
    p.sp()?;
    p.nz_number()?;
    if p.more() {
        p.nz_number()?;
    }
    bare("MESSAGELIMIT")
}
