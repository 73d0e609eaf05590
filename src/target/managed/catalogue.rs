//! The managed servers by name.

use super::clock;
use super::courier::Courier;
use super::crymap::Crymap;
use super::cyrus::Cyrus;
use super::dovecot::Dovecot;
use super::install::not_installed;
use super::mailutils::Mailutils;
use super::pymap::Pymap;
use super::solid_pop3d::SolidPop3d;
use super::{Recipe, Retention, TargetError};
use crate::transport::Security;
use crate::wire::Protocol;

/// One name that `--target` takes.
struct Entry {
    name: &'static str,
    about: &'static str,
    /// The server's clock can be put forward.
    clock: bool,
    /// What it does with popped and with old mail.
    retention: Retention,
    recipe: fn() -> Box<dyn Recipe>,
}

const fn entry(name: &'static str, about: &'static str, recipe: fn() -> Box<dyn Recipe>) -> Entry {
    Entry {
        name,
        about,
        clock: false,
        retention: Retention::Strict,
        recipe,
    }
}

impl Entry {
    const fn with_clock(mut self) -> Self {
        self.clock = true;
        self
    }

    const fn retaining(mut self, retention: Retention) -> Self {
        self.retention = retention;
        self
    }
}

fn dovecot(settings: &'static str) -> Box<dyn Recipe> {
    Box::new(Dovecot { settings })
}

fn cyrus(options: &'static [(&'static str, &'static str)]) -> Box<dyn Recipe> {
    Box::new(Cyrus { options })
}

fn solid_pop3d(settings: &'static str) -> Box<dyn Recipe> {
    Box::new(SolidPop3d { settings })
}

/// Variants stand behind their server, as `server:variant`.
const CATALOGUE: &[Entry] = &[
    entry(
        "dovecot",
        "Dovecot 2.3 as it comes: two POP3 sessions share a maildrop",
        || dovecot(""),
    ),
    entry(
        "dovecot:lock",
        "pop3_lock_session: one POP3 session for each maildrop, as RFC 1939 has it",
        || dovecot("pop3_lock_session = yes\n"),
    ),
    entry(
        "dovecot:hide",
        "pop3_delete_type flag: what POP3 deletes stays in IMAP, marked $POP3Deleted",
        || dovecot("pop3_delete_type = flag\npop3_deleted_flag = \"$POP3Deleted\"\n"),
    )
    .retaining(Retention::HideOnDelete),
    entry(
        "dovecot:uidl-guid",
        "pop3_uidl_format %g: a copied message has the unique-id of the first one",
        || dovecot("pop3_uidl_format = %g\n"),
    ),
    entry(
        "dovecot:uidl-uid",
        "pop3_uidl_format %v.%u: unique-ids as Cyrus wrote them once",
        || dovecot("pop3_uidl_format = %v.%u\n"),
    ),
    entry(
        "dovecot:no-seen",
        "pop3_no_flag_updates: RETR sets no \\Seen",
        || dovecot("pop3_no_flag_updates = yes\n"),
    ),
    entry("dovecot:mdbox", "mail in mdbox instead of Maildir", || {
        dovecot("mail_location = mdbox:~/mdbox\n")
    }),
    entry(
        "dovecot:clock",
        "libfaketime puts its clock forward; messages in INBOX expire after 30 days (autoexpunge)",
        || dovecot(DOVECOT_CLOCK),
    )
    .with_clock()
    .retaining(Retention::Expire(30)),
    entry(
        "cyrus",
        "Cyrus IMAP as it comes: expunged messages are kept hidden for a while",
        || cyrus(&[]),
    ),
    entry(
        "cyrus:immediate",
        "expunge_mode immediate: nothing that is removed is kept",
        || cyrus(&[("expunge_mode", "immediate")]),
    ),
    entry(
        "cyrus:pop-flags",
        "popuseimapflags: RETR sets \\Seen, and what IMAP marks \\Deleted is not in POP3",
        || cyrus(&[("popuseimapflags", "yes")]),
    ),
    entry("cyrus:clock", "libfaketime puts its clock forward", || {
        cyrus(&[])
    })
    .with_clock(),
    entry(
        "courier",
        "Courier IMAP and POP3 on Maildirs; every mailbox is below INBOX",
        || Box::new(Courier),
    ),
    entry(
        "mailutils",
        "GNU Mailutils 3, imap4d, pop3d and lmtpd on Maildirs",
        || Box::new(Mailutils),
    ),
    entry(
        "mailutils:clock",
        "libfaketime puts its clock forward",
        || Box::new(Mailutils),
    )
    .with_clock(),
    entry("pymap", "pymap on Maildirs; IMAP only", || Box::new(Pymap)),
    entry(
        "crymap",
        "Crymap, encrypted mail; IMAP inside TLS only",
        || Box::new(Crymap),
    ),
    entry("solid-pop3d", "Solid POP3 on Maildirs; POP3 only", || {
        solid_pop3d("")
    }),
    entry(
        "solid-pop3d:expire",
        "ReadExpire 0: messages that were read are removed at QUIT",
        || solid_pop3d("    ReadExpire 0\n"),
    )
    .retaining(Retention::PopOnce),
];

/// Dovecot cleans the environment of its processes. The age of a message comes from its cache, or
/// if it is not there, from the file, which has the date of the machine's clock.
const DOVECOT_CLOCK: &str = "\
mail_always_cache_fields = date.save
import_environment = TZ CORE_OUTOFMEM CORE_ERROR LISTEN_PID LISTEN_FDS LD_PRELOAD \\
  FAKETIME_TIMESTAMP_FILE FAKETIME_NO_CACHE DONT_FAKE_MONOTONIC NO_FAKE_STAT
namespace inbox {
  mailbox INBOX {
    autoexpunge = 30d
  }
}
";

/// The names that `--target` takes for managed servers.
pub const MANAGED: &[&str] = &NAMES;

const NAMES: [&str; CATALOGUE.len()] = {
    let mut names = [""; CATALOGUE.len()];
    let mut at = 0;
    while at < names.len() {
        names[at] = CATALOGUE[at].name;
        at += 1;
    }
    names
};

/// A managed server as the machine has it.
#[derive(Clone, Debug)]
pub struct ManagedServer {
    /// What `--target` calls it.
    pub name: &'static str,
    /// What it is, in a few words.
    pub about: &'static str,
    /// Product and version; the error says why it cannot be started and what to do.
    pub version: Result<String, String>,
    /// What it offers to whoever runs mailspec.
    pub services: &'static [(Protocol, Security)],
}

/// Looks for every managed server on this machine.
pub fn managed_servers() -> Vec<ManagedServer> {
    let look = |entry: &Entry| {
        let recipe = (entry.recipe)();
        ManagedServer {
            name: entry.name,
            about: entry.about,
            version: version(entry, &*recipe).map_err(|error| error.to_string()),
            services: recipe.services(),
        }
    };
    CATALOGUE.iter().map(look).collect()
}

/// How to start a server.
#[derive(Debug)]
pub(super) struct Found {
    /// What is special about it.
    pub recipe: Box<dyn Recipe>,
    /// Product and version.
    pub version: String,
    /// Its clock can be put forward.
    pub clock: bool,
    /// What it does with popped and with old mail.
    pub retention: Retention,
}

/// Finds the server for a name of [`MANAGED`] on this machine.
pub(super) fn find(name: &str) -> Result<Found, TargetError> {
    let Some(entry) = CATALOGUE.iter().find(|entry| entry.name == name) else {
        return Err(TargetError::Unavailable(format!(
            "no managed server is called {name}; there are {}",
            MANAGED.join(", ")
        )));
    };
    let recipe = (entry.recipe)();
    Ok(Found {
        version: version(entry, &*recipe)?,
        recipe,
        clock: entry.clock,
        retention: entry.retention,
    })
}

fn version(entry: &Entry, recipe: &dyn Recipe) -> Result<String, TargetError> {
    if entry.clock && clock::library().is_none() {
        return Err(not_installed(entry.name));
    }
    recipe.version()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_readme_has_a_row_for_each_name_in_the_same_words() {
        let readme = include_str!("../../../README.md");
        for Entry { name, about, .. } in CATALOGUE {
            let row = format!("| `{name}` | {about} |");
            assert!(readme.contains(&row), "{row}");
        }
    }

    #[test]
    fn an_unknown_name_is_told_the_known_ones() {
        let error = find("postfix").unwrap_err().to_string();
        assert!(error.contains("dovecot, dovecot:lock"), "{error}");
    }
}
