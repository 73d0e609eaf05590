//! ID (RFC 2971).

use super::{Extension, NOTHING};
use crate::finding::rule::imap_wire as rules;
use crate::wire::imap::Data;
use crate::wire::imap::parser::{Parsed, Parser};

pub(super) const EXTENSION: Extension = Extension {
    data: &[("ID", id_response)],
    ..NOTHING
};

/// `id_response ::= "ID" SPACE id_params_list`, `id_params_list ::= "(" #(string SPACE nstring) ")"
/// / nil` (RFC 2971 §4)
fn id_response(p: &mut Parser<'_>) -> Parsed<Data> {
    p.under(rules::ID, |p| {
        p.sp()?;
        if !p.nil() {
            p.list(|p| {
                p.string()?;
                p.sp()?;
                p.nstring().map(drop)
            })?;
        }
        Ok(Data::Other("ID".to_owned()))
    })
}
