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
        if let Some(at) = wrong_in_tag(&tag) {
            let span = self.within_string(start, &tag, at);
            self.report(rules::LANGUAGE, span, "language tag");
        }
        Ok(())
    }
}

/// The first octet that a language tag cannot have where it stands, or the end if a subtag is
/// empty there.
fn wrong_in_tag(tag: &[u8]) -> Option<usize> {
    if !tag.first().is_some_and(u8::is_ascii_alphabetic) {
        return Some(0);
    }
    let mut subtag = 0;
    for (at, &octet) in tag.iter().enumerate() {
        subtag = match octet {
            b'-' if subtag > 0 => 0,
            _ if octet.is_ascii_alphanumeric() && subtag < 8 => subtag + 1,
            _ => return Some(at),
        };
    }
    (subtag == 0).then_some(tag.len())
}
