//! SEARCH programs (`search-program`) and return options.

use super::date::Day;
use super::{ParseError, ParseResult, Parser, SequenceSet};
use crate::server::store::Flag;

/// How deep keys may be nested.
const DEEPEST: usize = 100;

/// One search key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::server::imap) enum SearchKey {
    /// `ALL`
    All,
    /// Several keys, all of which must hold.
    And(Vec<SearchKey>),
    /// `BEFORE`
    Before(Day),
    /// `BODY`
    Body(Vec<u8>),
    /// `ANSWERED`, `KEYWORD x` and so on
    Flag(Flag),
    /// `HEADER`, `FROM`, `SUBJECT` and so on; an empty string asks for the field alone
    Header(String, Vec<u8>),
    /// `LARGER`
    Larger(u64),
    /// `MODSEQ`
    Modseq(u64),
    /// `NEW`
    New,
    /// `NOT`, `UNSEEN`, `UNKEYWORD x` and so on
    Not(Box<SearchKey>),
    /// `OLD`
    Old,
    /// `ON`
    On(Day),
    /// `OR`
    Or(Box<SearchKey>, Box<SearchKey>),
    /// `RECENT`
    Recent,
    /// `SENTBEFORE`
    SentBefore(Day),
    /// `SENTON`
    SentOn(Day),
    /// `SENTSINCE`
    SentSince(Day),
    /// Message sequence numbers
    Sequence(SequenceSet),
    /// `SINCE`
    Since(Day),
    /// `SMALLER`
    Smaller(u64),
    /// `TEXT`
    Text(Vec<u8>),
    /// `UID`
    Uid(SequenceSet),
}

impl SearchKey {
    /// Whether this or a key within satisfies `wanted`.
    pub(in crate::server::imap) fn any(&self, wanted: &impl Fn(&Self) -> bool) -> bool {
        wanted(self)
            || match self {
                Self::And(keys) => keys.iter().any(|key| key.any(wanted)),
                Self::Not(key) => key.any(wanted),
                Self::Or(one, other) => one.any(wanted) || other.any(wanted),
                _ => false,
            }
    }
}

/// `RETURN (…)` of an extended SEARCH.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::server::imap) struct SearchReturn {
    /// `ALL`
    pub(in crate::server::imap) all: bool,
    /// `COUNT`
    pub(in crate::server::imap) count: bool,
    /// `MAX`
    pub(in crate::server::imap) max: bool,
    /// `MIN`
    pub(in crate::server::imap) min: bool,
    /// `SAVE`
    pub(in crate::server::imap) save: bool,
}

impl Parser<'_> {
    /// `[search-return-opts] SP search-program`
    pub(in crate::server::imap) fn search(
        &mut self,
    ) -> ParseResult<(Option<SearchReturn>, SearchKey)> {
        self.sp()?;
        let options = if self.take_text("RETURN ") {
            let options = self.search_return()?;
            self.sp()?;
            Some(options)
        } else {
            None
        };
        if self.take_text("CHARSET ") {
            let charset = self.astring_text()?;
            if !["US-ASCII", "UTF-8"]
                .iter()
                .any(|c| c.eq_ignore_ascii_case(&charset))
            {
                let known = "BADCHARSET (US-ASCII UTF-8)";
                return Err(ParseError::Refused(known, "charset is not known here"));
            }
            self.sp()?;
        }
        let mut keys = vec![self.search_key(0)?];
        while self.take(b' ') {
            keys.push(self.search_key(0)?);
        }
        self.end()?;
        Ok((options, SearchKey::And(keys)))
    }

    fn search_return(&mut self) -> ParseResult<SearchReturn> {
        let mut options = SearchReturn::default();
        self.list_or_empty(|p| {
            match p.keyword()?.as_str() {
                "ALL" => options.all = true,
                "COUNT" => options.count = true,
                "MAX" => options.max = true,
                "MIN" => options.min = true,
                "SAVE" => options.save = true,
                _ => return Err(ParseError::Syntax("unknown SEARCH return option")),
            }
            Ok(())
        })?;
        if options == SearchReturn::default() {
            options.all = true;
        }
        Ok(options)
    }

    fn search_key(&mut self, depth: usize) -> ParseResult<SearchKey> {
        if depth > DEEPEST {
            return Err(ParseError::Syntax("search keys are nested too deep"));
        }
        match self.peek() {
            Some(b'(') => {
                let keys = self.list(|p| p.search_key(depth + 1))?;
                return Ok(SearchKey::And(keys));
            }
            Some(b'0'..=b'9' | b'*' | b'$') => return self.sequence_set().map(SearchKey::Sequence),
            _ => {}
        }
        let name = self.keyword()?;
        if let Some(key) = flag_key(&name) {
            return Ok(key);
        }
        match name.as_str() {
            "ALL" => return Ok(SearchKey::All),
            "NEW" => return Ok(SearchKey::New),
            "OLD" => return Ok(SearchKey::Old),
            "RECENT" => return Ok(SearchKey::Recent),
            _ => self.sp()?,
        }
        match name.as_str() {
            "NOT" => Ok(SearchKey::Not(Box::new(self.search_key(depth + 1)?))),
            "OR" => {
                let one = self.search_key(depth + 1)?;
                self.sp()?;
                let other = self.search_key(depth + 1)?;
                Ok(SearchKey::Or(Box::new(one), Box::new(other)))
            }
            _ => self.search_key_with_argument(&name),
        }
    }

    fn search_key_with_argument(&mut self, name: &str) -> ParseResult<SearchKey> {
        Ok(match name {
            "BCC" | "CC" | "FROM" | "SUBJECT" | "TO" => {
                SearchKey::Header(name.to_owned(), self.astring()?)
            }
            "HEADER" => {
                let field = self.astring_text()?;
                self.sp()?;
                SearchKey::Header(field, self.astring()?)
            }
            "BODY" => SearchKey::Body(self.astring()?),
            "TEXT" => SearchKey::Text(self.astring()?),
            "BEFORE" => SearchKey::Before(self.date()?),
            "ON" => SearchKey::On(self.date()?),
            "SINCE" => SearchKey::Since(self.date()?),
            "SENTBEFORE" => SearchKey::SentBefore(self.date()?),
            "SENTON" => SearchKey::SentOn(self.date()?),
            "SENTSINCE" => SearchKey::SentSince(self.date()?),
            "KEYWORD" => SearchKey::Flag(Flag::new(self.atom()?)),
            "UNKEYWORD" => {
                let keyword = Flag::new(self.atom()?);
                SearchKey::Not(Box::new(SearchKey::Flag(keyword)))
            }
            "LARGER" => SearchKey::Larger(self.number64()?),
            "SMALLER" => SearchKey::Smaller(self.number64()?),
            "MODSEQ" => SearchKey::Modseq(self.search_modsequence()?),
            "UID" => SearchKey::Uid(self.sequence_set()?),
            _ => return Err(ParseError::Syntax("unknown search key")),
        })
    }

    /// `[SP entry-name SP entry-type-req] SP mod-sequence-valzer`; the entry does not matter,
    /// because a message has one mod-sequence for all its flags (RFC 7162 §3.1.5).
    fn search_modsequence(&mut self) -> ParseResult<u64> {
        if self.peek() == Some(b'"') {
            let entry = self.string()?;
            if !entry.to_ascii_lowercase().starts_with(b"/flags/") {
                return Err(ParseError::Syntax("expected an entry name"));
            }
            self.sp()?;
            if !["PRIV", "SHARED", "ALL"].contains(&self.keyword()?.as_str()) {
                return Err(ParseError::Syntax("expected an entry type"));
            }
            self.sp()?;
        }
        self.number64()
    }
}

fn flag_key(name: &str) -> Option<SearchKey> {
    let (name, negated) = match name.strip_prefix("UN") {
        Some(name) => (name, true),
        None => (name, false),
    };
    let flag = ["ANSWERED", "DELETED", "DRAFT", "FLAGGED", "SEEN"]
        .contains(&name)
        .then(|| SearchKey::Flag(Flag::new(&format!("\\{name}"))))?;
    Some(if negated {
        SearchKey::Not(Box::new(flag))
    } else {
        flag
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs() {
        for good in [
            " ALL",
            " UNSEEN FLAGGED",
            " CHARSET utf-8 TEXT {2}\r\nab",
            " RETURN () 1:3",
            " RETURN (MIN MAX COUNT ALL SAVE) UID 1:*",
            " OR (SEEN DRAFT) NOT FROM \"x\"",
            " HEADER Subject \"\"",
            " MODSEQ \"/flags/\\\\draft\" all 620162338",
            " MODSEQ 0",
            " $",
            " SINCE 1-JAN-2024 SENTON \"2-feb-2024\"",
        ] {
            let got = Parser::new(good.as_bytes(), false).search();
            assert!(got.is_ok(), "{good}: {got:?}");
        }
        let deep = format!(" {}ALL", "NOT ".repeat(100_000));
        for bad in [
            "",
            " ",
            " FOO",
            " OR SEEN",
            " ALL ",
            " (ALL",
            " KEYWORD \\Seen",
            " 0",
            deep.as_str(),
        ] {
            let got = Parser::new(bad.as_bytes(), false).search();
            assert!(
                matches!(got, Err(ParseError::Syntax(_))),
                "{bad:.20}: {got:?}"
            );
        }
        let got = Parser::new(b" CHARSET KOI8-R ALL", false).search();
        assert!(matches!(got, Err(ParseError::Refused(..))));
    }
}
