//! Body structures.

use super::parser::{Parsed, Parser};
use crate::finding::rule::imap_wire as rules;

/// How deep structures are read; what lies deeper is passed unread and not judged.
const DEPTH_MAX: usize = 100;

impl Parser<'_> {
    /// `body = "(" (body-type-1part / body-type-mpart) ")"` (RFC 9051 §9)
    ///
    /// Extension data belongs to BODYSTRUCTURE only.
    pub(super) fn body(&mut self, extensible: bool) -> Parsed<()> {
        if self.depth >= DEPTH_MAX {
            self.skip_value();
            return Ok(());
        }
        self.depth += 1;
        let body = self.under(rules::BODY_STRUCTURE, |p| {
            p.octet(b'(')?;
            if p.cursor.peek() == Some(b'(') {
                p.body_type_mpart(extensible)?;
            } else {
                p.body_type_1part(extensible)?;
            }
            p.octet(b')')
        });
        self.depth -= 1;
        body
    }

    /// `body-type-mpart = 1*body SP media-subtype [SP body-ext-mpart]` (RFC 9051 §9)
    ///
    /// `body-ext-mpart = body-fld-param [SP body-fld-dsp [SP body-fld-lang [SP body-fld-loc
    /// *(SP body-extension)]]]`
    fn body_type_mpart(&mut self, extensible: bool) -> Parsed<()> {
        while self.cursor.peek() == Some(b'(') {
            self.body(extensible)?;
        }
        self.sp()?;
        self.string()?;
        self.extension_data(extensible, |p| p.body_fld_param())
    }

    /// `body-type-1part = (body-type-basic / body-type-msg / body-type-text) [SP body-ext-1part]`
    /// (RFC 9051 §9)
    ///
    /// `body-ext-1part = body-fld-md5 [SP body-fld-dsp [SP body-fld-lang [SP body-fld-loc
    /// *(SP body-extension)]]]`
    fn body_type_1part(&mut self, extensible: bool) -> Parsed<()> {
        let media = self.string()?.to_ascii_lowercase();
        self.sp()?;
        let subtype = self.string()?.to_ascii_lowercase();
        self.sp()?;
        self.body_fields()?;
        match (media.as_slice(), subtype.as_slice()) {
            (b"text", _) => {
                self.sp()?;
                self.body_fld_lines()?;
            }
            (b"message", b"rfc822") => self.message_fields(extensible)?,
            // RFC 3501 has no such type: there it is basic, and a string or NIL follows
            (b"message", b"global") if self.cursor.rest().starts_with(b" (") => {
                self.message_fields(extensible)?;
            }
            _ => {}
        }
        self.extension_data(extensible, |p| p.nstring().map(drop))
    }

    /// `SP envelope SP body SP body-fld-lines` of `body-type-msg` (RFC 9051 §9)
    fn message_fields(&mut self, extensible: bool) -> Parsed<()> {
        self.sp()?;
        self.envelope()?;
        self.sp()?;
        self.body(extensible)?;
        self.sp()?;
        self.body_fld_lines()
    }

    /// `body-fld-lines = number64` (RFC 9051 §9)
    fn body_fld_lines(&mut self) -> Parsed<()> {
        if !self.cursor.peek().is_some_and(|o| o.is_ascii_digit()) {
            return self.expected("body-fld-lines");
        }
        self.number64().map(drop)
    }

    /// `body-fields = body-fld-param SP body-fld-id SP body-fld-desc SP body-fld-enc SP
    /// body-fld-octets` (RFC 9051 §9)
    fn body_fields(&mut self) -> Parsed<()> {
        self.body_fld_param()?;
        self.sp()?;
        self.nstring()?;
        self.sp()?;
        self.nstring()?;
        self.sp()?;
        self.string().or_else(|_| self.expected("body-fld-enc"))?;
        self.sp()?;
        self.number64().map(drop)
    }

    /// `body-fld-param = "(" string SP string *(SP string SP string) ")" / nil` (RFC 9051 §9)
    fn body_fld_param(&mut self) -> Parsed<()> {
        if self.nil() {
            return Ok(());
        }
        if self.cursor.peek() != Some(b'(') {
            return self.expected("body-fld-param");
        }
        self.list1("string", |p| {
            p.string()?;
            p.sp()?;
            p.string().map(drop)
        })
        .map(drop)
    }

    /// `[SP first [SP body-fld-dsp [SP body-fld-lang [SP body-fld-loc *(SP body-extension)]]]]`
    fn extension_data(
        &mut self,
        extensible: bool,
        first: impl FnOnce(&mut Self) -> Parsed<()>,
    ) -> Parsed<()> {
        let start = self.cursor.at();
        if !self.more() {
            return Ok(());
        }
        first(self)?;
        if self.more() {
            self.body_fld_dsp()?;
        }
        if self.more() {
            self.body_fld_lang()?;
        }
        if self.more() {
            self.nstring()?;
        }
        self.items(Self::body_extension)?;
        if !extensible {
            let span = start..self.cursor.at();
            self.report(rules::BODY_EXTENSION_DATA, span, "\")\"");
        }
        Ok(())
    }

    /// `body-fld-dsp = "(" string SP body-fld-param ")" / nil` (RFC 9051 §9)
    fn body_fld_dsp(&mut self) -> Parsed<()> {
        if self.nil() {
            return Ok(());
        }
        self.octet(b'(')
            .or_else(|_| self.expected("body-fld-dsp"))?;
        self.string()?;
        self.sp()?;
        self.body_fld_param()?;
        self.octet(b')')
    }

    /// `body-fld-lang = nstring / "(" string *(SP string) ")"` (RFC 9051 §9)
    fn body_fld_lang(&mut self) -> Parsed<()> {
        if self.cursor.peek() == Some(b'(') {
            return self.list1("string", Self::string).map(drop);
        }
        self.nstring().map(drop)
    }
}
