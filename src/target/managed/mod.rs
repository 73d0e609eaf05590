//! Servers that mailspec configures, starts and stops itself, in a private directory on loopback
//! ports.
//!
//! One more server is one file here with its [`Recipe`], a line in [`recipe`], and a folder of
//! templates in `fixtures/servers/`.

mod certificate;
mod dovecot;
mod identity;
mod port;
mod process;
mod program;
mod server;
mod site;
mod template;

use std::fmt::Debug;
use std::io;
use std::time::Duration;

use super::{Account, TargetError};
use crate::transport::Security;
use crate::wire::Protocol;
use process::Program;
use site::Site;

pub(super) use server::Managed;

/// The names that `--target` takes for managed servers.
pub const MANAGED: &[&str] = &["dovecot", "dovecot:lock"];

/// What differs from server to server. All of it may block: it runs on a thread of its own.
trait Recipe: Debug + Send + Sync {
    /// Product and version; the error says how to install it.
    fn version(&self) -> Result<String, TargetError>;

    /// What it offers. `StartTls` shares the port of `Plain`.
    fn services(&self) -> &'static [(Protocol, Security)];

    /// Writes the configuration into the site's directory and says what to start. The program stays
    /// in the foreground and in its process group, and ends on SIGTERM.
    fn configure(&self, site: &Site) -> io::Result<Program>;

    /// Adds an account with an empty INBOX; it can log in when this returns.
    fn add_account(&self, site: &Site, account: &Account) -> io::Result<()>;

    /// Removes an account and its mail.
    fn remove_account(&self, site: &Site, account: &Account) -> io::Result<()>;

    /// How long a change may take to reach other sessions.
    fn propagation_limit(&self) -> Duration;
}

/// The recipe for a name of [`MANAGED`].
fn recipe(name: &str) -> Result<Box<dyn Recipe>, TargetError> {
    match name {
        "dovecot" => Ok(Box::new(dovecot::Dovecot {
            lock_session: false,
        })),
        "dovecot:lock" => Ok(Box::new(dovecot::Dovecot { lock_session: true })),
        _ => Err(TargetError::Unavailable(format!(
            "no managed server is called {name}; there are {}",
            MANAGED.join(", ")
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_has_a_recipe_and_others_have_none() {
        for name in MANAGED {
            assert!(recipe(name).is_ok(), "{name}");
        }
        let error = recipe("postfix").unwrap_err().to_string();
        assert!(error.contains("dovecot, dovecot:lock"), "{error}");
    }
}
