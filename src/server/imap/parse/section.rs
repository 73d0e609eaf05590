//! Body sections (`section`): which part of a message, and what of it.

use std::fmt;

use super::{ParseError, ParseResult, Parser};

/// What of a part is wanted (`section-text`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::server::imap) enum SectionText {
    /// `HEADER`
    Header,
    /// `HEADER.FIELDS` or, if `except`, `HEADER.FIELDS.NOT`
    Fields {
        /// The names as the client spelt them.
        names: Vec<String>,
        /// All fields but these.
        except: bool,
    },
    /// `TEXT`
    Text,
    /// `MIME`
    Mime,
}

/// A body section (`section-spec`); the default is the whole message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::server::imap) struct Section {
    /// The part numbers, outermost first.
    pub(in crate::server::imap) part: Vec<u32>,
    /// What of the part; nothing for its content.
    pub(in crate::server::imap) text: Option<SectionText>,
}

impl fmt::Display for Section {
    /// As a response repeats it: `[1.2.HEADER.FIELDS (DATE FROM)]`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut pieces: Vec<String> = self.part.iter().map(u32::to_string).collect();
        match &self.text {
            None => {}
            Some(SectionText::Header) => pieces.push("HEADER".to_owned()),
            Some(SectionText::Text) => pieces.push("TEXT".to_owned()),
            Some(SectionText::Mime) => pieces.push("MIME".to_owned()),
            Some(SectionText::Fields { names, except }) => {
                let not = if *except { ".NOT" } else { "" };
                let names: Vec<_> = names.iter().map(|name| field_name(name)).collect();
                pieces.push(format!("HEADER.FIELDS{not} ({})", names.join(" ")));
            }
        }
        write!(f, "[{}]", pieces.join("."))
    }
}

fn field_name(name: &str) -> String {
    if !name.is_empty() && name.bytes().all(super::is_astring_octet) {
        name.to_owned()
    } else {
        format!("\"{}\"", name.replace('\\', "\\\\").replace('"', "\\\""))
    }
}

impl Parser<'_> {
    /// `section`
    pub(in crate::server::imap) fn section(&mut self) -> ParseResult<Section> {
        self.expect(b'[', "expected a section")?;
        let part = self.section_part()?;
        let text = match self.peek() {
            Some(b']') => None,
            _ => Some(self.section_text(!part.is_empty())?),
        };
        self.expect(b']', "expected the end of the section")?;
        Ok(Section { part, text })
    }

    /// `section-binary`
    pub(in crate::server::imap) fn section_binary(&mut self) -> ParseResult<Section> {
        let section = self.section()?;
        match section.text {
            None => Ok(section),
            Some(_) => Err(ParseError::Syntax("BINARY takes part numbers only")),
        }
    }

    /// `[section-part]`, with the period behind it if a `section-text` follows.
    fn section_part(&mut self) -> ParseResult<Vec<u32>> {
        let mut part = Vec::new();
        while self.peek().is_some_and(|o| o.is_ascii_digit()) {
            part.push(self.nz_number()?);
            if !self.take(b'.') {
                return match self.peek() {
                    Some(b']') => Ok(part),
                    _ => Err(ParseError::Syntax("expected a period or a bracket")),
                };
            }
            if self.peek() == Some(b']') {
                return Err(ParseError::Syntax("section ends with a period"));
            }
        }
        Ok(part)
    }

    fn section_text(&mut self, in_part: bool) -> ParseResult<SectionText> {
        if self.take_text("HEADER.FIELDS.NOT ") {
            return self.fields(true);
        }
        if self.take_text("HEADER.FIELDS ") {
            return self.fields(false);
        }
        match self.keyword()?.as_str() {
            "HEADER" => Ok(SectionText::Header),
            "TEXT" => Ok(SectionText::Text),
            "MIME" if in_part => Ok(SectionText::Mime),
            _ => Err(ParseError::Syntax("unknown section")),
        }
    }

    fn fields(&mut self, except: bool) -> ParseResult<SectionText> {
        let names = self.list(|p| {
            let name = p.astring_text()?;
            let ok = name.bytes().all(|o| o.is_ascii_graphic() && o != b':');
            if name.is_empty() || !ok {
                return Err(ParseError::Syntax("expected the name of a header field"));
            }
            Ok(name)
        })?;
        Ok(SectionText::Fields { names, except })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections() {
        for (input, shown) in [
            ("[]", "[]"),
            ("[1]", "[1]"),
            ("[1.2]", "[1.2]"),
            ("[header]", "[HEADER]"),
            ("[text]", "[TEXT]"),
            ("[1.mime]", "[1.MIME]"),
            ("[1.2.HEADER]", "[1.2.HEADER]"),
            (
                "[HEADER.FIELDS (Date \"From\")]",
                "[HEADER.FIELDS (Date From)]",
            ),
            ("[2.header.fields.not (X)]", "[2.HEADER.FIELDS.NOT (X)]"),
        ] {
            let section = Parser::new(input.as_bytes(), false).section().unwrap();
            assert_eq!(section.to_string(), shown);
        }
        for bad in [
            "[MIME]",
            "[1.]",
            "[0]",
            "[1TEXT]",
            "[FOO]",
            "[HEADER.FIELDS ()]",
            "[1",
            "[",
        ] {
            assert!(
                Parser::new(bad.as_bytes(), false).section().is_err(),
                "{bad}"
            );
        }
    }
}
