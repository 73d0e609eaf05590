//! SPECIAL-USE and CREATE-SPECIAL-USE (RFC 6154). The attributes are read with LIST.

use super::{Extension, NOTHING, bare};

pub(super) const EXTENSION: Extension = Extension {
    // "USEATTR" (RFC 6154 §6)
    codes: &[("USEATTR", |_| bare("USEATTR"))],
    ..NOTHING
};
