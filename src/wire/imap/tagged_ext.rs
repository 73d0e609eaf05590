//! The general form of values that extensions add.

use super::parser::{Parsed, Parser};
use super::string::text_of;

impl Parser<'_> {
    /// A value of which only its end is known; passed unread.
    pub(super) fn any_value(&mut self) -> Parsed<()> {
        let start = self.cursor.at();
        self.skip_value();
        if self.cursor.at() == start {
            return self.expected("value");
        }
        let value = self.cursor.since(start);
        let end = self.cursor.at();
        if value.contains(&b'{') {
            self.cursor.go_to(start);
            self.opaque(end);
        } else {
            self.text_octets(start, value);
        }
        Ok(())
    }

    /// `body-extension = nstring / number / number64 / "(" body-extension *(SP body-extension) ")"`
    /// (RFC 9051 §9)
    ///
    /// Not recursive: lists may be as deep as a server likes.
    pub(super) fn body_extension(&mut self) -> Parsed<()> {
        let mut depth = 0_usize;
        loop {
            if self.cursor.eat(b'(') {
                depth += 1;
                continue;
            }
            if self
                .cursor
                .peek()
                .is_some_and(|octet| octet.is_ascii_digit())
            {
                self.number64()?;
            } else {
                self.nstring()?;
            }
            while depth > 0 && self.cursor.eat(b')') {
                depth -= 1;
            }
            if depth == 0 {
                return Ok(());
            }
            if !self.more() {
                return self.expected("SP or \")\"");
            }
        }
    }

    /// `tagged-ext-label = tagged-label-fchar *tagged-label-char` (RFC 9051 §9), in upper case
    pub(super) fn tagged_ext_label(&mut self) -> Parsed<String> {
        let is_first =
            |octet: u8| octet.is_ascii_alphabetic() || matches!(octet, b'-' | b'_' | b'.');
        if !self.cursor.peek().is_some_and(is_first) {
            return self.expected("tagged-ext-label");
        }
        let label = self
            .cursor
            .take_while(|octet| is_first(octet) || octet.is_ascii_digit() || octet == b':');
        Ok(text_of(label).to_ascii_uppercase())
    }

    /// `tagged-ext-val = tagged-ext-simple / "(" [tagged-ext-comp] ")"` (RFC 9051 §9, RFC 4466 §3)
    pub(super) fn tagged_ext_val(&mut self) -> Parsed<()> {
        if self.cursor.peek() == Some(b'(') {
            self.tagged_ext_comp()
        } else {
            self.tagged_ext_simple()
        }
    }

    /// `tagged-ext-simple = sequence-set / number / number64` (RFC 9051 §9), and
    /// `partial-range-last = MINUS nz-number ":" MINUS nz-number` (RFC 9394 §4)
    fn tagged_ext_simple(&mut self) -> Parsed<()> {
        if self.cursor.eat(b'$') {
            return Ok(());
        }
        loop {
            let from_last = self.cursor.eat(b'-');
            if from_last || !self.cursor.eat(b'*') {
                self.number64()
                    .or_else(|_| self.expected("tagged-ext-val"))?;
            }
            if !self.cursor.eat(b':') && !self.cursor.eat(b',') {
                return Ok(());
            }
        }
    }

    /// `tagged-ext-comp = astring / tagged-ext-comp *(SP tagged-ext-comp) / "(" tagged-ext-comp
    /// ")"` with the parentheses around it, nstring for astring (RFC 9051 §9)
    ///
    /// Not recursive: lists may be as deep as a server likes.
    fn tagged_ext_comp(&mut self) -> Parsed<()> {
        let mut depth = 0_usize;
        loop {
            if self.cursor.eat(b'(') {
                depth += 1;
                if depth == 1 && self.cursor.eat(b')') {
                    return Ok(());
                }
                continue;
            }
            match self.cursor.peek() {
                Some(b'~') if self.cursor.peek_at(1) == Some(b'{') => drop(self.literal8()?),
                _ => drop(self.astring()?),
            }
            while depth > 0 && self.cursor.eat(b')') {
                depth -= 1;
            }
            if depth == 0 {
                return Ok(());
            }
            if !self.more() {
                return self.expected("SP or \")\"");
            }
        }
    }
}
