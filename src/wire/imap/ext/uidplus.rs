//! UIDPLUS (RFC 4315), part of IMAP4rev2, and the UID sets of MULTIAPPEND (RFC 3502).

use super::{Extension, NOTHING, bare};
use crate::wire::imap::Code;
use crate::wire::imap::parser::{Parsed, Parser};

pub(super) const EXTENSION: Extension = Extension {
    codes: &[
        ("APPENDUID", resp_code_apnd),
        ("COPYUID", resp_code_copy),
        ("UIDNOTSTICKY", |_| bare("UIDNOTSTICKY")),
    ],
    ..NOTHING
};

/// `resp-code-apnd = "APPENDUID" SP nz-number SP append-uid`, `append-uid = uniqueid`, with
/// MULTIAPPEND `uid-set` (RFC 4315 §4)
fn resp_code_apnd(p: &mut Parser<'_>) -> Parsed<Code> {
    p.sp()?;
    let validity = p.nz_number()?;
    p.sp()?;
    let uids = p.uid_set()?;
    Ok(Code::AppendUid { validity, uids })
}

/// `resp-code-copy = "COPYUID" SP nz-number SP uid-set SP uid-set` (RFC 4315 §4)
fn resp_code_copy(p: &mut Parser<'_>) -> Parsed<Code> {
    p.sp()?;
    let validity = p.nz_number()?;
    p.sp()?;
    let source = p.uid_set()?;
    p.sp()?;
    let destination = p.uid_set()?;
    Ok(Code::CopyUid {
        validity,
        source,
        destination,
    })
}
