//! FETCH items and modifiers (`fetch-att`, RFC 7162 §3.1.4.1, §3.2.6).

use super::{ParseError, ParseResult, Parser, Section};

/// `<offset.count>`: the first octet and how many at most.
pub(in crate::server::imap) type Partial = (u64, u64);

/// One thing that a FETCH asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::server::imap) enum FetchItem {
    /// `BINARY[…]` or `BINARY.PEEK[…]`
    Binary {
        /// Which part.
        section: Section,
        /// Which octets.
        partial: Option<Partial>,
        /// Do not set `\Seen`.
        peek: bool,
    },
    /// `BINARY.SIZE[…]`
    BinarySize(Section),
    /// `BODY`: the structure without extension data
    Body,
    /// `BODYSTRUCTURE`
    BodyStructure,
    /// `BODY[…]` or `BODY.PEEK[…]`
    Section {
        /// Which section.
        section: Section,
        /// Which octets.
        partial: Option<Partial>,
        /// Do not set `\Seen`.
        peek: bool,
    },
    /// `ENVELOPE`
    Envelope,
    /// `FLAGS`
    Flags,
    /// `INTERNALDATE`
    InternalDate,
    /// `MODSEQ`
    Modseq,
    /// `RFC822`
    Rfc822,
    /// `RFC822.HEADER`
    Rfc822Header,
    /// `RFC822.SIZE`
    Rfc822Size,
    /// `RFC822.TEXT`
    Rfc822Text,
    /// `UID`
    Uid,
}

impl FetchItem {
    /// Whether it sets `\Seen`.
    pub(in crate::server::imap) fn sets_seen(&self) -> bool {
        match self {
            Self::Section { peek, .. } | Self::Binary { peek, .. } => !peek,
            Self::Rfc822 | Self::Rfc822Text => true,
            _ => false,
        }
    }

    /// Whether it names a part by its number.
    pub(in crate::server::imap) fn is_of_part(&self) -> bool {
        matches!(self, Self::Section { section, .. } if !section.part.is_empty())
    }
}

/// What follows the items in parentheses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::server::imap) struct FetchModifiers {
    /// `CHANGEDSINCE`
    pub(in crate::server::imap) changed_since: Option<u64>,
    /// `VANISHED`
    pub(in crate::server::imap) vanished: bool,
}

impl Parser<'_> {
    /// `("ALL" / "FULL" / "FAST" / fetch-att / "(" fetch-att *(SP fetch-att) ")")`
    pub(in crate::server::imap) fn fetch_items(&mut self) -> ParseResult<Vec<FetchItem>> {
        use FetchItem::{Body, Envelope, Flags, InternalDate, Rfc822Size};
        if self.peek() == Some(b'(') {
            return self.list(Self::fetch_item);
        }
        let mut ahead = self.clone();
        let items = match ahead.keyword().as_deref() {
            Ok("ALL") => vec![Flags, InternalDate, Rfc822Size, Envelope],
            Ok("FAST") => vec![Flags, InternalDate, Rfc822Size],
            Ok("FULL") => vec![Flags, InternalDate, Rfc822Size, Envelope, Body],
            _ => return Ok(vec![self.fetch_item()?]),
        };
        *self = ahead;
        Ok(items)
    }

    fn fetch_item(&mut self) -> ParseResult<FetchItem> {
        let name = self.run(|o| o.is_ascii_alphanumeric() || o == b'.');
        Ok(match name.to_ascii_uppercase().as_slice() {
            b"BODY" if self.peek() == Some(b'[') => self.body_section(false)?,
            b"BODY.PEEK" => self.body_section(true)?,
            b"BINARY" => self.binary(false)?,
            b"BINARY.PEEK" => self.binary(true)?,
            b"BINARY.SIZE" => FetchItem::BinarySize(self.section_binary()?),
            b"BODY" => FetchItem::Body,
            b"BODYSTRUCTURE" => FetchItem::BodyStructure,
            b"ENVELOPE" => FetchItem::Envelope,
            b"FLAGS" => FetchItem::Flags,
            b"INTERNALDATE" => FetchItem::InternalDate,
            b"MODSEQ" => FetchItem::Modseq,
            b"RFC822" => FetchItem::Rfc822,
            b"RFC822.HEADER" => FetchItem::Rfc822Header,
            b"RFC822.SIZE" => FetchItem::Rfc822Size,
            b"RFC822.TEXT" => FetchItem::Rfc822Text,
            b"UID" => FetchItem::Uid,
            _ => return Err(ParseError::Syntax("unknown FETCH item")),
        })
    }

    fn body_section(&mut self, peek: bool) -> ParseResult<FetchItem> {
        let section = self.section()?;
        let partial = self.partial()?;
        Ok(FetchItem::Section {
            section,
            partial,
            peek,
        })
    }

    fn binary(&mut self, peek: bool) -> ParseResult<FetchItem> {
        let section = self.section_binary()?;
        let partial = self.partial()?;
        Ok(FetchItem::Binary {
            section,
            partial,
            peek,
        })
    }

    /// `[partial]`
    fn partial(&mut self) -> ParseResult<Option<Partial>> {
        if !self.take(b'<') {
            return Ok(None);
        }
        let offset = self.number64()?;
        self.expect(b'.', "expected a period")?;
        if self.peek() == Some(b'0') {
            return Err(ParseError::Syntax(
                "expected a number that does not begin with 0",
            ));
        }
        let count = self.number64()?;
        self.expect(b'>', "expected the end of the partial")?;
        Ok(Some((offset, count)))
    }

    /// `[fetch-modifiers]`
    pub(in crate::server::imap) fn fetch_modifiers(&mut self) -> ParseResult<FetchModifiers> {
        let mut modifiers = FetchModifiers::default();
        if !self.take(b' ') {
            return Ok(modifiers);
        }
        self.list(|p| {
            match p.keyword()?.as_str() {
                "CHANGEDSINCE" if modifiers.changed_since.is_none() => {
                    p.sp()?;
                    modifiers.changed_since = Some(p.mod_sequence_value()?);
                }
                "VANISHED" if !modifiers.vanished => modifiers.vanished = true,
                _ => return Err(ParseError::Syntax("unknown FETCH modifier")),
            }
            Ok(())
        })?;
        if modifiers.vanished && modifiers.changed_since.is_none() {
            return Err(ParseError::Syntax("VANISHED needs CHANGEDSINCE"));
        }
        Ok(modifiers)
    }

    /// `mod-sequence-value`: at least 1
    pub(in crate::server::imap) fn mod_sequence_value(&mut self) -> ParseResult<u64> {
        match self.number64()? {
            0 => Err(ParseError::Syntax("a mod-sequence is at least 1")),
            value => Ok(value),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn macros_and_lists() {
        for (input, count) in [
            ("all", 4),
            ("FAST", 3),
            ("full", 5),
            ("FLAGS", 1),
            ("(uid BODY.PEEK[HEADER]<0.10> rfc822.size)", 3),
            ("(BODY BODYSTRUCTURE BODY[])", 3),
            ("BINARY.SIZE[1]", 1),
        ] {
            let mut parser = Parser::new(input.as_bytes(), false);
            assert_eq!(parser.fetch_items().map(|i| i.len()), Ok(count), "{input}");
            assert_eq!(parser.end(), Ok(()), "{input}");
        }
        for bad in [
            "",
            "()",
            "(ALL)",
            "FOO",
            "BODY.PEEK",
            "BODY[]<0.0>",
            "BODY[]<1>",
            "(UID FLAGS",
            "BINARY[TEXT]",
        ] {
            let mut parser = Parser::new(bad.as_bytes(), false);
            assert!(
                parser.fetch_items().and_then(|_| parser.end()).is_err(),
                "{bad}"
            );
        }
    }

    #[test]
    fn modifiers() {
        for (input, since, vanished) in [
            ("", None, false),
            (" (CHANGEDSINCE 5)", Some(5), false),
            (" (VANISHED CHANGEDSINCE 5)", Some(5), true),
        ] {
            let got = Parser::new(input.as_bytes(), false)
                .fetch_modifiers()
                .unwrap();
            assert_eq!((got.changed_since, got.vanished), (since, vanished));
        }
        for bad in [
            " ()",
            " (VANISHED)",
            " (CHANGEDSINCE 0)",
            " (CHANGEDSINCE)",
            " (X)",
        ] {
            assert!(
                Parser::new(bad.as_bytes(), false)
                    .fetch_modifiers()
                    .is_err(),
                "{bad}"
            );
        }
    }
}
