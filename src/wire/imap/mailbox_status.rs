//! The STATUS response.

use super::parser::{Parsed, Parser};
use super::string::{is_atom_char, text_of};
use super::{Data, ext};
use crate::finding::rule::imap_wire as rules;

/// `"STATUS" SP mailbox SP "(" [status-att-list] ")"` (RFC 9051 §9)
///
/// A malformed item is reported and left out.
pub(super) fn status(p: &mut Parser<'_>) -> Parsed<Data> {
    p.under(rules::STATUS, |p| {
        p.sp()?;
        let mailbox = p.mailbox()?;
        p.sp()?;
        let mut items = Vec::new();
        let list = p.list(|p| {
            let name = text_of(p.cursor.take_while(is_atom_char)).to_ascii_uppercase();
            if name.is_empty() {
                return p.expected("status-att");
            }
            p.sp()?;
            let value_at = p.cursor.at();
            match p.status_att_val(&name) {
                Ok(value) => items.extend(value.map(|value| (name, value))),
                Err(rejection) => {
                    p.report_rejection(rejection);
                    p.cursor.go_to(value_at);
                    p.skip_value();
                }
            }
            Ok(())
        });
        let list = p.under(rules::STATUS, |_| list);
        p.settle(list);
        Ok(Data::Status { mailbox, items })
    })
}

impl Parser<'_> {
    /// The value of `status-att-val`; `None` if it is no number (RFC 9051 §9).
    fn status_att_val(&mut self, name: &str) -> Parsed<Option<u64>> {
        self.under(rules::STATUS, |p| match ext::status_att(name) {
            Some(production) => production(p),
            None => {
                let start = p.cursor.at();
                p.any_value()?;
                let value = std::str::from_utf8(p.cursor.since(start)).ok();
                Ok(value.and_then(|digits| digits.parse().ok()))
            }
        })
    }
}
