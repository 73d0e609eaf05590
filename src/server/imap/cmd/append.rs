//! APPEND (RFC 9051 §6.3.12), of several messages too (RFC 3502).

use std::sync::Arc;

use super::Reply;
use crate::server::fault::Fault;
use crate::server::imap::parse::{ParseError, ParseResult, Parser, permanent};
use crate::server::imap::respond;
use crate::server::imap::session::Session;
use crate::server::store::{Flags, NewMessage, StoreError};

#[derive(Clone, Debug)]
pub(in crate::server::imap) struct Append {
    mailbox: String,
    messages: Vec<NewMessage>,
}

impl Append {
    pub(super) fn parse(p: &mut Parser<'_>) -> ParseResult<Self> {
        p.sp()?;
        let mailbox = p.mailbox()?;
        let mut messages = Vec::new();
        while messages.is_empty() || p.peek() == Some(b' ') {
            messages.push(message(p)?);
        }
        Ok(Self { mailbox, messages })
    }

    pub(super) fn run(mut self, session: &mut Session) -> Reply {
        for message in &mut self.messages {
            if session.has(Fault::AppendIgnoresDate) {
                message.internal_date = None;
            }
            if session.has(Fault::AppendIgnoresFlags) {
                message.flags.clear();
            }
        }
        let appended = session
            .account()
            .write(|mailboxes| mailboxes.append(&self.mailbox, self.messages));
        match appended {
            Ok(appended) => {
                let uids = respond::number_set(&appended.uids);
                let code = format!("APPENDUID {} {uids}", appended.uidvalidity);
                Reply::ok("APPEND completed").code(code)
            }
            Err(StoreError::NoSuchMailbox) if session.has(Fault::AppendWithoutTrycreate) => {
                Reply::no("NONEXISTENT", "No such mailbox")
            }
            Err(StoreError::NoSuchMailbox) => Reply::no("TRYCREATE", "No such mailbox"),
            Err(StoreError::OverQuota) => Reply::over_quota(session),
            Err(error) => error.into(),
        }
    }
}

/// `[SP flag-list] [SP date-time] SP literal`
fn message(p: &mut Parser<'_>) -> ParseResult<NewMessage> {
    p.sp()?;
    let mut flags = Flags::new();
    let mut internal_date = None;
    if p.peek() == Some(b'(') {
        flags = permanent(&p.flag_list()?);
        p.sp()?;
    }
    if p.peek() == Some(b'"') {
        internal_date = Some(p.date_time()?);
        p.sp()?;
    }
    let content: Arc<[u8]> = p.literal()?.into();
    if content.is_empty() {
        return Err(ParseError::Refused("CANNOT", "A message is not empty"));
    }
    Ok(NewMessage {
        flags,
        internal_date,
        content,
        email_id: None,
    })
}
