//! LOGIN (RFC 9051 §6.2.3).

use super::Reply;
use crate::server::imap::parse::{ParseResult, Parser};
use crate::server::imap::session::Session;

#[derive(Clone, Debug)]
pub(in crate::server::imap) struct Login {
    user: Vec<u8>,
    password: Vec<u8>,
}

impl Login {
    pub(super) fn parse(p: &mut Parser<'_>) -> ParseResult<Self> {
        p.sp()?;
        let user = p.astring()?;
        p.sp()?;
        let password = p.astring()?;
        Ok(Self { user, password })
    }

    pub(super) fn run(self, session: &mut Session) -> Reply {
        session.log_in(&self.user, &self.password)
    }
}

impl Session {
    /// Enters authenticated state if the password is right.
    pub(super) fn log_in(&mut self, user: &[u8], password: &[u8]) -> Reply {
        let text = |octets| std::str::from_utf8(octets).ok();
        let account = match (text(user), text(password)) {
            (Some(user), Some(password)) => self.context.store.login(user, password),
            _ => None,
        };
        let Some(account) = account else {
            return Reply::no("AUTHENTICATIONFAILED", "User name or password is wrong");
        };
        self.account = Some(account);
        Reply::ok("Logged in").code(format!("CAPABILITY {}", self.capabilities()))
    }
}
