//! LANGUAGE (RFC 5255).

use super::{Extension, NOTHING};
use crate::finding::rule::imap_wire as rules;
use crate::wire::imap::Data;
use crate::wire::imap::parser::{Parsed, Parser};

pub(super) const EXTENSION: Extension = Extension {
    data: &[("LANGUAGE", language_data)],
    ..NOTHING
};

/// `language-data = "LANGUAGE" SP "(" lang-tag-quoted *(SP lang-tag-quoted) ")"` (RFC 5255 §3.5)
fn language_data(p: &mut Parser<'_>) -> Parsed<Data> {
    p.under(rules::LANGUAGE, |p| {
        p.sp()?;
        p.list1("lang-tag-quoted", Parser::lang_tag_quoted)?;
        Ok(Data::Other("LANGUAGE".to_owned()))
    })
}

impl Parser<'_> {
    /// `lang-tag-quoted = astring` that holds a language tag: subtags of up to eight letters and
    /// digits, the first of letters, hyphens between them (RFC 5255 §3.5, RFC 5646 §2.1)
    fn lang_tag_quoted(&mut self) -> Parsed<()> {
        let start = self.cursor.at();
        let tag = self.astring()?;
        let is_subtag = |subtag: &[u8]| {
            (1..=8).contains(&subtag.len()) && subtag.iter().all(u8::is_ascii_alphanumeric)
        };
        let begins_with_letter = tag.first().is_some_and(u8::is_ascii_alphabetic);
        if !begins_with_letter || !tag.split(|&octet| octet == b'-').all(is_subtag) {
            let span = start..self.cursor.at();
            self.report(rules::LANGUAGE, span, "language tag");
        }
        Ok(())
    }
}
