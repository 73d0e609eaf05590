//! GETQUOTA, GETQUOTAROOT and SETQUOTA (RFC 9208 §4.1): one quota root, whose name is empty, and
//! the resource MESSAGE.

use super::Reply;
use crate::server::fault::Fault;
use crate::server::imap::parse::{ParseResult, Parser};
use crate::server::imap::respond;
use crate::server::imap::session::Session;

const RESOURCE: &str = "MESSAGE";

#[derive(Clone, Debug)]
pub(in crate::server::imap) enum Quota {
    /// GETQUOTA
    Get { root: String },
    /// GETQUOTAROOT
    Roots { mailbox: String },
    /// SETQUOTA: resources and their limits.
    Set {
        root: String,
        limits: Vec<(String, u64)>,
    },
}

impl Quota {
    pub(super) fn parse(p: &mut Parser<'_>, name: &str) -> ParseResult<Self> {
        p.sp()?;
        if name == "GETQUOTAROOT" {
            let mailbox = p.mailbox()?;
            return Ok(Self::Roots { mailbox });
        }
        let root = p.astring_text()?;
        if name == "GETQUOTA" {
            return Ok(Self::Get { root });
        }
        p.sp()?;
        let limits = p.list_or_empty(|p| {
            let resource = p.keyword()?;
            p.sp()?;
            Ok((resource, p.number64()?))
        })?;
        Ok(Self::Set { root, limits })
    }

    pub(super) fn run(self, session: &mut Session) -> Reply {
        if let Self::Get { root } | Self::Set { root, .. } = &self
            && !root.is_empty()
        {
            return Reply::no("NONEXISTENT", "No such quota root");
        }
        match self {
            Self::Get { .. } => {}
            Self::Roots { mailbox } => {
                let mut line = b"QUOTAROOT ".to_vec();
                respond::astring(&mut line, &mailbox);
                line.extend_from_slice(b" \"\"");
                session.untagged(&String::from_utf8_lossy(&line));
            }
            Self::Set { limits, .. } => {
                if limits.iter().any(|(resource, _)| resource != RESOURCE) {
                    return Reply::no("CANNOT", "No such resource");
                }
                let limit = limits.first().map_or(u64::MAX, |(_, limit)| *limit);
                let limit = usize::try_from(limit).unwrap_or(usize::MAX);
                session.account().write(|m| m.set_quota(limit));
            }
        }
        let (used, limit) = session.account().read(|mailboxes| mailboxes.quota());
        if !session.has(Fault::GetquotaSaysNothing) {
            session.untagged(&format!("QUOTA \"\" ({RESOURCE} {used} {limit})"));
        }
        Reply::ok("Completed")
    }
}

impl Reply {
    /// To what would make too many messages.
    pub(super) fn over_quota(session: &Session) -> Self {
        let code = match session.has(Fault::OverquotaWithoutCode) {
            true => "LIMIT",
            false => "OVERQUOTA",
        };
        Self::no(code, "Too many messages")
    }
}
