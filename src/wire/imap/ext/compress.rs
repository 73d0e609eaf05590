//! COMPRESS (RFC 4978).

use super::{Extension, NOTHING, bare};

pub(super) const EXTENSION: Extension = Extension {
    // "COMPRESSIONACTIVE" (RFC 4978 §5)
    codes: &[("COMPRESSIONACTIVE", |_| bare("COMPRESSIONACTIVE"))],
    // algorithm = "DEFLATE", later ones atoms (RFC 4978 §5)
    capability_values: &[("COMPRESS", |p| p.atom().map(drop))],
    ..NOTHING
};
