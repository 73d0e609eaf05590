//! LIST and LSUB.

use super::parser::{Parsed, Parser};
use super::string::{is_atom_char, text_of};
use super::{Data, ext};
use crate::finding::Rule;
use crate::finding::rule::imap_wire as rules;

/// `"LIST" SP mailbox-list` (RFC 9051 §7.3.1)
pub(super) fn list(p: &mut Parser<'_>) -> Parsed<Data> {
    mailbox_list(p, false)
}

/// `"LSUB" SP mailbox-list` (RFC 3501 §7.2.3)
pub(super) fn lsub(p: &mut Parser<'_>) -> Parsed<Data> {
    mailbox_list(p, true)
}

/// `mailbox-list = "(" [mbx-list-flags] ")" SP (DQUOTE QUOTED-CHAR DQUOTE / nil) SP mailbox
/// [SP mbox-list-extended]` (RFC 9051 §9)
fn mailbox_list(p: &mut Parser<'_>, lsub: bool) -> Parsed<Data> {
    p.under(rules::LIST, |p| {
        p.sp()?;
        let attributes = p.mbx_list_flags()?;
        p.sp()?;
        let delimiter = p.delimiter(rules::LIST)?;
        p.sp()?;
        let mailbox = p.mailbox()?;
        if p.more() {
            let extended = p.mbox_list_extended();
            p.settle(extended);
        }
        Ok(Data::List {
            lsub,
            attributes,
            delimiter,
            mailbox,
        })
    })
}

impl Parser<'_> {
    /// `"(" [mbx-list-flags] ")"`: attributes, at most one of each exclusive group, none twice
    /// (RFC 9051 §9)
    fn mbx_list_flags(&mut self) -> Parsed<Vec<String>> {
        const EXCLUSIVE: [&[&str]; 3] = [
            &["\\NONEXISTENT", "\\NOSELECT", "\\MARKED", "\\UNMARKED"],
            &["\\HASCHILDREN", "\\HASNOCHILDREN"],
            // RFC 3348 §3
            &["\\HASCHILDREN", "\\NOINFERIORS"],
        ];
        let mut seen: Vec<String> = Vec::new();
        self.list(|p| {
            let start = p.cursor.at();
            p.octet(b'\\').or_else(|_| p.expected("attribute"))?;
            let name = p.cursor.take_while(is_atom_char);
            if name.is_empty() {
                return p.expected("attribute");
            }
            let attribute = text_of(p.cursor.since(start));
            let upper = attribute.to_ascii_uppercase();
            let rival = seen.iter().find(|earlier| {
                let together = |group: &&[&str]| {
                    group.contains(&upper.as_str()) && group.contains(&earlier.as_str())
                };
                **earlier == upper || EXCLUSIVE.iter().any(together)
            });
            if let Some(rival) = rival {
                let expected = format!("nothing that excludes {}", rival.to_ascii_lowercase());
                p.report(rules::LIST_ATTRIBUTES, start..p.cursor.at(), expected);
            }
            if seen.len() < 32 {
                seen.push(upper);
            }
            Ok(attribute)
        })
    }

    /// `DQUOTE QUOTED-CHAR DQUOTE / nil` (RFC 9051 §9)
    pub(super) fn delimiter(&mut self, rule: Rule) -> Parsed<Option<u8>> {
        if self.nil() {
            return Ok(None);
        }
        if self.cursor.peek() != Some(b'"') {
            return self.expected("DQUOTE or NIL");
        }
        let start = self.cursor.at();
        let value = self.quoted()?;
        if value.len() != 1 {
            // behind the only character that fits, or the quote that ends too early
            let span = self.within_string(start, &value, value.len().min(1));
            self.report(rule, span, "one character between the quotes");
        }
        Ok(value.first().copied())
    }

    /// `mbox-list-extended = "(" [mbox-list-extended-item *(SP mbox-list-extended-item)] ")"`
    /// (RFC 9051 §9, RFC 5258 §6)
    fn mbox_list_extended(&mut self) -> Parsed<()> {
        let start = self.cursor.at();
        let items = self.under(rules::LIST, |p| p.list(Parser::mbox_list_extended_item))?;
        if !items.is_empty() && !self.context.allows_extended_list() {
            let span = start..self.cursor.at();
            let expected = "no extended data, as no extended LIST was used";
            self.report(rules::LIST_EXTENDED_UNASKED, span, expected);
        }
        Ok(())
    }

    /// `mbox-list-extended-item = mbox-list-extended-item-tag SP tagged-ext-val`, the tag an
    /// astring that holds an atom (RFC 9051 §9, RFC 5258 §6)
    fn mbox_list_extended_item(&mut self) -> Parsed<()> {
        let start = self.cursor.at();
        let tag = self.astring()?;
        if tag.is_empty() || !tag.iter().all(|&octet| is_atom_char(octet)) {
            let span = start..self.cursor.at();
            self.report(rules::LIST_EXTENDED, span, "a tag that is an atom");
        }
        self.sp()?;
        match ext::list_item(&text_of(&tag).to_ascii_uppercase()) {
            Some(production) => production(self),
            None => self.under(rules::LIST_EXTENDED, Parser::tagged_ext_val),
        }
    }
}
