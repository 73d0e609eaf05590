//! Servers that mailspec configures, starts and stops itself, in a private directory on loopback
//! ports.
//!
//! One more server is one file here with its [`Recipe`], its rows in [`catalogue`] and [`install`],
//! and a folder in `fixtures/servers/` with its templates and the script that installs it.

mod catalogue;
mod certificate;
mod clock;
mod courier;
mod crash;
mod crymap;
mod crypt;
mod cyrus;
mod dovecot;
mod first_login;
mod identity;
mod install;
mod log_slice;
mod maildir;
mod mailutils;
mod namespace;
mod passwd;
mod port;
mod process;
mod program;
mod pymap;
mod server;
mod site;
mod solid_pop3d;
mod syslog;
mod template;

use std::fmt::Debug;
use std::io;
use std::time::Duration;

use super::{Account, Retention, TargetError};
use crate::transport::Security;
use crate::wire::Protocol;
use process::Program;
use site::Site;

pub use catalogue::{MANAGED, ManagedServer, managed_servers};
pub use install::install_script;
pub(super) use server::Managed;

/// What most servers offer: both protocols for clients with and without TLS, and LMTP.
const EVERYTHING: &[(Protocol, Security)] = &[
    (Protocol::Imap, Security::Plain),
    (Protocol::Imap, Security::StartTls),
    (Protocol::Imap, Security::Implicit),
    (Protocol::Pop3, Security::Plain),
    (Protocol::Pop3, Security::StartTls),
    (Protocol::Pop3, Security::Implicit),
    (Protocol::Lmtp, Security::Plain),
];

/// Whether a server runs in mount and process namespaces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Isolation {
    /// It need not.
    None,
    /// Where the machine allows it: else nobody reads what it tells syslog.
    Wanted,
    /// It cannot run without.
    Needed,
}

/// What differs from server to server. All of it may block: it runs on a thread of its own.
trait Recipe: Debug + Send + Sync {
    /// Product and version; the error says how to install it.
    fn version(&self) -> Result<String, TargetError>;

    /// What it offers. `StartTls` shares the port of `Plain`.
    fn services(&self) -> &'static [(Protocol, Security)];

    /// Writes the configuration into the site's directory and says what to start. The program stays
    /// in the foreground and in its process group, and ends on SIGTERM.
    fn configure(&self, site: &Site) -> io::Result<Program>;

    /// What the server has different from a made account: a login name, a password.
    fn credentials(&self, account: Account) -> Account {
        account
    }

    /// Adds an account with an empty INBOX; it can log in when this returns.
    fn add_account(&self, site: &Site, account: &Account) -> io::Result<()>;

    /// Removes an account. Its mail may stay until the server goes.
    fn remove_account(&self, site: &Site, account: &Account) -> io::Result<()>;

    /// The Maildir of an account's INBOX below the site's directory, with `@LOCAL@` for the
    /// [`local_part`]; for a server with neither LMTP nor SMTP, which gets its mail there.
    fn maildir(&self) -> Option<&'static str> {
        None
    }

    /// Whether it runs in namespaces of its own, where mailspec takes what it tells syslog.
    fn isolation(&self) -> Isolation {
        Isolation::None
    }

    /// The folders of the site's directory that hold all mail and all that belongs to it: what a
    /// backup saves.
    fn store(&self) -> &'static [&'static str];

    /// How long a change may take to reach other sessions.
    fn propagation_limit(&self) -> Duration;

    /// True if it tells changes by times in whole seconds: scenarios begin with a second then, as
    /// their outcome would be a matter of chance else.
    fn counts_seconds(&self) -> bool {
        false
    }
}

/// The user's name without a domain.
fn local_part(account: &Account) -> &str {
    let user = &account.user;
    user.split_once('@').map_or(user, |(local, _)| local)
}
