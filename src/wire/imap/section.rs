//! Sections: which part of a message a body item holds.

use super::parser::{Parsed, Parser};
use super::string::{is_astring_char, text_of};

impl Parser<'_> {
    /// `section = "[" [section-spec] "]"`, `section-spec = section-msgtext / (section-part ["."
    /// section-text])` (RFC 9051 §9): its text in upper case, quotes left out where they may be
    pub(super) fn section(&mut self) -> Parsed<String> {
        self.octet(b'[')?;
        let mut section = "[".to_owned();
        if self.cursor.peek().is_some_and(|o| o.is_ascii_digit()) {
            let in_part = self.section_part(&mut section)?;
            if in_part {
                self.section_text(&mut section)?;
            }
        } else if self.cursor.peek() != Some(b']') {
            self.section_msgtext(&mut section)?;
        }
        self.octet(b']')?;
        section.push(']');
        Ok(section)
    }

    /// `section-binary = "[" [section-part] "]"` (RFC 9051 §9)
    pub(super) fn section_binary(&mut self) -> Parsed<String> {
        self.octet(b'[')?;
        let mut section = "[".to_owned();
        if self.cursor.peek() != Some(b']') && self.section_part(&mut section)? {
            return self.expected("nz-number");
        }
        self.octet(b']')?;
        section.push(']');
        Ok(section)
    }

    /// `section-part = nz-number *("." nz-number)` (RFC 9051 §9)
    ///
    /// True if a full stop follows and then something else than a number.
    fn section_part(&mut self, section: &mut String) -> Parsed<bool> {
        loop {
            let number = self.nz_number()?;
            section.push_str(&number.to_string());
            if !self.cursor.eat(b'.') {
                return Ok(false);
            }
            section.push('.');
            if !self.cursor.peek().is_some_and(|o| o.is_ascii_digit()) {
                return Ok(true);
            }
        }
    }

    /// `section-text = section-msgtext / "MIME"` (RFC 9051 §9)
    fn section_text(&mut self, section: &mut String) -> Parsed<()> {
        if self.cursor.eat_word("MIME") {
            section.push_str("MIME");
            return Ok(());
        }
        self.section_msgtext(section)
    }

    /// `section-msgtext = "HEADER" / "HEADER.FIELDS" [".NOT"] SP header-list / "TEXT"`
    /// (RFC 9051 §9)
    fn section_msgtext(&mut self, section: &mut String) -> Parsed<()> {
        if self.cursor.eat_word("HEADER.FIELDS") {
            section.push_str("HEADER.FIELDS");
            if self.cursor.eat_word(".NOT") {
                section.push_str(".NOT");
            }
            self.sp()?;
            let names = self.list1("header-fld-name", Self::header_fld_name)?;
            section.push_str(&format!(" ({})", names.join(" ")));
        } else if self.cursor.eat_word("HEADER") {
            section.push_str("HEADER");
        } else if self.cursor.eat_word("TEXT") {
            section.push_str("TEXT");
        } else {
            return self.expected("section-text");
        }
        Ok(())
    }

    /// `header-fld-name = astring` (RFC 9051 §9)
    fn header_fld_name(&mut self) -> Parsed<String> {
        let name = self.astring()?;
        let is_plain = !name.is_empty() && name.iter().all(|&octet| is_astring_char(octet));
        let name = text_of(&name).to_ascii_uppercase();
        Ok(if is_plain { name } else { format!("{name:?}") })
    }
}
