//! SORT (RFC 5256).

use super::{Extension, NOTHING};
use crate::wire::imap::parser::{Parsed, Parser};
use crate::wire::imap::{Data, search};

pub(super) const EXTENSION: Extension = Extension {
    data: &[("SORT", sort_data)],
    // "SORT=DISPLAY" (RFC 5957 §5)
    capability_values: &[("SORT", |p| p.atom().map(drop))],
    ..NOTHING
};

/// `sort-data = "SORT" *(SP nz-number)` (RFC 5256 §5), and `[1*(SP nz-number) SP
/// search-sort-mod-seq]` (RFC 7162 §7): the form of SEARCH
fn sort_data(p: &mut Parser<'_>) -> Parsed<Data> {
    let hits = search::numbers(p)?.0;
    Ok(Data::Sort { hits })
}
