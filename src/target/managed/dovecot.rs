//! Dovecot 2.3, started as root or as an ordinary user.

use std::fs;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

use super::process::Program;
use super::program::{find_program, output};
use super::site::Site;
use super::template::fill;
use super::{Account, Recipe, TargetError};
use crate::transport::Security;
use crate::wire::Protocol;

const TEMPLATE: &str = include_str!("../../../fixtures/servers/dovecot/dovecot.conf.in");
const ORDINARY_USER: &str = include_str!("../../../fixtures/servers/dovecot/ordinary-user.conf.in");
const INSTALL: &str = "apt-get install dovecot-core dovecot-imapd dovecot-pop3d dovecot-lmtpd";

/// Dovecot and the settings that make a variant of it.
#[derive(Debug)]
pub(super) struct Dovecot {
    /// `pop3_lock_session`: one POP3 session for each maildrop, as RFC 1939 has it.
    pub lock_session: bool,
}

impl Recipe for Dovecot {
    fn version(&self) -> Result<String, TargetError> {
        let version = find_program("dovecot")
            .and_then(|path| output(&path, &["--version"]))
            .ok_or_else(|| {
                TargetError::Unavailable(format!("dovecot is not installed: {INSTALL}"))
            })?;
        if !version.starts_with("2.3.") {
            return Err(TargetError::Unavailable(format!(
                "dovecot {version} is installed, mailspec can configure 2.3 only"
            )));
        }
        Ok(format!("Dovecot {version}"))
    }

    fn services(&self) -> &'static [(Protocol, Security)] {
        &[
            (Protocol::Imap, Security::Plain),
            (Protocol::Imap, Security::StartTls),
            (Protocol::Imap, Security::Implicit),
            (Protocol::Pop3, Security::Plain),
            (Protocol::Pop3, Security::StartTls),
            (Protocol::Pop3, Security::Implicit),
            (Protocol::Lmtp, Security::Plain),
        ]
    }

    fn configure(&self, site: &Site) -> io::Result<Program> {
        let path = find_program("dovecot").ok_or(io::ErrorKind::NotFound)?;
        let port = |protocol, security| site.port(protocol, security).to_string();
        let mut values = vec![
            ("DIR", site.directory.display().to_string()),
            ("MAIL_USER", site.mail_owner.user.clone()),
            ("MAIL_GROUP", site.mail_owner.group.clone()),
            ("POP3_LOCK_SESSION", yes_or_no(self.lock_session)),
            ("IMAP", port(Protocol::Imap, Security::Plain)),
            ("IMAPS", port(Protocol::Imap, Security::Implicit)),
            ("POP3", port(Protocol::Pop3, Security::Plain)),
            ("POP3S", port(Protocol::Pop3, Security::Implicit)),
            ("LMTP", port(Protocol::Lmtp, Security::Plain)),
        ];
        let mut template = TEMPLATE.to_owned();
        if let Some(user) = &site.ordinary_user {
            template.push_str(ORDINARY_USER);
            values.push(("USER", user.user.clone()));
            values.push(("GROUP", user.group.clone()));
        }
        site.make_mail_directory("mail")?;
        fs::create_dir(site.directory.join("accounts"))?;
        let configuration = site.directory.join("dovecot.conf");
        fs::write(&configuration, fill(&template, &values))?;
        Ok(Program {
            path,
            arguments: vec![
                "-F".to_owned(),
                "-c".to_owned(),
                configuration.display().to_string(),
            ],
        })
    }

    fn add_account(&self, site: &Site, account: &Account) -> io::Result<()> {
        fs::write(account_file(site, account), passwd_line(account))
    }

    fn remove_account(&self, site: &Site, account: &Account) -> io::Result<()> {
        fs::remove_file(account_file(site, account))?;
        // A session that is just ending may put a file back. No later account has this name, and
        // the whole directory goes with the server.
        let _ = fs::remove_dir_all(site.directory.join("mail").join(&account.user));
        Ok(())
    }

    fn propagation_limit(&self) -> Duration {
        Duration::from_secs(2)
    }
}

fn account_file(site: &Site, account: &Account) -> PathBuf {
    site.directory
        .join("accounts")
        .join(format!("{}.account", account.user))
}

fn passwd_line(account: &Account) -> String {
    format!("{}:{{PLAIN}}{}\n", account.user, account.password)
}

fn yes_or_no(value: bool) -> String {
    if value { "yes" } else { "no" }.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_placeholder_of_the_templates_has_a_value() {
        let directory = tempfile::tempdir().unwrap();
        let dovecot = Dovecot { lock_session: true };
        let mut site = Site::prepare(directory.path(), dovecot.services()).unwrap();
        site.ordinary_user = Some(site.mail_owner.clone());
        if dovecot.version().is_err() {
            return;
        }
        dovecot.configure(&site).unwrap();
        let text = fs::read_to_string(directory.path().join("dovecot.conf")).unwrap();
        let left = text
            .lines()
            .find(|line| !line.starts_with("postmaster_address") && line.contains('@'));
        assert_eq!(left, None);
        assert!(text.contains("pop3_lock_session = yes"));
    }

    #[test]
    fn an_account_is_one_line_of_a_passwd_file() {
        let account = Account {
            user: "s1".to_owned(),
            password: "abc".to_owned(),
            address: "s1@localhost".to_owned(),
        };
        assert_eq!(passwd_line(&account), "s1:{PLAIN}abc\n");
    }
}
