//! QRESYNC (RFC 7162).

use super::{Extension, NOTHING};
use crate::finding::rule::imap_wire as rules;
use crate::wire::imap::parser::{Parsed, Parser};
use crate::wire::imap::{Code, Data};

pub(super) const EXTENSION: Extension = Extension {
    data: &[("VANISHED", expunged_resp)],
    codes: &[("CLOSED", |_| Ok(Code::Closed))],
    ..NOTHING
};

/// `expunged-resp = "VANISHED" [SP "(EARLIER)"] SP known-uids`, no `*` (RFC 7162 §7)
fn expunged_resp(p: &mut Parser<'_>) -> Parsed<Data> {
    if !p.context.allows_vanished() {
        let end = p.cursor.at();
        let span = end.saturating_sub("VANISHED".len())..end;
        p.report(rules::VANISHED, span, "EXPUNGE, as QRESYNC is not enabled");
    }
    p.under(rules::VANISHED, |p| {
        p.sp()?;
        let earlier = p.cursor.peek() == Some(b'(');
        if earlier {
            p.word("(EARLIER)")?;
            p.sp()?;
        }
        let uids = p.uid_set()?;
        Ok(Data::Vanished { earlier, uids })
    })
}
