//! SEARCHRES (RFC 5182), part of IMAP4rev2.

use super::{Extension, NOTHING, bare};

pub(super) const EXTENSION: Extension = Extension {
    // "NOTSAVED" (RFC 5182 §3)
    codes: &[("NOTSAVED", |_| bare("NOTSAVED"))],
    ..NOTHING
};
