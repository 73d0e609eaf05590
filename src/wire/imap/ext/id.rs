//! ID (RFC 2971).

use super::{Extension, NOTHING};
use crate::finding::rule::imap_wire as rules;
use crate::wire::imap::Data;
use crate::wire::imap::parser::{Parsed, Parser};

/// Most pairs of field and value (RFC 2971 §3.3).
const PAIRS_MAX: usize = 30;
/// Longest field name, in octets (RFC 2971 §3.3).
const NAME_MAX: usize = 30;
/// Longest value, in octets (RFC 2971 §3.3).
const VALUE_MAX: usize = 1024;

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
            let start = p.cursor.at();
            let mut names: Vec<Vec<u8>> = Vec::new();
            let count = p.list(|p| p.id_param(&mut names))?.len();
            if count > PAIRS_MAX {
                let span = start..p.cursor.at();
                p.report(rules::ID_LIMITS, span, "at most 30 pairs");
            }
        }
        Ok(Data::Other("ID".to_owned()))
    })
}

impl Parser<'_> {
    /// `string SPACE nstring`: a field name of at most 30 octets that stands once, and a value of
    /// at most 1024 (RFC 2971 §3.3, §4)
    fn id_param(&mut self, names: &mut Vec<Vec<u8>>) -> Parsed<()> {
        let start = self.cursor.at();
        let name = self.string()?.to_ascii_lowercase();
        let span = start..self.cursor.at();
        if name.len() > NAME_MAX {
            self.report(rules::ID_LIMITS, span, "at most 30 octets");
        } else if names.contains(&name) {
            self.report(rules::ID_LIMITS, span, "each field once");
        } else if names.len() <= PAIRS_MAX {
            names.push(name);
        }
        self.sp()?;
        let start = self.cursor.at();
        let value = self.nstring()?.unwrap_or_default();
        if value.len() > VALUE_MAX {
            let span = start..self.cursor.at();
            self.report(rules::ID_LIMITS, span, "at most 1024 octets");
        }
        Ok(())
    }
}
