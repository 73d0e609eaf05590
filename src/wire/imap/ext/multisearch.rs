//! MULTISEARCH (RFC 7377, RFC 6237): correlators of ESEARCH.

use super::{Extension, NOTHING};
use crate::finding::rule::imap_wire as rules;
use crate::wire::imap::parser::{Parsed, Parser};
use crate::wire::imap::string::text_of;

pub(super) const EXTENSION: Extension = NOTHING;

/// What ESEARCH answers to.
#[derive(Default)]
pub(super) struct Correlators {
    /// The tag of the command.
    pub(super) tag: Option<String>,
    /// True if a mailbox is named.
    pub(super) mailbox: bool,
    uidvalidity: bool,
}

impl Parser<'_> {
    /// `search-correlator = SP "(" "TAG" SP tag-string ")"` (RFC 9051 §9), with MULTISEARCH
    /// `SP "(" one-correlator *(SP one-correlator) ")"` (RFC 7377 §4), without its SP
    ///
    /// A mailbox, its UIDVALIDITY and the tag come all three and once (RFC 7377 §2.1, §4).
    pub(super) fn search_correlator(&mut self) -> Parsed<Correlators> {
        let mut correlators = Correlators::default();
        self.list1("TAG", |p| p.one_correlator(&mut correlators))?;
        let whole = correlators.mailbox == correlators.uidvalidity && correlators.tag.is_some();
        if !whole {
            let end = self.cursor.at();
            let expected = "TAG, or TAG, MAILBOX and UIDVALIDITY";
            self.report(rules::MULTISEARCH, end - 1..end, expected);
        }
        Ok(correlators)
    }

    /// `one-correlator = ("TAG" SP tag-string) / ("MAILBOX" SP astring) / ("UIDVALIDITY" SP
    /// nz-number)` (RFC 7377 §4)
    fn one_correlator(&mut self, correlators: &mut Correlators) -> Parsed<()> {
        let start = self.cursor.at();
        let is_second = if self.cursor.eat_word("TAG") {
            self.sp()?;
            let tag = self.astring()?;
            correlators.tag.replace(text_of(&tag)).is_some()
        } else if self.cursor.eat_word("MAILBOX") {
            self.sp()?;
            self.mailbox()?;
            std::mem::replace(&mut correlators.mailbox, true)
        } else if self.cursor.eat_word("UIDVALIDITY") {
            self.sp()?;
            self.nz_number()?;
            std::mem::replace(&mut correlators.uidvalidity, true)
        } else {
            return self.expected("TAG, MAILBOX or UIDVALIDITY");
        };
        if is_second {
            let span = start..self.cursor.at();
            self.report(rules::MULTISEARCH, span, "each correlator once");
        }
        Ok(())
    }
}
