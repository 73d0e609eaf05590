//! NAMESPACE (RFC 2342), part of IMAP4rev2.

use super::{Extension, NOTHING};
use crate::finding::rule::imap_wire as rules;
use crate::wire::imap::Data;
use crate::wire::imap::mailbox_name::is_modified_utf7;
use crate::wire::imap::parser::{Parsed, Parser};

pub(super) const EXTENSION: Extension = Extension {
    data: &[("NAMESPACE", namespace_response)],
    ..NOTHING
};

/// `namespace-response = "NAMESPACE" SP namespace SP namespace SP namespace` (RFC 9051 §9)
fn namespace_response(p: &mut Parser<'_>) -> Parsed<Data> {
    p.under(rules::NAMESPACE, |p| {
        for _personal_others_shared in 0..3 {
            p.sp()?;
            p.namespace()?;
        }
        Ok(Data::Other("NAMESPACE".to_owned()))
    })
}

impl Parser<'_> {
    /// `namespace = nil / "(" 1*namespace-descr ")"` (RFC 9051 §9)
    fn namespace(&mut self) -> Parsed<()> {
        if self.nil() {
            return Ok(());
        }
        self.octet(b'(').or_else(|_| self.expected("namespace or NIL"))?;
        self.namespace_descr()?;
        while !self.cursor.eat(b')') {
            self.namespace_descr()?;
        }
        Ok(())
    }

    /// `namespace-descr = "(" string SP (DQUOTE QUOTED-CHAR DQUOTE / nil)
    /// [namespace-response-extensions] ")"` (RFC 9051 §9)
    fn namespace_descr(&mut self) -> Parsed<()> {
        self.octet(b'(').or_else(|_| self.expected("namespace-descr"))?;
        self.string()?;
        self.sp()?;
        self.delimiter(rules::NAMESPACE)?;
        self.items(Parser::namespace_response_extension)?;
        self.octet(b')')
    }

    /// `namespace-response-extension = SP string SP "(" string *(SP string) ")"` (RFC 9051 §9),
    /// without its first SP, and `namespace-trans = SP DQUOTE "TRANSLATION" DQUOTE SP "(" string
    /// ")"`, a name in modified UTF-7 (RFC 5255 §3.5)
    fn namespace_response_extension(&mut self) -> Parsed<()> {
        let name = self.string()?;
        self.sp()?;
        let start = self.cursor.at();
        let values = self.list1("string", Parser::string)?;
        if name.eq_ignore_ascii_case(b"TRANSLATION") {
            let one = matches!(values.as_slice(), [one] if is_modified_utf7(one));
            if !one && !self.context.allows_utf8() {
                let span = start..self.cursor.at();
                self.report(rules::NAMESPACE, span, "one string in modified UTF-7");
            }
        }
        Ok(())
    }
}
