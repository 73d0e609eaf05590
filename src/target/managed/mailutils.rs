//! GNU Mailutils 3: imap4d and pop3d on Maildirs.

use std::fs::{self, File, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use super::crypt::crypt;
use super::install::not_installed;
use super::maildir::{maildir_of, make_maildir};
use super::process::Program;
use super::program::{find_program, output};
use super::site::Site;
use super::template::fill;
use super::{Account, Isolation, Recipe, TargetError, local_part};
use crate::transport::Security;
use crate::wire::Protocol;

const CONFIGURATION: &str = include_str!("../../../fixtures/servers/mailutils/common.conf.in");
const RUN: &str = include_str!("../../../fixtures/servers/mailutils/run.sh");
const MAILDIR: &str = "home/@LOCAL@/INBOX";

/// The domain of every account: users log in with their whole address.
const DOMAIN: &str = "localhost";

/// The servers and the setting that makes a variant of them.
#[derive(Debug)]
pub(super) struct Mailutils {
    /// `mandatory-locking`: who has opened the maildrop keeps others out of it, in both protocols.
    pub lock: bool,
}

impl Recipe for Mailutils {
    fn version(&self) -> Result<String, TargetError> {
        let said = find_program("pop3d")
            .and_then(|_| find_program("imap4d"))
            .and_then(|path| output(&path, &["--version"]))
            .filter(|said| said.contains("Mailutils"))
            .ok_or_else(|| not_installed("mailutils"))?;
        let first = said.lines().next().unwrap_or_default();
        let version = first.split_whitespace().next_back().unwrap_or_default();
        Ok(format!("GNU Mailutils {version}"))
    }

    fn services(&self) -> &'static [(Protocol, Security)] {
        &[
            (Protocol::Imap, Security::Plain),
            (Protocol::Imap, Security::StartTls),
            (Protocol::Imap, Security::Implicit),
            (Protocol::Pop3, Security::Plain),
            (Protocol::Pop3, Security::StartTls),
            (Protocol::Pop3, Security::Implicit),
        ]
    }

    fn configure(&self, site: &Site) -> io::Result<Program> {
        for name in ["domains", "home", "lock"] {
            site.make_mail_directory(name)?;
        }
        let lock = site.directory.join("lock");
        fs::set_permissions(lock, Permissions::from_mode(0o1777))?;
        fs::write(site.directory.join("domains").join(DOMAIN), "")?;
        if let Some(user) = &site.ordinary_user {
            // pop3d insists on changing to this group.
            let group = format!("mail:x:{}:\n", user.gid);
            fs::write(site.directory.join("group"), group)?;
        }
        for (name, protocol) in [("imap4d", Protocol::Imap), ("pop3d", Protocol::Pop3)] {
            let values = [
                ("DIR", site.directory.display().to_string()),
                ("NAME", name.to_owned()),
                ("LOCK", if self.lock { "yes" } else { "no" }.to_owned()),
                ("CLEAR", site.port(protocol, Security::Plain).to_string()),
                ("TLS", site.port(protocol, Security::Implicit).to_string()),
            ];
            let mut text = fill(CONFIGURATION, &values);
            if name == "imap4d" {
                text.push_str("create-home-dir yes;\n");
            }
            fs::write(site.directory.join(format!("{name}.conf")), text)?;
        }
        let run = site.directory.join("run.sh");
        fs::write(&run, RUN)?;
        let arguments = [run, site.directory.clone()];
        Ok(Program::new(
            "/bin/sh",
            arguments.map(|path| path.display().to_string()),
        ))
    }

    fn credentials(&self, account: Account) -> Account {
        Account {
            user: account.address.clone(),
            ..account
        }
    }

    fn add_account(&self, site: &Site, account: &Account) -> io::Result<()> {
        let maildir = maildir_of(site, MAILDIR, account);
        make_maildir(&maildir, &site.mail_owner)?;
        let home = maildir.parent().unwrap_or(&maildir).display();
        let (uid, gid) = (site.mail_owner.uid, site.mail_owner.gid);
        let (local, hash) = (local_part(account), crypt(&account.password)?);
        let line = format!("{local}:{hash}:{uid}:{gid}:{local}:{home}:/bin/false\n");
        let accounts = site.directory.join("domains").join(DOMAIN);
        // One write: whoever reads meanwhile sees the whole line or nothing of it.
        File::options()
            .append(true)
            .open(accounts)?
            .write_all(line.as_bytes())
    }

    /// No later account has this name, and the whole directory goes with the server.
    fn remove_account(&self, _: &Site, _: &Account) -> io::Result<()> {
        Ok(())
    }

    fn maildir(&self) -> Option<&'static str> {
        Some(MAILDIR)
    }

    fn isolation(&self) -> Isolation {
        Isolation::Needed
    }

    fn store(&self) -> &'static [&'static str] {
        &["home"]
    }

    fn propagation_limit(&self) -> Duration {
        Duration::from_secs(5)
    }
}
