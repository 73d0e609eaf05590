//! GNU Mailutils 3: imap4d, pop3d and lmtpd on Maildirs.

use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::install::not_installed;
use super::maildir::make_maildir;
use super::passwd::add_user;
use super::process::Program;
use super::program::{find_program, output};
use super::site::Site;
use super::template::fill;
use super::{Account, EVERYTHING, Isolation, Recipe, TargetError};
use crate::transport::Security;
use crate::wire::Protocol;

const COMMON: &str = include_str!("../../../fixtures/servers/mailutils/common.conf.in");
const CLIENTS: &str = include_str!("../../../fixtures/servers/mailutils/clients.conf.in");
const DELIVERY: &str = include_str!("../../../fixtures/servers/mailutils/lmtpd.conf.in");
const APOP: &str = include_str!("../../../fixtures/servers/mailutils/apop.conf.in");
const RUN: &str = include_str!("../../../fixtures/servers/mailutils/run.sh");

/// The programs, their part of the configuration, and what they speak.
const SERVERS: &[(&str, &str, Protocol)] = &[
    ("imap4d", CLIENTS, Protocol::Imap),
    ("pop3d", CLIENTS, Protocol::Pop3),
    ("lmtpd", DELIVERY, Protocol::Lmtp),
];

/// One change of the passwords for APOP at a time, in this process.
static CHANGING: Mutex<()> = Mutex::new(());

/// The servers.
#[derive(Debug)]
pub(super) struct Mailutils;

impl Recipe for Mailutils {
    fn version(&self) -> Result<String, TargetError> {
        let said = SERVERS
            .iter()
            .all(|(name, ..)| find_program(name).is_some())
            .then(|| find_program("imap4d"))
            .flatten()
            .and_then(|path| output(&path, &["--version"]))
            .filter(|said| said.contains("Mailutils"))
            .ok_or_else(|| not_installed("mailutils"))?;
        let first = said.lines().next().unwrap_or_default();
        let version = first.split_whitespace().next_back().unwrap_or_default();
        Ok(format!("GNU Mailutils {version}"))
    }

    fn services(&self) -> &'static [(Protocol, Security)] {
        EVERYTHING
    }

    fn configure(&self, site: &Site) -> io::Result<Program> {
        for name in ["home", "mail", "lock"] {
            site.make_mail_directory(name)?;
        }
        let lock = site.directory.join("lock");
        fs::set_permissions(lock, Permissions::from_mode(0o1777))?;
        fs::copy("/etc/passwd", site.directory.join("passwd"))?;
        if let Some(user) = &site.ordinary_user {
            // pop3d insists on changing to this group.
            let group = format!("mail:x:{}:\n", user.gid);
            fs::write(site.directory.join("group"), group)?;
        }
        for &(name, part, protocol) in SERVERS {
            let values = [
                ("DIR", site.directory.display().to_string()),
                ("NAME", name.to_owned()),
                ("CLEAR", site.port(protocol, Security::Plain).to_string()),
                ("TLS", site.port(protocol, Security::Implicit).to_string()),
            ];
            let mut text = fill(COMMON, &values) + &fill(part, &values);
            if protocol == Protocol::Pop3 {
                text.push_str(&fill(APOP, &values));
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

    fn add_account(&self, site: &Site, account: &Account) -> io::Result<()> {
        let user = &account.user;
        // APPEND to an INBOX that does not exist yet is refused.
        make_maildir(&site.directory.join("mail").join(user), &site.mail_owner)?;
        let home = site.make_mail_directory(&format!("home/{user}"))?;
        add_to_apop(site, account)?;
        add_user(site, account, &home)
    }

    /// No later account has this name, and the whole directory goes with the server.
    fn remove_account(&self, _: &Site, _: &Account) -> io::Result<()> {
        Ok(())
    }

    fn isolation(&self) -> Isolation {
        Isolation::Needed
    }

    fn store(&self) -> &'static [&'static str] {
        &["home", "mail"]
    }

    fn propagation_limit(&self) -> Duration {
        Duration::from_secs(5)
    }

    fn counts_seconds(&self) -> bool {
        true
    }
}

/// Gives an account its password for APOP. pop3d may read meanwhile, so each version of the file is
/// complete before it takes the place of the one before.
fn add_to_apop(site: &Site, account: &Account) -> io::Result<()> {
    let _alone = CHANGING.lock().unwrap_or_else(PoisonError::into_inner);
    let (passwords, next) = (
        site.directory.join("apop"),
        site.directory.join("next-apop"),
    );
    if passwords.exists() {
        fs::copy(&passwords, &next)?;
    }
    let made = Command::new("popauth")
        .arg("--add")
        .arg(format!("--file={}", next.display()))
        .arg(format!("--user={}", account.user))
        .arg(format!("--password={}", account.password))
        .stdin(Stdio::null())
        .output()?;
    if !made.status.success() {
        let said = String::from_utf8_lossy(&made.stderr);
        return Err(io::Error::other(said.trim().to_owned()));
    }
    fs::rename(next, passwords)
}
