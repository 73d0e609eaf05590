//! ID (RFC 2971).

use super::{Command, Reply};
use crate::server::fault::Fault;
use crate::server::imap::parse::{ParseError, ParseResult, Parser};
use crate::server::imap::session::Session;

/// RFC 2971 §3.3: at most 30 fields, names of at most 30 octets, values of at most 1024.
const MOST_FIELDS: usize = 30;
const LONGEST_NAME: usize = 30;
const LONGEST_VALUE: usize = 1024;

pub(super) fn parse(p: &mut Parser<'_>) -> ParseResult<Command> {
    p.sp()?;
    if p.peek() != Some(b'(') {
        return match p.nstring()? {
            None => Ok(Command::Id),
            Some(_) => Err(ParseError::Syntax("expected a list or NIL")),
        };
    }
    let fields = p.list_or_empty(|p| {
        let name = p.string()?;
        p.sp()?;
        let value = p.nstring()?.unwrap_or_default();
        if name.len() > LONGEST_NAME || value.len() > LONGEST_VALUE {
            return Err(ParseError::Syntax("field too long"));
        }
        Ok(())
    })?;
    if fields.len() > MOST_FIELDS {
        return Err(ParseError::Syntax("too many fields"));
    }
    Ok(Command::Id)
}

pub(super) fn run(session: &mut Session) -> Reply {
    let version = env!("CARGO_PKG_VERSION");
    if session.has(Fault::IdSaysNothing) {
        return Reply::ok("ID completed");
    }
    session.untagged(&format!(
        "ID (\"name\" \"mailspec\" \"version\" \"{version}\")"
    ));
    Reply::ok("ID completed")
}
