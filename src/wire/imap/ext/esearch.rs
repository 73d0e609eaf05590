//! ESEARCH (RFC 4731, RFC 4466), part of IMAP4rev2.

use super::multisearch::Correlators;
use super::{Extension, NOTHING, search_return};
use crate::finding::rule::imap_wire as rules;
use crate::wire::imap::parser::{Parsed, Parser};
use crate::wire::imap::{Data, UidRange};

pub(super) const EXTENSION: Extension = Extension {
    data: &[("ESEARCH", esearch_response)],
    ..NOTHING
};

/// What a response that names a mailbox owes (RFC 7377 §2.1).
const UID_EXPECTED: &str = "UID, as a mailbox is named";

/// What the results amount to so far.
#[derive(Default)]
struct Results {
    min: Option<u32>,
    max: Option<u32>,
    count: Option<u32>,
    all: Option<Vec<UidRange>>,
    modseq: Option<u64>,
}

/// `esearch-response = "ESEARCH" [search-correlator] [SP "UID"] *(SP search-return-data)`
/// (RFC 9051 §9)
///
/// What was understood before a wrong octet is kept.
fn esearch_response(p: &mut Parser<'_>) -> Parsed<Data> {
    if !p.context.allows_esearch() {
        let end = p.cursor.at();
        let span = end.saturating_sub("ESEARCH".len())..end;
        p.report(rules::ESEARCH_UNASKED, span, "SEARCH, as RETURN was not used");
    }
    let mut correlators = Correlators::default();
    let mut uid = false;
    let mut results = Results::default();
    let parsed = p.under(rules::ESEARCH, |p| {
        let mut more = p.more();
        if more && p.cursor.peek() == Some(b'(') {
            correlators = p.search_correlator()?;
            more = p.more();
        }
        while more {
            let name_at = p.cursor.here();
            let name = p.tagged_ext_label()?;
            if name == "UID" && !uid && results.is_empty() {
                uid = true;
            } else {
                if correlators.mailbox && !uid && results.is_empty() {
                    p.report(rules::MULTISEARCH, name_at.clone(), UID_EXPECTED);
                }
                p.sp()?;
                p.search_return_data(&name, name_at.start, &mut results)?;
            }
            more = p.more();
        }
        if correlators.mailbox && !uid && results.is_empty() {
            p.report(rules::MULTISEARCH, p.cursor.here(), UID_EXPECTED);
        }
        Ok(())
    });
    p.settle(parsed);
    Ok(Data::Esearch {
        tag: correlators.tag,
        uid,
        min: results.min,
        max: results.max,
        count: results.count,
        all: results.all,
        modseq: results.modseq,
    })
}

impl Results {
    fn is_empty(&self) -> bool {
        self.min.is_none()
            && self.max.is_none()
            && self.count.is_none()
            && self.all.is_none()
            && self.modseq.is_none()
    }
}

impl Parser<'_> {
    /// `search-return-data = "MIN" SP nz-number / "MAX" SP nz-number / "ALL" SP sequence-set /
    /// "COUNT" SP number / search-ret-data-ext` (RFC 9051 §9), and `"MODSEQ" SP
    /// mod-sequence-value` (RFC 4731 §4); from the value on
    fn search_return_data(&mut self, name: &str, at: usize, results: &mut Results) -> Parsed<()> {
        let value_at = self.cursor.at();
        let is_second = match name {
            "MIN" => results.min.replace(self.nz_number()?).is_some(),
            "MAX" => results.max.replace(self.nz_number()?).is_some(),
            "ALL" => results.all.replace(self.sequence_set()?).is_some(),
            "COUNT" => results.count.replace(self.number()?).is_some(),
            "MODSEQ" => results.modseq.replace(self.mod_sequence_value()?).is_some(),
            _ => {
                match search_return(name) {
                    Some(production) => production(self)?,
                    None => self.tagged_ext_val()?,
                }
                false
            }
        };
        if is_second {
            self.report(rules::ESEARCH, at..value_at, format!("{name} only once"));
        }
        Ok(())
    }
}
