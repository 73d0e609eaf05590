//! The base protocol (RFC 3501, RFC 9051).

use super::{Extension, NOTHING, bare};
use crate::wire::imap::parser::{Parsed, Parser};
use crate::wire::imap::{Code, capability, fetch, flag, list, mailbox_status, search};

pub(super) const EXTENSION: Extension = Extension {
    data: &[
        ("CAPABILITY", capability::capability),
        ("FLAGS", flag::flags),
        ("LIST", list::list),
        ("LSUB", list::lsub),
        ("SEARCH", search::search),
        ("STATUS", mailbox_status::status),
    ],
    codes: &[
        ("ALERT", |_| bare("ALERT")),
        ("BADCHARSET", badcharset),
        ("CAPABILITY", capability::capability_code),
        ("PARSE", |_| bare("PARSE")),
        ("PERMANENTFLAGS", permanentflags),
        ("READ-ONLY", |_| Ok(Code::ReadOnly)),
        ("READ-WRITE", |_| Ok(Code::ReadWrite)),
        ("TRYCREATE", |_| bare("TRYCREATE")),
        ("UIDNEXT", |p| argument(p).map(Code::UidNext)),
        ("UIDVALIDITY", |p| argument(p).map(Code::UidValidity)),
        ("UNSEEN", |p| argument(p).map(Code::Unseen)),
    ],
    msg_atts: &[
        ("BODY", fetch::body),
        ("BODYSTRUCTURE", fetch::body_structure),
        ("ENVELOPE", fetch::envelope),
        ("FLAGS", fetch::flags),
        ("INTERNALDATE", fetch::internal_date),
        ("RFC822", fetch::rfc822),
        ("RFC822.HEADER", fetch::rfc822_header),
        ("RFC822.SIZE", fetch::size),
        ("RFC822.TEXT", fetch::rfc822_text),
        ("UID", fetch::uid),
    ],
    sections: &[("BODY", fetch::body_section)],
    status_atts: &[
        ("DELETED", number),
        ("MESSAGES", number),
        ("RECENT", number),
        ("UIDNEXT", nz_number),
        ("UIDVALIDITY", nz_number),
        ("UNSEEN", number),
    ],
    capability_values: &[("AUTH", |p| p.atom().map(drop))],
    ..NOTHING
};

/// `status-att-val = ("MESSAGES" SP number) / ("UNSEEN" SP number) / ("DELETED" SP number) / …`
/// (RFC 9051 §9)
fn number(p: &mut Parser<'_>) -> Parsed<Option<u64>> {
    p.number().map(|number| Some(number.into()))
}

/// `("UIDNEXT" SP nz-number) / ("UIDVALIDITY" SP nz-number)` of `status-att-val` (RFC 9051 §9)
fn nz_number(p: &mut Parser<'_>) -> Parsed<Option<u64>> {
    p.nz_number().map(|number| Some(number.into()))
}

/// `"UIDNEXT" SP nz-number` and its kin (RFC 9051 §9)
fn argument(p: &mut Parser<'_>) -> Parsed<u32> {
    p.sp()?;
    p.nz_number()
}

/// `"BADCHARSET" [SP "(" charset *(SP charset) ")"]`, `charset = atom / quoted` (RFC 9051 §9); in
/// RFC 3501 an astring
fn badcharset(p: &mut Parser<'_>) -> Parsed<Code> {
    if p.more() {
        p.list1("charset", Parser::astring)?;
    }
    Ok(Code::Other("BADCHARSET".to_owned()))
}

/// `"PERMANENTFLAGS" SP "(" [flag-perm *(SP flag-perm)] ")"` (RFC 9051 §9)
fn permanentflags(p: &mut Parser<'_>) -> Parsed<Code> {
    p.sp()?;
    p.flag_list(flag::Place::PermanentFlags)
        .map(Code::PermanentFlags)
}
