//! The state of one parse: a cursor, what is legal, and what was found wrong.

use std::ops::Range;

use super::Context;
use crate::finding::rule::imap_wire as rules;
use crate::finding::{Rule, Violation};
use crate::wire::cursor::Cursor;

/// A production that could not be read to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Rejection(Violation);

/// What a production gives.
pub(super) type Parsed<T> = Result<T, Rejection>;

/// A production of the grammar.
pub(super) type Production<T> = for<'a> fn(&mut Parser<'a>) -> Parsed<T>;

/// Reads one response. Wrong octets that do not hinder reading on are reported; others reject the
/// production that met them.
pub(super) struct Parser<'a> {
    pub(super) cursor: Cursor<'a>,
    pub(super) context: &'a Context,
    /// How many body structures lie around this place.
    pub(super) depth: usize,
    violations: Vec<Violation>,
    rejected: bool,
}

impl<'a> Parser<'a> {
    /// A parser on the first octet.
    pub(super) fn new(octets: &'a [u8], context: &'a Context) -> Self {
        Self {
            cursor: Cursor::new(octets),
            context,
            depth: 0,
            violations: Vec::new(),
            rejected: false,
        }
    }

    /// Everything found wrong, in the order of the octets.
    pub(super) fn into_violations(mut self) -> Vec<Violation> {
        self.violations.sort_by_key(|found| found.span.start);
        self.violations
    }

    /// Notes a violation and reads on.
    pub(super) fn report(&mut self, rule: Rule, span: Range<usize>, expected: impl Into<String>) {
        self.violations.push(Violation {
            rule,
            span,
            expected: expected.into(),
        });
    }

    /// True if something was found wrong within these octets.
    pub(super) fn has_reported(&self, span: &Range<usize>) -> bool {
        let is_within = |found: &Violation| span.contains(&found.span.start);
        self.violations.iter().any(is_within)
    }

    /// Notes a rejection from which the caller recovers.
    pub(super) fn report_rejection(&mut self, Rejection(violation): Rejection) {
        self.violations.push(violation);
    }

    /// Rejects at the next octet.
    pub(super) fn reject<T>(&self, rule: Rule, expected: impl Into<String>) -> Parsed<T> {
        Err(Rejection(Violation {
            rule,
            span: self.cursor.here(),
            expected: expected.into(),
        }))
    }

    /// Rejects at the next octet, under the rule of the production around it.
    pub(super) fn expected<T>(&self, expected: impl Into<String>) -> Parsed<T> {
        self.reject(rules::RESPONSE_SYNTAX, expected)
    }

    /// Runs a production whose rejections fall under a rule of their own.
    pub(super) fn under<T>(
        &mut self,
        rule: Rule,
        production: impl FnOnce(&mut Self) -> Parsed<T>,
    ) -> Parsed<T> {
        production(self).map_err(|Rejection(violation)| {
            let is_general = violation.rule == rules::RESPONSE_SYNTAX;
            let rule = if is_general { rule } else { violation.rule };
            Rejection(Violation { rule, ..violation })
        })
    }

    /// Takes what was read; a rejection is noted and ends the response.
    pub(super) fn settle<T>(&mut self, parsed: Parsed<T>) -> Option<T> {
        parsed
            .map_err(|rejection| {
                self.report_rejection(rejection);
                self.rejected = true;
            })
            .ok()
    }

    /// Demands this octet.
    pub(super) fn octet(&mut self, octet: u8) -> Parsed<()> {
        if self.cursor.eat(octet) {
            Ok(())
        } else {
            self.expected(format!("\"{}\"", char::from(octet)))
        }
    }

    /// Demands these letters, of either case.
    pub(super) fn word(&mut self, word: &str) -> Parsed<()> {
        if self.cursor.eat_word(word) {
            Ok(())
        } else {
            self.expected(format!("\"{word}\""))
        }
    }

    /// `SP`: exactly one space. More of them are reported and passed.
    pub(super) fn sp(&mut self) -> Parsed<()> {
        if !self.cursor.eat(b' ') {
            return self.expected("SP");
        }
        self.stray_spaces("one SP only");
        Ok(())
    }

    /// Passes spaces that should not be here.
    fn stray_spaces(&mut self, expected: &str) {
        let start = self.cursor.at();
        if !self.cursor.take_while(|octet| octet == b' ').is_empty() {
            self.report(rules::SPACING, start..self.cursor.at(), expected);
        }
    }

    /// True if another `SP item` follows; a space with nothing behind it is reported.
    pub(super) fn more(&mut self) -> bool {
        if self.cursor.peek() != Some(b' ') {
            return false;
        }
        let start = self.cursor.at();
        self.cursor.take_while(|octet| octet == b' ');
        let ends = matches!(self.cursor.peek(), None | Some(b'\r' | b'\n' | b')' | b']'));
        let stray = if ends { start } else { start + 1 };
        if stray < self.cursor.at() {
            let expected = if ends { "no space" } else { "one SP only" };
            self.report(rules::SPACING, stray..self.cursor.at(), expected);
        }
        !ends
    }

    /// `*(SP item)`
    pub(super) fn items<T>(
        &mut self,
        mut item: impl FnMut(&mut Self) -> Parsed<T>,
    ) -> Parsed<Vec<T>> {
        let mut items = Vec::new();
        while self.more() {
            items.push(item(self)?);
        }
        Ok(items)
    }

    /// `"(" [item *(SP item)] ")"`
    pub(super) fn list<T>(
        &mut self,
        mut item: impl FnMut(&mut Self) -> Parsed<T>,
    ) -> Parsed<Vec<T>> {
        self.octet(b'(')?;
        self.stray_spaces("no space");
        let mut items = Vec::new();
        if self.cursor.eat(b')') {
            return Ok(items);
        }
        items.push(item(self)?);
        while self.more() {
            items.push(item(self)?);
        }
        if self.cursor.eat(b')') {
            return Ok(items);
        }
        self.expected("SP or \")\"")
    }

    /// `"(" item *(SP item) ")"`
    pub(super) fn list1<T>(
        &mut self,
        name: &str,
        item: impl FnMut(&mut Self) -> Parsed<T>,
    ) -> Parsed<Vec<T>> {
        let start = self.cursor.clone();
        let items = self.list(item)?;
        if items.is_empty() {
            self.cursor = start;
            self.cursor.eat(b'(');
            return self.expected(name);
        }
        Ok(items)
    }

    /// Demands the end of the response, unless it was given up before.
    pub(super) fn end(&mut self) {
        if self.rejected {
            return;
        }
        let ends = |rest: &[u8]| matches!(rest, b"\r\n" | b"\n" | b"");
        let start = self.cursor.at();
        let stray = self.cursor.take_while(|octet| octet == b' ').len();
        if !ends(self.cursor.rest()) {
            self.cursor.go_to(start);
            let rejection = self.expected::<()>("CRLF");
            self.settle(rejection);
        } else if stray > 0 {
            self.report(rules::SPACING, start..start + stray, "CRLF");
        }
    }
}
