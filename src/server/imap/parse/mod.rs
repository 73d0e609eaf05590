//! Commands as octets → values, after the formal syntax of RFC 3501 §9 and RFC 9051 §9.
//!
//! A [`Parser`] walks over one command: its lines with their literals in between, without the
//! last CRLF. It never looks at mailboxes; what a command means is `cmd`'s business.

mod date;
mod fetch;
mod flag;
mod list;
mod mailbox;
mod parser;
mod search;
mod section;
mod set;

pub(super) use date::{Day, day_of, month_name, month_number};
pub(super) use fetch::{FetchItem, FetchModifiers, Partial};
pub(super) use flag::permanent;
pub(super) use list::{ListReturn, ListSelection, StatusItem};
pub(super) use mailbox::encode_utf7;
pub(super) use parser::{LiteralHeader, Parser, is_astring_octet, literal_header};
pub(super) use search::{SearchKey, SearchReturn};
pub(super) use section::{Section, SectionText};
pub(super) use set::{SequenceSet, contains};

/// Why there is no command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ParseError {
    /// Not the formal syntax: the answer is BAD.
    Syntax(&'static str),
    /// So far so good, but it goes on behind a literal that has not been read yet.
    Incomplete,
    /// Good syntax that this server does not serve: NO, with a response code and a text.
    Refused(&'static str, &'static str),
}

/// What most parser functions give.
pub(super) type ParseResult<T> = Result<T, ParseError>;
