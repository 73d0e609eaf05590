//! Atoms, quoted strings, literals and NIL.

use std::ops::Range;

use super::parser::{Parsed, Parser};
use crate::finding::rule::imap_wire as rules;

/// `ATOM-CHAR = <any CHAR except atom-specials>` (RFC 9051 §9)
pub(super) fn is_atom_char(octet: u8) -> bool {
    octet.is_ascii_graphic()
        && !matches!(
            octet,
            b'(' | b')' | b'{' | b'%' | b'*' | b'"' | b'\\' | b']'
        )
}

/// `ASTRING-CHAR = ATOM-CHAR / resp-specials` (RFC 9051 §9)
pub(super) fn is_astring_char(octet: u8) -> bool {
    is_atom_char(octet) || octet == b']'
}

/// Octets as text, for what is ASCII in a correct response.
pub(super) fn text_of(octets: &[u8]) -> String {
    String::from_utf8_lossy(octets).into_owned()
}

impl Parser<'_> {
    /// `atom = 1*ATOM-CHAR` (RFC 9051 §9)
    pub(super) fn atom(&mut self) -> Parsed<String> {
        let atom = self.cursor.take_while(is_atom_char);
        if atom.is_empty() {
            return self.expected("atom");
        }
        Ok(text_of(atom))
    }

    /// `astring = 1*ASTRING-CHAR / string` (RFC 9051 §9)
    pub(super) fn astring(&mut self) -> Parsed<Vec<u8>> {
        if matches!(self.cursor.peek(), Some(b'"' | b'{')) {
            return self.string();
        }
        let octets = self.cursor.take_while(is_astring_char);
        if octets.is_empty() {
            return self.expected("astring");
        }
        Ok(octets.to_vec())
    }

    /// `nil = "NIL"`: true if it comes next, and then it is passed (RFC 9051 §9).
    pub(super) fn nil(&mut self) -> bool {
        let ends = |octet: Option<u8>| !octet.is_some_and(is_astring_char);
        ends(self.cursor.peek_at(3)) && self.cursor.eat_word("NIL")
    }

    /// `nstring = string / nil` (RFC 9051 §9)
    pub(super) fn nstring(&mut self) -> Parsed<Option<Vec<u8>>> {
        match self.cursor.peek() {
            Some(b'"' | b'{') => self.string().map(Some),
            _ if self.nil() => Ok(None),
            _ => self.expected("nstring"),
        }
    }

    /// `string = quoted / literal` (RFC 9051 §9)
    pub(super) fn string(&mut self) -> Parsed<Vec<u8>> {
        match self.cursor.peek() {
            Some(b'"') => self.quoted(),
            Some(b'{') => self.literal(),
            _ => self.expected("string"),
        }
    }

    /// `quoted = DQUOTE *QUOTED-CHAR DQUOTE` (RFC 9051 §9)
    pub(super) fn quoted(&mut self) -> Parsed<Vec<u8>> {
        self.octet(b'"')?;
        let start = self.cursor.at();
        let mut value = Vec::new();
        loop {
            let plain = self
                .cursor
                .take_while(|octet| !matches!(octet, b'"' | b'\\' | b'\r' | b'\n'));
            value.extend_from_slice(plain);
            match self.cursor.peek() {
                Some(b'"') => break,
                Some(b'\\') => self.escape(&mut value),
                _ => return self.reject(rules::QUOTED_STRING, "DQUOTE"),
            }
        }
        let raw = self.cursor.since(start);
        self.octets_of(start, raw, self.context.allows_utf8());
        self.cursor.bump();
        Ok(value)
    }

    /// Where the octet `at` of a string's value stands, and all behind it; the string begins at
    /// `start` and has just been read. The whole string if its quotes hide an escape.
    pub(super) fn within_string(&self, start: usize, value: &[u8], at: usize) -> Range<usize> {
        let (raw, end) = (self.cursor.since(start), self.cursor.at());
        let quoted = raw
            .strip_prefix(b"\"")
            .and_then(|raw| raw.strip_suffix(b"\""));
        let first = match quoted {
            Some(plain) if plain == value => start + 1,
            Some(_) => return start..end,
            None => end - value.len(),
        };
        first + at..end
    }

    /// `"\" quoted-specials`; any other escape is reported and stands for itself.
    fn escape(&mut self, value: &mut Vec<u8>) {
        let start = self.cursor.at();
        self.cursor.bump();
        match self.cursor.peek() {
            Some(special @ (b'"' | b'\\')) => {
                self.cursor.bump();
                value.push(special);
            }
            _ => {
                let span = start..start + 1;
                self.report(rules::QUOTED_STRING, span, "\"\\\\\" for a backslash");
                value.push(b'\\');
            }
        }
    }

    /// Reports what may not stand in text for humans: see [`Parser::octets_of`].
    pub(super) fn text_octets(&mut self, start: usize, octets: &[u8]) {
        self.octets_of(start, octets, self.context.allows_utf8_text());
    }

    /// Reports the first NUL and the first octet that is neither ASCII nor UTF-8 where that is
    /// allowed.
    fn octets_of(&mut self, start: usize, octets: &[u8], utf8: bool) {
        if let Some(at) = octets.iter().position(|&octet| octet == 0) {
            let at = start + at;
            self.report(rules::NUL, at..at + 1, "any character but NUL");
        }
        let (wrong, expected) = if utf8 {
            let error = std::str::from_utf8(octets).err();
            (error.map(|error| error.valid_up_to()), "UTF-8")
        } else {
            (
                octets.iter().position(|octet| !octet.is_ascii()),
                "US-ASCII",
            )
        };
        if let Some(at) = wrong {
            let run = octets.iter().skip(at).take_while(|o| !o.is_ascii()).count();
            let at = start + at;
            self.report(rules::TEXT_8BIT, at..at + run.max(1), expected);
        }
    }

    /// `literal = "{" number64 "}" CRLF *CHAR8` (RFC 9051 §9)
    pub(super) fn literal(&mut self) -> Parsed<Vec<u8>> {
        let octets = self.announced_octets()?;
        let start = self.cursor.at() - octets.len();
        if let Some(at) = octets.iter().position(|&octet| octet == 0) {
            let at = start + at;
            self.report(rules::NUL, at..at + 1, "any octet but NUL");
        }
        Ok(octets)
    }

    /// `literal8 = "~{" number64 "}" CRLF *OCTET` (RFC 9051 §9, RFC 3516 §7)
    pub(super) fn literal8(&mut self) -> Parsed<Vec<u8>> {
        self.octet(b'~')?;
        self.announced_octets()
    }

    fn announced_octets(&mut self) -> Parsed<Vec<u8>> {
        self.under(rules::LITERAL, |p| {
            p.octet(b'{')?;
            let length = p.number64()?;
            let plus = p.cursor.here();
            if p.cursor.eat(b'+') {
                p.report(rules::LITERAL, plus, "\"}\"");
            }
            p.octet(b'}')?;
            p.word("\r\n").or_else(|_| p.expected("CRLF"))?;
            let length = usize::try_from(length).unwrap_or(usize::MAX);
            if p.cursor.rest().len() < length {
                return p.expected(format!("{length} octets"));
            }
            Ok(p.cursor.take(length).to_vec())
        })
    }
}
