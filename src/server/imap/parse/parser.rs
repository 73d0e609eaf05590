//! The octet-level rules: atom, number, string, literal.

use super::{ParseError, ParseResult};

use ParseError::{Incomplete, Syntax};

/// The announcement of a literal at the end of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::server::imap) struct LiteralHeader {
    /// How many octets follow.
    pub(in crate::server::imap) octets: u64,
    /// Whether the client waits for a continuation request (no `+`).
    pub(in crate::server::imap) synchronizing: bool,
}

/// The literal that a line (without CRLF) announces at its end.
pub(in crate::server::imap) fn literal_header(line: &[u8]) -> Option<LiteralHeader> {
    let inside = line.strip_suffix(b"}")?;
    let open = inside.iter().rposition(|o| *o == b'{')?;
    let digits = &inside[open + 1..];
    let (digits, synchronizing) = match digits.strip_suffix(b"+") {
        Some(digits) => (digits, false),
        None => (digits, true),
    };
    Some(LiteralHeader {
        octets: decimal(digits)?,
        synchronizing,
    })
}

/// `1*DIGIT`, at most 63 bits.
fn decimal(digits: &[u8]) -> Option<u64> {
    if digits.is_empty() || digits.len() > 19 || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let value = digits.iter().try_fold(0_u64, |n, d| {
        n.checked_mul(10)?.checked_add(u64::from(d - b'0'))
    })?;
    (value <= i64::MAX as u64).then_some(value)
}

/// `ATOM-CHAR`
fn is_atom_octet(octet: u8) -> bool {
    octet.is_ascii_graphic() && !b"(){%*\"\\]".contains(&octet) || octet == b'}'
}

/// `ASTRING-CHAR`
pub(in crate::server::imap) fn is_astring_octet(octet: u8) -> bool {
    is_atom_octet(octet) || octet == b']'
}

/// A cursor over one command.
#[derive(Clone, Debug)]
pub(in crate::server::imap) struct Parser<'a> {
    input: &'a [u8],
    at: usize,
    utf8: bool,
}

impl<'a> Parser<'a> {
    /// Reads a command; `utf8` says whether IMAP4rev2 is enabled, and so UTF-8 allowed in quoted
    /// strings and used for mailbox names.
    pub(in crate::server::imap) fn new(input: &'a [u8], utf8: bool) -> Self {
        Self { input, at: 0, utf8 }
    }

    /// Whether mailbox names and quoted strings are UTF-8.
    pub(super) fn utf8(&self) -> bool {
        self.utf8
    }

    fn rest(&self) -> &'a [u8] {
        &self.input[self.at..]
    }

    /// The next octet, without taking it.
    pub(in crate::server::imap) fn peek(&self) -> Option<u8> {
        self.rest().first().copied()
    }

    /// Takes the octet if it comes next.
    pub(in crate::server::imap) fn take(&mut self, octet: u8) -> bool {
        let found = self.peek() == Some(octet);
        self.at += usize::from(found);
        found
    }

    /// Takes the octet, which must come next.
    pub(in crate::server::imap) fn expect(
        &mut self,
        octet: u8,
        else_say: &'static str,
    ) -> ParseResult<()> {
        self.take(octet).then_some(()).ok_or(Syntax(else_say))
    }

    /// `SP`
    pub(in crate::server::imap) fn sp(&mut self) -> ParseResult<()> {
        self.expect(b' ', "expected a space")
    }

    /// The end of the command.
    pub(in crate::server::imap) fn end(&self) -> ParseResult<()> {
        match self.peek() {
            None => Ok(()),
            Some(_) => Err(Syntax("expected the end of the command")),
        }
    }

    /// Takes these octets in any case if they come next, whatever follows them.
    pub(in crate::server::imap) fn take_text(&mut self, text: &str) -> bool {
        let rest = self.rest();
        let found =
            rest.len() >= text.len() && rest[..text.len()].eq_ignore_ascii_case(text.as_bytes());
        if found {
            self.at += text.len();
        }
        found
    }

    /// Takes an unbroken run of octets that satisfy `wanted`.
    pub(super) fn run(&mut self, wanted: impl Fn(u8) -> bool) -> &'a [u8] {
        let rest = self.rest();
        let len = rest.iter().position(|o| !wanted(*o)).unwrap_or(rest.len());
        self.at += len;
        &rest[..len]
    }

    /// `tag`
    pub(in crate::server::imap) fn tag(&mut self) -> ParseResult<&'a str> {
        let tag = self.run(|o| is_astring_octet(o) && o != b'+');
        ascii(tag, "expected a tag")
    }

    /// `atom`
    pub(in crate::server::imap) fn atom(&mut self) -> ParseResult<&'a str> {
        let atom = self.run(is_atom_octet);
        ascii(atom, "expected an atom")
    }

    /// An atom in capitals: the name of a command, an option, an item.
    pub(in crate::server::imap) fn keyword(&mut self) -> ParseResult<String> {
        self.atom().map(str::to_ascii_uppercase)
    }

    /// `number64`
    pub(in crate::server::imap) fn number64(&mut self) -> ParseResult<u64> {
        let digits = self.run(|o| o.is_ascii_digit());
        decimal(digits).ok_or(Syntax("expected a number of at most 63 bits"))
    }

    /// `number`
    pub(in crate::server::imap) fn number(&mut self) -> ParseResult<u32> {
        let number = self.number64()?;
        u32::try_from(number).map_err(|_| Syntax("expected a number of at most 32 bits"))
    }

    /// `nz-number`
    pub(in crate::server::imap) fn nz_number(&mut self) -> ParseResult<u32> {
        if self.peek() == Some(b'0') {
            return Err(Syntax("expected a number that does not begin with 0"));
        }
        self.number()
    }

    /// `astring`
    pub(in crate::server::imap) fn astring(&mut self) -> ParseResult<Vec<u8>> {
        match self.peek() {
            Some(b'"' | b'{') => self.string(),
            _ => match self.run(is_astring_octet) {
                [] => Err(Syntax("expected a string")),
                octets => Ok(octets.to_vec()),
            },
        }
    }

    /// `astring` that must be UTF-8.
    pub(in crate::server::imap) fn astring_text(&mut self) -> ParseResult<String> {
        String::from_utf8(self.astring()?).map_err(|_| Syntax("expected UTF-8"))
    }

    /// `string`
    pub(in crate::server::imap) fn string(&mut self) -> ParseResult<Vec<u8>> {
        match self.peek() {
            Some(b'"') => self.quoted(),
            Some(b'{') => self.literal().map(<[u8]>::to_vec),
            _ => Err(Syntax("expected a quoted string or a literal")),
        }
    }

    /// `nstring`
    pub(in crate::server::imap) fn nstring(&mut self) -> ParseResult<Option<Vec<u8>>> {
        if matches!(self.peek(), Some(b'"' | b'{')) {
            return self.string().map(Some);
        }
        match self.keyword()?.as_str() {
            "NIL" => Ok(None),
            _ => Err(Syntax("expected a string or NIL")),
        }
    }

    fn quoted(&mut self) -> ParseResult<Vec<u8>> {
        self.expect(b'"', "expected a quote")?;
        let mut value = Vec::new();
        loop {
            let octet = self.peek().ok_or(Syntax("quoted string without an end"))?;
            self.at += 1;
            match octet {
                b'"' => break,
                b'\\' => match self.peek() {
                    Some(escaped @ (b'"' | b'\\')) => {
                        self.at += 1;
                        value.push(escaped);
                    }
                    _ => return Err(Syntax("only a quote or a backslash may be escaped")),
                },
                0 | b'\r' | b'\n' => {
                    return Err(Syntax("NUL, CR and LF are not allowed in a quoted string"));
                }
                0x80.. if !self.utf8 => {
                    return Err(Syntax("8-bit octets need a literal, or IMAP4rev2"));
                }
                octet => value.push(octet),
            }
        }
        if std::str::from_utf8(&value).is_err() {
            return Err(Syntax("quoted string is not UTF-8"));
        }
        Ok(value)
    }

    /// `literal`, synchronizing or not; by now its octets are there or the command is incomplete.
    pub(in crate::server::imap) fn literal(&mut self) -> ParseResult<&'a [u8]> {
        self.expect(b'{', "expected a literal")?;
        let octets = self.number64()?;
        self.take(b'+');
        self.expect(b'}', "expected the end of a literal's header")?;
        if !self.take(b'\r') || !self.take(b'\n') {
            return Err(Syntax("a literal's header ends its line"));
        }
        let rest = self.rest();
        let len = usize::try_from(octets).map_err(|_| Syntax("literal too large"))?;
        let literal = rest.get(..len).ok_or(Incomplete)?;
        if literal.contains(&0) {
            return Err(Syntax("NUL is not allowed in a literal"));
        }
        self.at += len;
        Ok(literal)
    }

    /// `"(" item *(SP item) ")"`
    pub(in crate::server::imap) fn list<T>(
        &mut self,
        mut item: impl FnMut(&mut Self) -> ParseResult<T>,
    ) -> ParseResult<Vec<T>> {
        self.expect(b'(', "expected a parenthesis")?;
        let mut items = vec![item(self)?];
        while self.take(b' ') {
            items.push(item(self)?);
        }
        self.expect(b')', "expected a space or a closing parenthesis")?;
        Ok(items)
    }

    /// `"(" [item *(SP item)] ")"`
    pub(in crate::server::imap) fn list_or_empty<T>(
        &mut self,
        item: impl FnMut(&mut Self) -> ParseResult<T>,
    ) -> ParseResult<Vec<T>> {
        if self.rest().starts_with(b"()") {
            self.at += 2;
            return Ok(Vec::new());
        }
        self.list(item)
    }
}

fn ascii<'a>(octets: &'a [u8], else_say: &'static str) -> ParseResult<&'a str> {
    match std::str::from_utf8(octets) {
        Ok(text) if !text.is_empty() => Ok(text),
        _ => Err(Syntax(else_say)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literal_headers() {
        for (line, header) in [
            ("a LOGIN {3}", Some((3, true))),
            ("a LOGIN {0+}", Some((0, false))),
            ("a {9223372036854775807}", Some((i64::MAX as u64, true))),
            ("a {9223372036854775808}", None),
            ("a {}", None),
            ("a {3}x", None),
            ("a {+3}", None),
            ("a {3 }", None),
        ] {
            let got = literal_header(line.as_bytes()).map(|h| (h.octets, h.synchronizing));
            assert_eq!(got, header, "{line}");
        }
    }

    #[test]
    fn strings() {
        for (input, value) in [
            ("abc]", Ok("abc]")),
            ("\"a b\"", Ok("a b")),
            (r#""\"\\""#, Ok("\"\\")),
            ("\"\"", Ok("")),
            ("{3}\r\na b", Ok("a b")),
            ("{3+}\r\na b", Ok("a b")),
            ("{3}\r\na ", Err(Incomplete)),
            ("NIL", Ok("NIL")),
        ] {
            let mut parser = Parser::new(input.as_bytes(), false);
            let got = parser.astring();
            assert_eq!(got, value.map(|v| v.as_bytes().to_vec()), "{input}");
        }
        for bad in [
            "",
            "(",
            "\"a",
            "\"\\n\"",
            "\"a\0\"",
            "\"\u{fc}\"",
            "{1}\r\n\0",
            "{1}x",
        ] {
            let mut parser = Parser::new(bad.as_bytes(), false);
            assert!(matches!(parser.astring(), Err(Syntax(_))), "{bad:?}");
        }
        let mut parser = Parser::new("\"\u{fc}\"".as_bytes(), true);
        assert_eq!(parser.astring_text().as_deref(), Ok("\u{fc}"));
    }

    #[test]
    fn numbers() {
        for (input, value) in [
            ("0", Some(0)),
            ("4294967295", Some(u32::MAX)),
            ("4294967296", None),
            ("-1", None),
            ("", None),
        ] {
            let got = Parser::new(input.as_bytes(), false).number().ok();
            assert_eq!(got, value, "{input}");
        }
        assert!(Parser::new(b"01", false).nz_number().is_err());
    }

    #[test]
    fn tags() {
        for (input, ok) in [
            ("A1", true),
            ("a]", true),
            ("+", false),
            ("(", false),
            ("", false),
        ] {
            assert_eq!(
                Parser::new(input.as_bytes(), false).tag().is_ok(),
                ok,
                "{input}"
            );
        }
    }
}
