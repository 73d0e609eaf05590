//! APPENDLIMIT (RFC 7889).

use super::{Extension, NOTHING};
use crate::finding::rule::imap_wire as rules;
use crate::wire::imap::parser::{Parsed, Parser};

pub(super) const EXTENSION: Extension = Extension {
    status_atts: &[("APPENDLIMIT", status_att_val)],
    // capability =/ "APPENDLIMIT" ["=" number] (RFC 7889 §5)
    capability_values: &[("APPENDLIMIT", |p| p.number().map(drop))],
    ..NOTHING
};

/// `status-att-val =/ "APPENDLIMIT" SP (number / nil)` (RFC 7889 §5)
fn status_att_val(p: &mut Parser<'_>) -> Parsed<Option<u64>> {
    p.under(rules::APPENDLIMIT, |p| {
        if p.nil() {
            return Ok(None);
        }
        p.number()
            .or_else(|_| p.expected("number or NIL"))
            .map(|number| Some(number.into()))
    })
}
