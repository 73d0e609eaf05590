//! DELETE (RFC 9051 §6.3.5).

use super::Reply;
use crate::server::imap::parse::{ParseResult, Parser};
use crate::server::imap::session::Session;

#[derive(Clone, Debug)]
pub(in crate::server::imap) struct Delete {
    name: String,
}

impl Delete {
    pub(super) fn parse(p: &mut Parser<'_>) -> ParseResult<Self> {
        p.sp()?;
        let name = p.mailbox()?;
        Ok(Self { name })
    }

    pub(super) fn run(self, session: &mut Session) -> Reply {
        match session.account().write(|m| m.delete(&self.name)) {
            Ok(()) => Reply::ok("DELETE completed"),
            Err(error) => error.into(),
        }
    }
}
