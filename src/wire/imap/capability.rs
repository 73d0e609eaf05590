//! The CAPABILITY response and response code.

use std::ops::Range;

use super::parser::{Parsed, Parser};
use super::{Code, Data, ext};
use crate::finding::rule::imap_wire as rules;

impl Parser<'_> {
    /// `capability-data = "CAPABILITY" *(SP capability) SP "IMAP4rev2" *(SP capability)`
    /// (RFC 9051 §9), or with `IMAP4rev1` (RFC 3501 §9)
    fn capability_data(&mut self) -> Parsed<Vec<String>> {
        self.under(rules::CAPABILITY, |p| {
            let start = p.cursor.at();
            let mut places = Vec::new();
            let names = p.items(|p| {
                let at = p.cursor.at();
                let name = p.capability()?;
                places.push(at..p.cursor.at());
                Ok(name)
            })?;
            p.lone_capabilities(&names, &places);
            let is = |name: &str, other: &str| name.eq_ignore_ascii_case(other);
            let ends = matches!(p.cursor.peek(), None | Some(b'\r' | b'\n' | b']'));
            let is_revision = |name: &String| is(name, "IMAP4rev1") || is(name, "IMAP4rev2");
            if ends && !names.iter().any(is_revision) {
                let span = start..p.cursor.at();
                let expected = "IMAP4rev1 or IMAP4rev2 among the capabilities";
                p.report(rules::CAPABILITY_MISSING_REV, span, expected);
            }
            Ok(names)
        })
    }

    /// `capability = ("AUTH=" auth-type) / atom` (RFC 9051 §9); a known one has its own value
    fn capability(&mut self) -> Parsed<String> {
        let start = self.cursor.at();
        let name = self.atom()?;
        let Some((word, _)) = name.split_once('=') else {
            return Ok(name);
        };
        let Some(production) = ext::capability_value(&word.to_ascii_uppercase()) else {
            return Ok(name);
        };
        let end = self.cursor.at();
        if name.ends_with('=') && self.cursor.peek().is_some_and(|o| !b" ]\r\n".contains(&o)) {
            return Ok(name);
        }
        self.cursor.go_to(start + word.len() + 1);
        let value = production(self);
        let value = match value {
            Ok(()) if self.cursor.at() < end => self.expected("SP or the end"),
            other => other,
        };
        if let Err(rejection) = self.under(rules::CAPABILITY_VALUE, |_| value) {
            self.report_rejection(rejection);
        }
        self.cursor.go_to(end);
        Ok(name)
    }

    /// Reports capabilities that may not stand beside each other (RFC 7888 §5, RFC 6855 §6).
    fn lone_capabilities(&mut self, names: &[String], places: &[Range<usize>]) {
        const RIVALS: [(&str, &str); 2] = [("LITERAL+", "LITERAL-"), ("UTF8=ACCEPT", "UTF8=ONLY")];
        let find = |name: &str| names.iter().position(|n| n.eq_ignore_ascii_case(name));
        for (one, other) in RIVALS {
            let (Some(at_one), Some(at_other)) = (find(one), find(other)) else {
                continue;
            };
            if let Some(span) = places.get(at_one.max(at_other)) {
                let expected = format!("{one} or {other}, not both");
                self.report(rules::CAPABILITY_CONFLICT, span.clone(), expected);
            }
        }
    }
}

/// The CAPABILITY response (RFC 9051 §7.2.2).
pub(super) fn capability(p: &mut Parser<'_>) -> Parsed<Data> {
    p.capability_data().map(Data::Capability)
}

/// The CAPABILITY response code (RFC 9051 §7.1).
pub(super) fn capability_code(p: &mut Parser<'_>) -> Parsed<Code> {
    p.capability_data().map(Code::Capability)
}
