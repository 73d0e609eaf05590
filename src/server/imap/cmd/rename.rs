//! RENAME (RFC 9051 §6.3.6).

use super::Reply;
use crate::server::imap::parse::{ParseResult, Parser};
use crate::server::imap::session::Session;

#[derive(Clone, Debug)]
pub(in crate::server::imap) struct Rename {
    from: String,
    to: String,
}

impl Rename {
    pub(super) fn parse(p: &mut Parser<'_>) -> ParseResult<Self> {
        p.sp()?;
        let from = p.mailbox()?;
        p.sp()?;
        let to = p.mailbox()?;
        Ok(Self { from, to })
    }

    pub(super) fn run(self, session: &mut Session) -> Reply {
        match session.account().write(|m| m.rename(&self.from, &self.to)) {
            Ok(()) => Reply::ok("RENAME completed"),
            Err(error) => error.into(),
        }
    }
}
