//! Passing over a value without reading it: what is unknown, nested too deep, or malformed.

use super::parser::Parser;
use crate::finding::rule::imap_wire as rules;

impl Parser<'_> {
    /// Passes one value: a list with all that is in it, a string, a literal, or octets up to the
    /// next space or closing parenthesis.
    pub(super) fn skip_value(&mut self) {
        let mut depth = 0_usize;
        loop {
            match self.cursor.peek() {
                None => return,
                Some(b'\r') if self.cursor.peek_at(1) == Some(b'\n') => return,
                Some(b'\n') => return,
                Some(b' ' | b')') if depth == 0 => return,
                Some(b')') => {
                    self.cursor.bump();
                    depth -= 1;
                }
                Some(b'(') => {
                    self.cursor.bump();
                    depth += 1;
                }
                Some(b'"') => self.skip_quoted(),
                Some(b'{') => self.skip_literal(),
                Some(_) => {
                    self.cursor.bump();
                }
            }
        }
    }

    /// Goes over octets that were or will be passed unread, up to `end`, and reports what can stand
    /// nowhere outside a literal: NUL, and CR or LF alone.
    pub(super) fn opaque(&mut self, end: usize) {
        while self.cursor.at() < end {
            match self.cursor.peek() {
                Some(b'{') => {
                    let start = self.cursor.at();
                    let may_hold_nul = start > 0 && self.cursor.octet_at(start - 1) == Some(b'~');
                    self.skip_literal();
                    let literal = self.cursor.since(start);
                    let nul = literal.iter().position(|&octet| octet == 0);
                    if let Some(at) = nul.filter(|_| !may_hold_nul) {
                        let at = start + at;
                        self.report(rules::NUL, at..at + 1, "any octet but NUL");
                    }
                }
                Some(b'\r') if self.cursor.peek_at(1) == Some(b'\n') => {
                    self.cursor.take(2);
                }
                Some(b'\r' | b'\n') => {
                    let expected = "CRLF at the end of the line only";
                    self.report(rules::LINE_END, self.cursor.here(), expected);
                    break;
                }
                Some(0) => {
                    self.report(rules::NUL, self.cursor.here(), "any character but NUL");
                    break;
                }
                _ => {
                    self.cursor.bump();
                }
            }
        }
        self.cursor.go_to(end);
    }

    fn skip_quoted(&mut self) {
        self.cursor.bump();
        loop {
            self.cursor
                .take_while(|octet| !matches!(octet, b'"' | b'\\' | b'\r' | b'\n'));
            match self.cursor.peek() {
                Some(b'\\') => {
                    self.cursor.bump();
                    if matches!(self.cursor.peek(), Some(b'"' | b'\\')) {
                        self.cursor.bump();
                    }
                }
                Some(b'"') => {
                    self.cursor.bump();
                    return;
                }
                _ => return,
            }
        }
    }

    fn skip_literal(&mut self) {
        self.cursor.bump();
        let digits = self.cursor.take_while(|octet| octet.is_ascii_digit());
        let length = digits.iter().fold(0_usize, |length, &digit| {
            length
                .saturating_mul(10)
                .saturating_add(usize::from(digit - b'0'))
        });
        self.cursor.eat(b'+');
        if !digits.is_empty() && self.cursor.eat_word("}\r\n") {
            self.cursor.take(length);
        }
    }
}
