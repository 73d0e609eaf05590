//! CREATE (RFC 9051 §6.3.4), with USE (RFC 6154 §3).

use super::Reply;
use crate::server::imap::parse::{ParseError, ParseResult, Parser};
use crate::server::imap::session::Session;
use crate::server::store::{SpecialUse, StoreError};

#[derive(Clone, Debug)]
pub(in crate::server::imap) struct Create {
    name: String,
    special_use: Vec<SpecialUse>,
    unknown_use: bool,
}

impl Create {
    pub(super) fn parse(p: &mut Parser<'_>) -> ParseResult<Self> {
        p.sp()?;
        let name = p.mailbox()?;
        let mut uses = Vec::new();
        if p.take(b' ') {
            p.expect(b'(', "expected a parenthesis")?;
            if p.keyword()? != "USE" {
                return Err(ParseError::Syntax("unknown CREATE parameter"));
            }
            p.sp()?;
            uses = p.list_or_empty(|p| {
                p.expect(b'\\', "expected a special use")?;
                p.keyword()
            })?;
            p.expect(b')', "expected a closing parenthesis")?;
        }
        let known = |name: &String| {
            SpecialUse::ALL
                .into_iter()
                .find(|known| known.attribute()[1..].eq_ignore_ascii_case(name))
        };
        let special_use: Vec<_> = uses.iter().filter_map(known).collect();
        Ok(Self {
            name,
            unknown_use: special_use.len() < uses.len(),
            special_use,
        })
    }

    pub(super) fn run(self, session: &mut Session) -> Reply {
        if self.unknown_use {
            return Reply::no("USEATTR", "No such special use here");
        }
        let created = session
            .account()
            .write(|mailboxes| mailboxes.create(&self.name, &self.special_use));
        match created {
            Ok(_) => Reply::ok("CREATE completed"),
            Err(error) => error.into(),
        }
    }
}

impl From<StoreError> for Reply {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NoSuchMailbox => Self::no("NONEXISTENT", "No such mailbox"),
            StoreError::AlreadyExists => Self::no("ALREADYEXISTS", "Mailbox exists already"),
            StoreError::Cannot => Self::no("CANNOT", "Not possible for this mailbox"),
            StoreError::OverQuota => Self::no("OVERQUOTA", "Too many messages"),
            StoreError::InvalidName => Self::no("CANNOT", "Not a valid mailbox name"),
        }
    }
}
