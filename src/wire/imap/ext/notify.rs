//! NOTIFY (RFC 5465). The renamed mailbox in LIST is read with LIST-EXTENDED.

use super::{Extension, NOTHING, bare};
use crate::wire::imap::Code;
use crate::wire::imap::parser::{Parsed, Parser};

pub(super) const EXTENSION: Extension = Extension {
    // "NOTIFICATIONOVERFLOW" (RFC 5465 §8)
    codes: &[
        ("BADEVENT", unsupported_events_code),
        ("NOTIFICATIONOVERFLOW", |_| bare("NOTIFICATIONOVERFLOW")),
    ],
    ..NOTHING
};

/// `unsupported-events-code = "BADEVENT" SP "(" event-name *(SP event-name) ")"` (RFC 5465 §8)
///
/// Later documents add events, each an atom.
fn unsupported_events_code(p: &mut Parser<'_>) -> Parsed<Code> {
    p.sp()?;
    p.list1("event-name", Parser::atom)?;
    bare("BADEVENT")
}
