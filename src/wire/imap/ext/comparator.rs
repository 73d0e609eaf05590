//! I18NLEVEL (RFC 5255): comparators.

use super::{Extension, NOTHING, bare};
use crate::finding::rule::imap_wire as rules;
use crate::wire::imap::Data;
use crate::wire::imap::parser::{Parsed, Parser};

pub(super) const EXTENSION: Extension = Extension {
    data: &[("COMPARATOR", comparator_data)],
    // "BADCOMPARATOR" (RFC 5255 §4.10)
    codes: &[("BADCOMPARATOR", |_| bare("BADCOMPARATOR"))],
    // "I18NLEVEL=1" / "I18NLEVEL=2" (RFC 5255 §4)
    capability_values: &[("I18NLEVEL", |p| p.nz_number().map(drop))],
    ..NOTHING
};

/// `comparator-data = "COMPARATOR" SP comp-sel-quoted [SP "(" comp-id-quoted
/// *(SP comp-id-quoted) ")"]`, each an astring (RFC 5255 §4.10)
fn comparator_data(p: &mut Parser<'_>) -> Parsed<Data> {
    p.under(rules::COMPARATOR, |p| {
        p.sp()?;
        p.astring()?;
        if p.more() {
            p.list1("comp-id-quoted", Parser::astring)?;
        }
        Ok(Data::Other("COMPARATOR".to_owned()))
    })
}
