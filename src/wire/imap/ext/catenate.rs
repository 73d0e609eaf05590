//! CATENATE (RFC 4469).

use super::{Extension, NOTHING, bare};
use crate::wire::imap::Code;
use crate::wire::imap::parser::{Parsed, Parser};

pub(super) const EXTENSION: Extension = Extension {
    // toobig-response-code = "TOOBIG" (RFC 4469 §5)
    codes: &[
        ("BADURL", badurl_response_code),
        ("TOOBIG", |_| bare("TOOBIG")),
    ],
    ..NOTHING
};

/// `badurl-response-code = "BADURL" SP url-resp-text`, `url-resp-text` any TEXT-CHAR but `]`
/// (RFC 4469 §5)
fn badurl_response_code(p: &mut Parser<'_>) -> Parsed<Code> {
    p.sp()?;
    let start = p.cursor.at();
    let url = p
        .cursor
        .take_while(|octet| !matches!(octet, b']' | b'\r' | b'\n'));
    if url.is_empty() {
        return p.expected("url-resp-text");
    }
    p.text_octets(start, url);
    bare("BADURL")
}
