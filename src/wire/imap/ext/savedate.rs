//! SAVEDATE (RFC 8514).

use super::{Extension, NOTHING};
use crate::wire::imap::FetchItem;
use crate::wire::imap::parser::{Parsed, Parser};

pub(super) const EXTENSION: Extension = Extension {
    msg_atts: &[("SAVEDATE", savedate)],
    ..NOTHING
};

/// `msg-att-static =/ "SAVEDATE" SP (date-time / nil)` (RFC 8514 §5)
fn savedate(p: &mut Parser<'_>) -> Parsed<FetchItem> {
    p.raw("SAVEDATE", |p| {
        if p.nil() {
            return Ok(());
        }
        p.date_time().map(drop)
    })
}
