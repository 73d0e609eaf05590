//! Dovecot 2.3, started as root or as an ordinary user.

use std::fs;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

use super::install::not_installed;
use super::process::Program;
use super::program::{find_program, output};
use super::site::Site;
use super::template::fill;
use super::{Account, EVERYTHING, Recipe, TargetError};
use crate::transport::Security;
use crate::wire::Protocol;

const TEMPLATE: &str = include_str!("../../../fixtures/servers/dovecot/dovecot.conf.in");
const ORDINARY_USER: &str = include_str!("../../../fixtures/servers/dovecot/ordinary-user.conf.in");

/// Dovecot and the settings that make a variant of it.
#[derive(Debug)]
pub(super) struct Dovecot {
    /// Lines of its configuration, the last ones.
    pub settings: &'static str,
}

impl Recipe for Dovecot {
    fn version(&self) -> Result<String, TargetError> {
        let version = find_program("dovecot")
            .and_then(|path| output(&path, &["--version"]))
            .ok_or_else(|| not_installed("dovecot"))?;
        if !version.starts_with("2.3.") {
            return Err(TargetError::Unavailable(format!(
                "dovecot {version} is installed, mailspec can configure 2.3 only"
            )));
        }
        Ok(format!("Dovecot {version}"))
    }

    fn services(&self) -> &'static [(Protocol, Security)] {
        EVERYTHING
    }

    fn configure(&self, site: &Site) -> io::Result<Program> {
        let path = find_program("dovecot").ok_or(io::ErrorKind::NotFound)?;
        let port = |protocol, security| site.port(protocol, security).to_string();
        let mut values = vec![
            ("DIR", site.directory.display().to_string()),
            ("MAIL_USER", site.mail_owner.user.clone()),
            ("MAIL_GROUP", site.mail_owner.group.clone()),
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
        template.push_str(self.settings);
        site.make_mail_directory("mail")?;
        fs::create_dir(site.directory.join("accounts"))?;
        let configuration = site.directory.join("dovecot.conf");
        fs::write(&configuration, fill(&template, &values))?;
        let configuration = configuration.display().to_string();
        let arguments = ["-F".to_owned(), "-c".to_owned(), configuration];
        Ok(Program::new(path, arguments).ending_at_once())
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

    fn store(&self) -> &'static [&'static str] {
        &["mail"]
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_placeholder_of_the_templates_has_a_value() {
        let directory = tempfile::tempdir().unwrap();
        let dovecot = Dovecot {
            settings: "pop3_lock_session = yes\n",
        };
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
