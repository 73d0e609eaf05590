//! Cyrus IMAP 3.6, started as root or as an ordinary user.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::first_login::log_in_once;
use super::install::not_installed;
use super::process::Program;
use super::program::{output, unpacked};
use super::site::Site;
use super::template::fill;
use super::{Account, EVERYTHING, Isolation, Recipe, TargetError};
use crate::transport::Security;
use crate::wire::Protocol;

const OPTIONS: &str = include_str!("../../../fixtures/servers/cyrus/imapd.conf.in");
const SERVICES: &str = include_str!("../../../fixtures/servers/cyrus/cyrus.conf.in");

/// Where Debian's `cyrus-common` has its programs.
const COMMON: &str = "/usr/lib/cyrus/bin";
const ADD_ACCOUNT: &str = "/usr/sbin/saslpasswd2";
const ACCOUNTS: &str = "accounts.db";

/// One change of the accounts at a time, in this process.
static CHANGING: Mutex<()> = Mutex::new(());

/// Cyrus and the options that make a variant of it.
#[derive(Debug)]
pub(super) struct Cyrus {
    /// Names and values of `imapd.conf`.
    pub options: &'static [(&'static str, &'static str)],
}

impl Recipe for Cyrus {
    fn version(&self) -> Result<String, TargetError> {
        let master = Path::new(COMMON).join("master");
        let needed = [
            unpacked("cyrus", "usr/lib/cyrus/bin/pop3d"),
            PathBuf::from(ADD_ACCOUNT),
        ];
        needed
            .iter()
            .all(|path| path.is_file())
            .then(|| output(&master, &["-V"]))
            .flatten()
            .ok_or_else(|| not_installed("cyrus"))
            .map(|said| format!("Cyrus IMAP {}", version_in(&said)))
    }

    fn services(&self) -> &'static [(Protocol, Security)] {
        EVERYTHING
    }

    fn configure(&self, site: &Site) -> io::Result<Program> {
        let directory = site.directory.display().to_string();
        let port = |protocol, security| site.port(protocol, security).to_string();
        let servers = unpacked("cyrus", "usr/lib/cyrus/bin");
        let values = [
            ("DIR", directory),
            ("COMMON", COMMON.to_owned()),
            ("SERVERS", servers.display().to_string()),
            ("USER", site.mail_owner.user.clone()),
            ("GROUP", site.mail_owner.group.clone()),
            ("IMAP", port(Protocol::Imap, Security::Plain)),
            ("IMAPS", port(Protocol::Imap, Security::Implicit)),
            ("POP3", port(Protocol::Pop3, Security::Plain)),
            ("POP3S", port(Protocol::Pop3, Security::Implicit)),
            ("LMTP", port(Protocol::Lmtp, Security::Plain)),
        ];
        for name in ["lib", "lib/socket", "spool", "proc", "lock", "sieve"] {
            site.make_mail_directory(name)?;
        }
        site.give_key_to_mail_owner()?;
        let options = site.directory.join("imapd.conf");
        fs::write(
            &options,
            with_options(&fill(OPTIONS, &values), self.options),
        )?;
        let services = site.directory.join("cyrus.conf");
        fs::write(&services, fill(SERVICES, &values))?;
        let text = |path: &Path| path.display().to_string();
        Ok(Program::new(
            Path::new(COMMON).join("master"),
            [
                "-D".to_owned(),
                "-C".to_owned(),
                text(&options),
                "-M".to_owned(),
                text(&services),
                "-p".to_owned(),
                text(&site.directory.join("master.pid")),
            ],
        ))
    }

    /// Servers read the file of accounts while it grows, so each version of it is complete before
    /// it takes the place of the one before. INBOX is made by the first login.
    fn add_account(&self, site: &Site, account: &Account) -> io::Result<()> {
        {
            let _alone = CHANGING.lock().unwrap_or_else(PoisonError::into_inner);
            let accounts = site.directory.join(ACCOUNTS);
            let next = site.directory.join("next-accounts.db");
            if accounts.exists() {
                fs::copy(&accounts, &next)?;
            }
            add_to(&next, account)?;
            site.give_to_mail_owner(&next)?;
            fs::rename(&next, &accounts)?;
        }
        log_in_once(site.port(Protocol::Imap, Security::Plain), account)
    }

    /// No later account has this name, and the whole directory goes with the server.
    fn remove_account(&self, _: &Site, _: &Account) -> io::Result<()> {
        Ok(())
    }

    fn isolation(&self) -> Isolation {
        Isolation::Wanted
    }

    fn store(&self) -> &'static [&'static str] {
        &["lib", "spool"]
    }

    /// One look of IDLE by itself, and time for it on a busy machine.
    fn propagation_limit(&self) -> Duration {
        Duration::from_secs(4)
    }
}

/// Adds an account to a file of accounts, made if need be.
fn add_to(path: &Path, account: &Account) -> io::Result<()> {
    let mut child = Command::new(ADD_ACCOUNT)
        .args(["-p", "-c", "-u", "localhost", "-f"])
        .arg(path)
        .arg(&account.user)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()?;
    if let Some(mut input) = child.stdin.take() {
        input.write_all(account.password.as_bytes())?;
    }
    let output = child.wait_with_output()?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(io::Error::other(format!("{ADD_ACCOUNT}: {}", said.trim())))
}

/// Replaces and adds options; Cyrus refuses a file that has one twice.
fn with_options(text: &str, options: &[(&str, &str)]) -> String {
    let mut lines: Vec<String> = text
        .lines()
        .filter(|line| {
            let name = line.split(':').next();
            options.iter().all(|(changed, _)| name != Some(*changed))
        })
        .map(str::to_owned)
        .collect();
    lines.extend(
        options
            .iter()
            .map(|(name, value)| format!("{name}: {value}")),
    );
    lines.join("\n") + "\n"
}

/// The version in `cyrus-imapd 3.6.1-Debian-3.6.1-4+deb12u5`: the package's, where there is one.
fn version_in(said: &str) -> &str {
    let last = said.split_whitespace().next_back().unwrap_or(said);
    last.rsplit_once("Debian-")
        .map_or(last, |(_, package)| package)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_option_stands_once() {
        let text = with_options("a: 1\nb: 2\n", &[("a", "3"), ("c", "4")]);
        assert_eq!(text, "b: 2\na: 3\nc: 4\n");
    }

    #[test]
    fn the_version_is_the_package_s_where_there_is_one() {
        let debian = "cyrus-imapd 3.6.1-Debian-3.6.1-4+deb12u5";
        assert_eq!(version_in(debian), "3.6.1-4+deb12u5");
        assert_eq!(version_in("cyrus-imapd 3.8.2"), "3.8.2");
    }
}
