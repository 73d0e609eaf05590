//! SUBSCRIBE and UNSUBSCRIBE (RFC 9051 §6.3.7, §6.3.8).

use super::Reply;
use crate::server::imap::parse::{ParseResult, Parser};
use crate::server::imap::session::Session;

#[derive(Clone, Debug)]
pub(in crate::server::imap) struct Subscribe {
    name: String,
    on: bool,
}

impl Subscribe {
    pub(super) fn parse(p: &mut Parser<'_>, on: bool) -> ParseResult<Self> {
        p.sp()?;
        let name = p.mailbox()?;
        Ok(Self { name, on })
    }

    /// Only a mailbox that exists can be subscribed to; the subscription outlives it.
    pub(super) fn run(self, session: &mut Session) -> Reply {
        let account = session.account();
        if !self.on {
            account.write(|m| m.unsubscribe(&self.name));
            return Reply::ok("UNSUBSCRIBE completed");
        }
        if account.read(|m| m.find(&self.name).is_none()) {
            return Reply::no("NONEXISTENT", "No such mailbox");
        }
        match account.write(|m| m.subscribe(&self.name)) {
            Ok(()) => Reply::ok("SUBSCRIBE completed"),
            Err(error) => error.into(),
        }
    }
}
