//! The commands: one file for each, or for a close family.

mod append;
mod authenticate;
mod capability;
mod close;
mod copy;
mod create;
mod delete;
mod enable;
mod expunge;
mod fetch;
mod id;
mod idle;
mod list;
mod login;
mod logout;
mod namespace;
mod noop;
mod quota;
mod rename;
mod search;
mod select;
mod starttls;
mod status;
mod store;
mod subscribe;

use std::fmt;
use std::io;

use super::parse::{ParseError, ParseResult, Parser};
use super::session::{Session, State};

/// A command with its arguments.
#[derive(Clone, Debug)]
pub(super) enum Command {
    Append(append::Append),
    Authenticate(authenticate::Authenticate),
    Capability,
    Check,
    Close { expunge: bool },
    Copy(copy::Copy),
    Create(create::Create),
    Delete(delete::Delete),
    Enable(enable::Enable),
    Expunge(expunge::Expunge),
    Fetch(fetch::Fetch),
    Id,
    Idle,
    List(list::List),
    Login(login::Login),
    Logout,
    Namespace,
    Noop,
    Quota(quota::Quota),
    Rename(rename::Rename),
    Search(search::Search),
    Select(select::Select),
    Starttls,
    Status(status::Status),
    Store(store::Store),
    Subscribe(subscribe::Subscribe),
}

/// The tagged response that ends a command.
#[derive(Clone, Debug)]
pub(super) struct Reply {
    status: &'static str,
    code: Option<String>,
    text: &'static str,
    /// What to do around it.
    pub(super) then: Then,
}

/// What goes with a tagged response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Then {
    /// Before it, tell all changes.
    Sync,
    /// Before it, tell changes, but nothing that shifts sequence numbers.
    SyncWithoutExpunge,
    /// By fault, tell nothing.
    Nothing,
    /// After it, begin TLS.
    StartTls,
    /// After it, close.
    End,
}

impl Reply {
    pub(super) fn ok(text: &'static str) -> Self {
        Self::new("OK", text)
    }

    pub(super) fn no(code: &str, text: &'static str) -> Self {
        Self::new("NO", text).code(code)
    }

    pub(super) fn bad(text: &'static str) -> Self {
        Self::new("BAD", text)
    }

    fn new(status: &'static str, text: &'static str) -> Self {
        Self {
            status,
            code: None,
            text,
            then: Then::Sync,
        }
    }

    /// With a response code.
    pub(super) fn code(mut self, code: impl Into<String>) -> Self {
        self.code = Some(code.into());
        self
    }

    /// With something else to do.
    pub(super) fn then(mut self, then: Then) -> Self {
        self.then = then;
        self
    }

    pub(super) fn is_bad(&self) -> bool {
        self.status == "BAD"
    }
}

impl fmt::Display for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ", self.status)?;
        if let Some(code) = &self.code {
            write!(f, "[{code}] ")?;
        }
        f.write_str(self.text)
    }
}

impl From<super::view::NoSuchMessage> for Reply {
    fn from(_: super::view::NoSuchMessage) -> Self {
        Self::bad("No such message").then(Then::SyncWithoutExpunge)
    }
}

/// The states in which a command is valid, as a bit each.
fn states(name: &str) -> &'static [State] {
    use State::{Authenticated, NotAuthenticated, Selected};
    match name {
        "CAPABILITY" | "ID" | "LOGOUT" | "NOOP" => &[NotAuthenticated, Authenticated, Selected],
        "AUTHENTICATE" | "LOGIN" | "STARTTLS" => &[NotAuthenticated],
        "ENABLE" => &[Authenticated],
        "CHECK" | "CLOSE" | "COPY" | "EXPUNGE" | "FETCH" | "MOVE" | "SEARCH" | "STORE" | "UID"
        | "UNSELECT" => &[Selected],
        _ => &[Authenticated, Selected],
    }
}

impl Command {
    /// Reads what follows the tag.
    pub(super) fn parse(p: &mut Parser<'_>, state: State) -> ParseResult<Self> {
        let name = p.keyword()?;
        if !states(&name).contains(&state) {
            return Err(ParseError::Syntax(
                "Command unknown or not valid in this state",
            ));
        }
        Ok(match name.as_str() {
            "APPEND" => Self::Append(append::Append::parse(p)?),
            "AUTHENTICATE" => Self::Authenticate(authenticate::Authenticate::parse(p)?),
            "CAPABILITY" => Self::Capability,
            "CHECK" => Self::Check,
            "NOOP" => Self::Noop,
            "CLOSE" => Self::Close { expunge: true },
            "CREATE" => Self::Create(create::Create::parse(p)?),
            "DELETE" => Self::Delete(delete::Delete::parse(p)?),
            "ENABLE" => Self::Enable(enable::Enable::parse(p)?),
            "EXAMINE" => Self::Select(select::Select::parse(p, true)?),
            "ID" => id::parse(p)?,
            "IDLE" => Self::Idle,
            "LIST" => Self::List(list::List::parse(p)?),
            "LOGIN" => Self::Login(login::Login::parse(p)?),
            "LOGOUT" => Self::Logout,
            "LSUB" => Self::List(list::List::parse_lsub(p)?),
            "NAMESPACE" => Self::Namespace,
            "GETQUOTA" | "GETQUOTAROOT" | "SETQUOTA" => Self::Quota(quota::Quota::parse(p, &name)?),
            "RENAME" => Self::Rename(rename::Rename::parse(p)?),
            "SELECT" => Self::Select(select::Select::parse(p, false)?),
            "STARTTLS" => Self::Starttls,
            "STATUS" => Self::Status(status::Status::parse(p)?),
            "SUBSCRIBE" => Self::Subscribe(subscribe::Subscribe::parse(p, true)?),
            "UID" => {
                p.sp()?;
                let name = p.keyword()?;
                Self::parse_with_set(p, &name, true)?
            }
            "UNSELECT" => Self::Close { expunge: false },
            "UNSUBSCRIBE" => Self::Subscribe(subscribe::Subscribe::parse(p, false)?),
            _ => Self::parse_with_set(p, &name, false)?,
        })
    }

    /// The commands that exist with UID and without.
    fn parse_with_set(p: &mut Parser<'_>, name: &str, uid: bool) -> ParseResult<Self> {
        Ok(match name {
            "COPY" => Self::Copy(copy::Copy::parse(p, uid, false)?),
            "EXPUNGE" => Self::Expunge(expunge::Expunge::parse(p, uid)?),
            "FETCH" => Self::Fetch(fetch::Fetch::parse(p, uid)?),
            "MOVE" => Self::Copy(copy::Copy::parse(p, uid, true)?),
            "SEARCH" => Self::Search(search::Search::parse(p, uid)?),
            "STORE" => Self::Store(store::Store::parse(p, uid)?),
            _ => {
                return Err(ParseError::Syntax(
                    "Command unknown or not valid in this state",
                ));
            }
        })
    }

    /// Does it.
    pub(super) async fn run(self, session: &mut Session, tag: &str) -> io::Result<Reply> {
        Ok(match self {
            Self::Append(append) => append.run(session),
            Self::Authenticate(authenticate) => authenticate.run(session).await?,
            Self::Capability => capability::run(session),
            Self::Close { expunge } => close::run(session, expunge),
            Self::Copy(copy) => copy.run(session),
            Self::Create(create) => create.run(session),
            Self::Delete(delete) => delete.run(session),
            Self::Enable(enable) => enable.run(session),
            Self::Expunge(expunge) => expunge.run(session),
            Self::Fetch(fetch) => fetch.run(session).await?,
            Self::Id => id::run(session),
            Self::Idle => idle::run(session).await?,
            Self::List(list) => list.run(session),
            Self::Login(login) => login.run(session),
            Self::Logout => logout::run(session),
            Self::Namespace => namespace::run(session),
            Self::Check => noop::check(session),
            Self::Noop => noop::run(session),
            Self::Quota(quota) => quota.run(session),
            Self::Rename(rename) => rename.run(session),
            Self::Search(search) => search.run(session, tag),
            Self::Select(select) => select.run(session),
            Self::Starttls => starttls::run(session),
            Self::Status(status) => status.run(session),
            Self::Store(store) => store.run(session),
            Self::Subscribe(subscribe) => subscribe.run(session),
        })
    }
}
