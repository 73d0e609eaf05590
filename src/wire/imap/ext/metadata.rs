//! METADATA and METADATA-SERVER (RFC 5464).

use super::{Extension, NOTHING, bare};
use crate::finding::rule::imap_wire as rules;
use crate::wire::imap::parser::{Parsed, Parser};
use crate::wire::imap::{Code, Data};

pub(super) const EXTENSION: Extension = Extension {
    data: &[("METADATA", metadata_resp)],
    codes: &[("METADATA", metadata_code)],
    ..NOTHING
};

/// `metadata-resp = "METADATA" SP mailbox SP (entry-values / entry-list)`, `entry-list = entry
/// *(SP entry)` (RFC 5464 §5)
fn metadata_resp(p: &mut Parser<'_>) -> Parsed<Data> {
    p.under(rules::METADATA, |p| {
        p.sp()?;
        p.mailbox()?;
        p.sp()?;
        if p.cursor.peek() == Some(b'(') {
            p.list1("entry-value", Parser::entry_value)?;
        } else {
            let start = p.cursor.at();
            p.entry()?;
            p.items(Parser::entry)?;
            if !p.context.allows_unsolicited_metadata() {
                let expected = "entry-values, as METADATA is not enabled";
                p.report(rules::METADATA_UNSOLICITED, start..p.cursor.at(), expected);
            }
        }
        Ok(Data::Other("METADATA".to_owned()))
    })
}

impl Parser<'_> {
    /// `entry-value = entry SP value`, `value = nstring / literal8` (RFC 5464 §5)
    fn entry_value(&mut self) -> Parsed<()> {
        self.entry()?;
        self.sp()?;
        if self.cursor.peek() == Some(b'~') {
            self.literal8().map(drop)
        } else {
            self.nstring().map(drop)
        }
    }

    /// `entry = astring`: a path of components with a slash before each, without `*`, `%`,
    /// control and non-ASCII characters (RFC 5464 §3.2, §5)
    fn entry(&mut self) -> Parsed<()> {
        let start = self.cursor.at();
        let entry = self.astring()?;
        let is_component = |component: &[u8]| {
            !component.is_empty()
                && component
                    .iter()
                    .all(|octet| (0x20..0x7f).contains(octet) && !matches!(octet, b'*' | b'%'))
        };
        let is_path = entry
            .strip_prefix(b"/")
            .is_some_and(|path| path.split(|&octet| octet == b'/').all(is_component));
        if !is_path {
            self.report(rules::METADATA, start..self.cursor.at(), "entry");
        }
        Ok(())
    }
}

/// `"METADATA" SP ("LONGENTRIES" SP number / "MAXSIZE" SP number / "TOOMANY" / "NOPRIVATE")`
/// (RFC 5464 §5)
fn metadata_code(p: &mut Parser<'_>) -> Parsed<Code> {
    p.sp()?;
    if p.cursor.eat_word("LONGENTRIES") || p.cursor.eat_word("MAXSIZE") {
        p.sp()?;
        p.number()?;
    } else if !p.cursor.eat_word("TOOMANY") && !p.cursor.eat_word("NOPRIVATE") {
        return p.expected("LONGENTRIES, MAXSIZE, TOOMANY or NOPRIVATE");
    }
    bare("METADATA")
}
