//! Flags in commands (`flag`, `flag-list`).

use super::{ParseError, ParseResult, Parser};
use crate::server::store::{Flag, Flags};

impl Parser<'_> {
    /// `flag`
    pub(in crate::server::imap) fn flag(&mut self) -> ParseResult<Flag> {
        if !self.take(b'\\') {
            return self.atom().map(Flag::new);
        }
        let name = format!("\\{}", self.atom()?);
        if name.eq_ignore_ascii_case("\\Recent") {
            return Err(ParseError::Syntax("\\Recent belongs to the server"));
        }
        Ok(Flag::new(&name))
    }

    /// `flag-list`
    pub(in crate::server::imap) fn flag_list(&mut self) -> ParseResult<Flags> {
        let flags = self.list_or_empty(Self::flag)?;
        Ok(flags.into_iter().collect())
    }

    /// `flag-list / (flag *(SP flag))`
    pub(in crate::server::imap) fn store_flags(&mut self) -> ParseResult<Flags> {
        if self.peek() == Some(b'(') {
            return self.flag_list();
        }
        let mut flags = Flags::from([self.flag()?]);
        while self.take(b' ') {
            flags.insert(self.flag()?);
        }
        Ok(flags)
    }
}

/// The flags that a message can have: unknown `\` flags are not among PERMANENTFLAGS, so a STORE
/// of them is ignored (RFC 3501 §7.1).
pub(in crate::server::imap) fn permanent(flags: &Flags) -> Flags {
    flags
        .iter()
        .filter(|flag| flag.is_keyword() || Flag::SYSTEM.contains(&flag.as_str()))
        .cloned()
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flag_lists() {
        for (input, names) in [
            ("()", ""),
            ("(\\seen $X)", "$X \\Seen"),
            ("\\Deleted a", "\\Deleted a"),
        ] {
            let flags = Parser::new(input.as_bytes(), false).store_flags().unwrap();
            let got: Vec<_> = flags.iter().map(Flag::as_str).collect();
            assert_eq!(got.join(" "), names, "{input}");
        }
        for bad in [
            "(\\Seen",
            "(\\Seen )",
            "( \\Seen)",
            "\\",
            "\\Recent",
            "(a(b))",
            "\"a\"",
        ] {
            let mut parser = Parser::new(bad.as_bytes(), false);
            assert!(
                parser.store_flags().and_then(|_| parser.end()).is_err(),
                "{bad}"
            );
        }
    }
}
