//! URLAUTH (RFC 4467).

use super::{Extension, NOTHING, bare};
use crate::finding::rule::imap_wire as rules;
use crate::wire::imap::parser::{Parsed, Parser};
use crate::wire::imap::{Code, Data};
use crate::wire::line::is_base64;

pub(super) const EXTENSION: Extension = Extension {
    data: &[
        ("GENURLAUTH", genurlauth_data),
        ("URLFETCH", urlfetch_data),
    ],
    codes: &[("URLMECH", urlmech)],
    ..NOTHING
};

/// `genurlauth-data = "GENURLAUTH" 1*(SP url-full)` (RFC 4467 §9)
fn genurlauth_data(p: &mut Parser<'_>) -> Parsed<Data> {
    p.under(rules::URLAUTH, |p| {
        p.sp()?;
        p.url_full()?;
        p.items(Parser::url_full)?;
        Ok(Data::Other("GENURLAUTH".to_owned()))
    })
}

/// `urlfetch-data = "URLFETCH" 1*(SP url-full SP nstring)` (RFC 4467 §9)
///
/// The URL is as the client gave it. A server that offers URLAUTH=BINARY may give a list in
/// place of the nstring, which is passed unread.
fn urlfetch_data(p: &mut Parser<'_>) -> Parsed<Data> {
    p.under(rules::URLAUTH, |p| {
        p.sp()?;
        p.url_and_content()?;
        p.items(Parser::url_and_content)?;
        Ok(Data::Other("URLFETCH".to_owned()))
    })
}

impl Parser<'_> {
    fn url_and_content(&mut self) -> Parsed<()> {
        self.astring()?;
        self.sp()?;
        if self.cursor.peek() == Some(b'(') && self.context.offers("URLAUTH=BINARY") {
            return self.any_value();
        }
        self.nstring().map(drop)
    }

    /// `url-full = astring` that holds `authimapurlfull = authimapurl iurlauth`: an IMAP URL and
    /// behind it `";URLAUTH=" access ":" mechanism ":" enc-urlauth`, at least 32 hexadecimal
    /// digits (RFC 4467 §9)
    fn url_full(&mut self) -> Parsed<()> {
        let start = self.cursor.at();
        let url = self.astring()?;
        if !is_authorized(&url.to_ascii_lowercase()) {
            let span = start..self.cursor.at();
            self.report(rules::URLAUTH, span, "authimapurlfull");
        }
        Ok(())
    }

    /// `mechanism = "INTERNAL" / 1*(ALPHA / DIGIT / "-" / ".")` (RFC 4467 §9)
    fn mechanism(&mut self) -> Parsed<()> {
        let name = self.cursor.take_while(is_mechanism);
        if name.is_empty() {
            return self.expected("mechanism");
        }
        Ok(())
    }
}

fn is_mechanism(octet: u8) -> bool {
    octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'.')
}

/// True for `authimapurlfull` in small letters, as far as URLAUTH shapes it.
fn is_authorized(url: &[u8]) -> bool {
    let mut fields = url.rsplitn(3, |&octet| octet == b':');
    let (Some(token), Some(mechanism), Some(rump)) = (fields.next(), fields.next(), fields.next())
    else {
        return false;
    };
    let access = b";urlauth=";
    token.len() >= 32
        && token.iter().all(u8::is_ascii_hexdigit)
        && !mechanism.is_empty()
        && mechanism.iter().all(|&octet| is_mechanism(octet))
        && rump.starts_with(b"imap://")
        && rump.windows(access.len()).any(|window| window == access)
}

/// `"URLMECH" SP "INTERNAL" *(SP mechanism ["=" base64])` (RFC 4467 §9)
fn urlmech(p: &mut Parser<'_>) -> Parsed<Code> {
    p.under(rules::URLAUTH, |p| {
        p.sp()?;
        p.word("INTERNAL")?;
        p.items(|p| {
            p.mechanism()?;
            if p.cursor.eat(b'=') {
                let start = p.cursor.at();
                let data = p.cursor.take_while(|o| !matches!(o, b' ' | b']' | b'\r' | b'\n'));
                if !is_base64(data) {
                    p.report(rules::URLAUTH, start..p.cursor.at(), "base64");
                }
            }
            Ok(())
        })
        .map(drop)
    })?;
    bare("URLMECH")
}
