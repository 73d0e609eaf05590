//! STATUS=SIZE (RFC 8438), part of IMAP4rev2.

use super::{Extension, NOTHING};

pub(super) const EXTENSION: Extension = Extension {
    // "SIZE" SP number64 (RFC 9051 §9)
    status_atts: &[("SIZE", |p| p.number64().map(Some))],
    ..NOTHING
};
