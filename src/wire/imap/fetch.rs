//! The FETCH response and its items.

use super::parser::{Parsed, Parser};
use super::string::{is_atom_char, text_of};
use super::{Data, FetchItem, ext};
use crate::finding::rule::imap_wire as rules;

/// `msg-att = "(" (msg-att-dynamic / msg-att-static) *(SP (msg-att-dynamic / msg-att-static)) ")"`
/// (RFC 9051 §9)
///
/// A malformed item is reported, and only its name is kept.
pub(super) fn msg_att(p: &mut Parser<'_>, seq: u32) -> Data {
    let mut items = Vec::new();
    let list = p.under(rules::FETCH_ITEM, |p| {
        p.sp()?;
        p.list1("msg-att", |p| {
            let start = p.cursor.at();
            match p.under(rules::FETCH_ITEM, Parser::msg_att_item) {
                Ok(item) => items.push(item),
                Err(rejection) => {
                    p.report_rejection(rejection);
                    items.extend(p.skip_item(start));
                }
            }
            Ok(())
        })
    });
    p.settle(list);
    Data::Fetch { seq, items }
}

impl Parser<'_> {
    fn msg_att_item(&mut self) -> Parsed<FetchItem> {
        let name = text_of(self.cursor.take_while(|o| is_atom_char(o) && o != b'['));
        let name = name.to_ascii_uppercase();
        if name.is_empty() {
            return self.expected("msg-att");
        }
        let production = if self.cursor.peek() == Some(b'[') {
            ext::section(&name)
        } else {
            ext::msg_att(&name)
        };
        if let Some(production) = production {
            return production(self);
        }
        let bracket = self.cursor.at();
        self.pass_brackets();
        let end = self.cursor.at();
        self.cursor.go_to(bracket);
        self.opaque(end);
        self.sp()?;
        let start = self.cursor.at();
        self.any_value()?;
        let octets = self.cursor.since(start).to_vec();
        Ok(FetchItem::Other { name, octets })
    }

    /// Passes what stands in brackets behind an item's name, and an origin behind them. Brackets
    /// that are never closed end where the list of items ends.
    fn pass_brackets(&mut self) {
        if !self.cursor.eat(b'[') {
            return;
        }
        let mut depth = 0_usize;
        while let Some(octet) = self.cursor.peek() {
            match octet {
                b']' | b'\r' | b'\n' => break,
                b')' if depth == 0 => break,
                b')' => depth -= 1,
                b'(' => depth += 1,
                _ => {}
            }
            self.cursor.bump();
        }
        if self.cursor.eat(b']') {
            self.cursor
                .take_while(|octet| octet.is_ascii_digit() || matches!(octet, b'<' | b'>' | b'.'));
        }
    }

    /// Passes a malformed item: its name, with what stands in brackets, and its value.
    fn skip_item(&mut self, start: usize) -> Option<FetchItem> {
        self.cursor.go_to(start);
        self.cursor
            .take_while(|octet| is_atom_char(octet) && octet != b'[');
        self.pass_brackets();
        let name = text_of(self.cursor.since(start)).to_ascii_uppercase();
        let is_glued = matches!(self.cursor.peek(), Some(b'(' | b'"' | b'{'));
        self.skip_value();
        if !is_glued && self.cursor.eat(b' ') {
            self.skip_value();
        }
        (!name.is_empty()).then_some(FetchItem::Malformed(name))
    }

    /// `["<" number ">"]` behind a section (RFC 9051 §9), as it is written
    pub(super) fn origin(&mut self) -> Parsed<String> {
        if !self.cursor.eat(b'<') {
            return Ok(String::new());
        }
        let origin = self.number64()?;
        self.octet(b'>')?;
        Ok(format!("<{origin}>"))
    }

    /// An item whose value is an nstring: `RFC822`, `RFC822.HEADER`, `RFC822.TEXT` (RFC 3501 §9)
    fn whole(&mut self, name: &str) -> Parsed<FetchItem> {
        self.sp()?;
        let octets = self.nstring()?;
        Ok(FetchItem::Section {
            name: name.to_owned(),
            octets,
        })
    }

    /// An item that is kept as it came, whether it is well-formed or not.
    pub(super) fn raw(
        &mut self,
        name: &str,
        production: impl FnOnce(&mut Self) -> Parsed<()>,
    ) -> Parsed<FetchItem> {
        self.sp()?;
        let start = self.cursor.at();
        if let Err(rejection) = production(self) {
            self.report_rejection(rejection);
            self.cursor.go_to(start);
            self.skip_value();
        }
        Ok(FetchItem::Other {
            name: name.to_owned(),
            octets: self.cursor.since(start).to_vec(),
        })
    }
}

/// `"BODY" section ["<" number ">"] SP nstring` (RFC 9051 §9), from the bracket on
pub(super) fn body_section(p: &mut Parser<'_>) -> Parsed<FetchItem> {
    let section = p.section()?;
    let origin = p.origin()?;
    p.sp()?;
    let octets = p.nstring()?;
    Ok(FetchItem::Section {
        name: format!("BODY{section}{origin}"),
        octets,
    })
}

/// `"FLAGS" SP "(" [flag-fetch *(SP flag-fetch)] ")"` (RFC 9051 §9)
pub(super) fn flags(p: &mut Parser<'_>) -> Parsed<FetchItem> {
    p.sp()?;
    p.flag_list(super::flag::Place::Fetch).map(FetchItem::Flags)
}

/// `"UID" SP uniqueid` (RFC 9051 §9)
pub(super) fn uid(p: &mut Parser<'_>) -> Parsed<FetchItem> {
    p.sp()?;
    p.nz_number().map(FetchItem::Uid)
}

/// `"RFC822.SIZE" SP number64` (RFC 9051 §9)
pub(super) fn size(p: &mut Parser<'_>) -> Parsed<FetchItem> {
    p.sp()?;
    p.number64().map(FetchItem::Size)
}

/// `"INTERNALDATE" SP date-time` (RFC 9051 §9)
pub(super) fn internal_date(p: &mut Parser<'_>) -> Parsed<FetchItem> {
    p.sp()?;
    p.date_time().map(FetchItem::InternalDate)
}

/// `"RFC822" SP nstring` (RFC 3501 §9)
pub(super) fn rfc822(p: &mut Parser<'_>) -> Parsed<FetchItem> {
    p.whole("RFC822")
}

/// `"RFC822.HEADER" SP nstring` (RFC 3501 §9)
pub(super) fn rfc822_header(p: &mut Parser<'_>) -> Parsed<FetchItem> {
    p.whole("RFC822.HEADER")
}

/// `"RFC822.TEXT" SP nstring` (RFC 3501 §9)
pub(super) fn rfc822_text(p: &mut Parser<'_>) -> Parsed<FetchItem> {
    p.whole("RFC822.TEXT")
}

/// `"ENVELOPE" SP envelope` (RFC 9051 §9)
pub(super) fn envelope(p: &mut Parser<'_>) -> Parsed<FetchItem> {
    p.raw("ENVELOPE", Parser::envelope)
}

/// `"BODY" SP body`, without extension data (RFC 9051 §9)
pub(super) fn body(p: &mut Parser<'_>) -> Parsed<FetchItem> {
    p.raw("BODY", |p| p.body(false))
}

/// `"BODYSTRUCTURE" SP body` (RFC 9051 §9)
pub(super) fn body_structure(p: &mut Parser<'_>) -> Parsed<FetchItem> {
    p.raw("BODYSTRUCTURE", |p| p.body(true))
}
