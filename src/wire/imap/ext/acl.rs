//! ACL (RFC 4314); LIST with MYRIGHTS (RFC 8440) gives the same response.

use super::{Extension, NOTHING};
use crate::finding::rule::imap_wire as rules;
use crate::wire::imap::Data;
use crate::wire::imap::parser::{Parsed, Parser};

pub(super) const EXTENSION: Extension = Extension {
    data: &[
        ("ACL", acl_data),
        ("LISTRIGHTS", listrights_data),
        ("MYRIGHTS", myrights_data),
    ],
    capability_values: &[("RIGHTS", new_rights)],
    ..NOTHING
};

/// `acl-data = "ACL" SP mailbox *(SP identifier SP rights)`, `identifier = astring`
/// (RFC 4314 §7)
fn acl_data(p: &mut Parser<'_>) -> Parsed<Data> {
    p.under(rules::ACL, |p| {
        p.sp()?;
        p.mailbox()?;
        p.items(|p| {
            p.astring()?;
            p.sp()?;
            p.rights()
        })?;
        Ok(Data::Other("ACL".to_owned()))
    })
}

/// `listrights-data = "LISTRIGHTS" SP mailbox SP identifier SP rights *(SP rights)`
/// (RFC 4314 §7); no right stands in two of them (RFC 4314 §3.7)
fn listrights_data(p: &mut Parser<'_>) -> Parsed<Data> {
    p.under(rules::ACL, |p| {
        p.sp()?;
        p.mailbox()?;
        p.sp()?;
        p.astring()?;
        p.sp()?;
        let mut seen = p.rights()?;
        while p.more() {
            let start = p.cursor.at();
            let rights = p.rights()?;
            if let Some(right) = rights.iter().find(|right| seen.contains(right)) {
                let expected = format!("each right once, not \"{}\" again", char::from(*right));
                p.report(rules::ACL, start..p.cursor.at(), expected);
            }
            seen.extend(rights);
            seen.sort_unstable();
            seen.dedup();
        }
        Ok(Data::Other("LISTRIGHTS".to_owned()))
    })
}

/// `myrights-data = "MYRIGHTS" SP mailbox SP rights` (RFC 4314 §7)
fn myrights_data(p: &mut Parser<'_>) -> Parsed<Data> {
    p.under(rules::ACL, |p| {
        p.sp()?;
        p.mailbox()?;
        p.sp()?;
        p.rights()?;
        Ok(Data::Other("MYRIGHTS".to_owned()))
    })
}

impl Parser<'_> {
    /// `rights = astring`: small letters and digits only (RFC 4314 §7)
    fn rights(&mut self) -> Parsed<Vec<u8>> {
        let start = self.cursor.at();
        let rights = self.astring()?;
        let is_right = |octet: &u8| octet.is_ascii_lowercase() || octet.is_ascii_digit();
        if let Some(at) = rights.iter().position(|octet| !is_right(octet)) {
            let span = self.within_string(start, &rights, at);
            self.report(rules::ACL, span, "rights, small letters and digits");
        }
        Ok(rights)
    }
}

/// `new-rights = 1*LOWER-ALPHA` of `rights-capa = "RIGHTS=" new-rights`, with t, e, x and k and
/// none of RFC 2086 (RFC 4314 §2.2, §7)
fn new_rights(p: &mut Parser<'_>) -> Parsed<()> {
    let start = p.cursor.at();
    let rights = p.cursor.take_while(|octet| octet.is_ascii_lowercase());
    if rights.is_empty() {
        return p.expected("small letters");
    }
    let has_all = b"texk".iter().all(|right| rights.contains(right));
    let has_old = rights.iter().any(|right| b"lrswipacd".contains(right));
    if !has_all || has_old {
        let expected = "t, e, x, k and no right of RFC 2086";
        p.report(rules::CAPABILITY_VALUE, start..p.cursor.at(), expected);
    }
    Ok(())
}
