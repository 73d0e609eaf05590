//! QUOTA (RFC 9208, RFC 2087). The response code OVERQUOTA is read with RFC 5530's.

use super::{Extension, NOTHING};
use crate::finding::rule::imap_wire as rules;
use crate::wire::imap::Data;
use crate::wire::imap::parser::{Parsed, Parser};

pub(super) const EXTENSION: Extension = Extension {
    data: &[
        ("QUOTA", quota_response),
        ("QUOTAROOT", quotaroot_response),
    ],
    // "DELETED-STORAGE" SP number64 (RFC 9208 §7); DELETED is part of IMAP4rev2
    status_atts: &[("DELETED-STORAGE", |p| p.number64().map(Some))],
    capability_values: &[("QUOTA", capa_quota_res)],
    ..NOTHING
};

/// `quota-response = "QUOTA" SP quota-root-name SP quota-list`, `quota-root-name = astring`,
/// `quota-list = "(" quota-resource *(SP quota-resource) ")"` (RFC 9208 §7)
///
/// Before RFC 9208 the list could be empty: such servers offer no `QUOTA=RES-`.
fn quota_response(p: &mut Parser<'_>) -> Parsed<Data> {
    p.under(rules::QUOTA, |p| {
        p.sp()?;
        p.astring()?;
        p.sp()?;
        if p.context.offers_any("QUOTA=RES-") {
            p.list1("quota-resource", Parser::quota_resource)?;
        } else {
            p.list(Parser::quota_resource)?;
        }
        Ok(Data::Other("QUOTA".to_owned()))
    })
}

/// `quotaroot-response = "QUOTAROOT" SP mailbox *(SP quota-root-name)` (RFC 9208 §7)
fn quotaroot_response(p: &mut Parser<'_>) -> Parsed<Data> {
    p.under(rules::QUOTA, |p| {
        p.sp()?;
        p.mailbox()?;
        p.items(Parser::astring)?;
        Ok(Data::Other("QUOTAROOT".to_owned()))
    })
}

impl Parser<'_> {
    /// `quota-resource = resource-name SP resource-usage SP resource-limit`, an atom and two
    /// `number64` (RFC 9208 §7)
    fn quota_resource(&mut self) -> Parsed<()> {
        self.atom()?;
        self.sp()?;
        self.number64()?;
        self.sp()?;
        self.number64().map(drop)
    }
}

/// `capa-quota-res = "QUOTA=RES-" resource-name` (RFC 9208 §7), from behind the equals sign on
fn capa_quota_res(p: &mut Parser<'_>) -> Parsed<()> {
    p.word("RES-")?;
    p.atom().map(drop)
}
