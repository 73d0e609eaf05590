//! The Solid POP3 Server on Maildirs: POP3 and nothing else. Root only: it becomes the user who
//! logs in, whom it looks for in the system's own tables.

use std::fs;
use std::io;
use std::time::Duration;

use super::identity::Identity;
use super::install::not_installed;
use super::maildir::{maildir_of, make_maildir};
use super::passwd::add_user;
use super::process::Program;
use super::program::{find_program, output, unpacked};
use super::site::Site;
use super::template::fill;
use super::{Account, Isolation, Recipe, TargetError};
use crate::transport::Security;
use crate::wire::Protocol;

const CONFIGURATION: &str = include_str!("../../../fixtures/servers/solid-pop3d/spop3d.conf.in");
const PAM: &str = include_str!("../../../fixtures/servers/solid-pop3d/pam.in");
const PROGRAM: &str = "usr/sbin/solid-pop3d";
const MAILDIR: &str = "mail/@LOCAL@";

/// The server and the settings that make a variant of it.
#[derive(Debug)]
pub(super) struct SolidPop3d {
    /// Lines of its configuration.
    pub settings: &'static str,
}

impl Recipe for SolidPop3d {
    fn version(&self) -> Result<String, TargetError> {
        let program = unpacked("solid-pop3d", PROGRAM);
        let needed = find_program("python3").filter(|_| program.is_file());
        if needed.is_none() {
            return Err(not_installed("solid-pop3d"));
        }
        if !Identity::is_root() {
            let why = "solid-pop3d can be started by root only";
            return Err(TargetError::Unavailable(why.to_owned()));
        }
        let changes = unpacked(
            "solid-pop3d",
            "usr/share/doc/solid-pop3d/changelog.Debian.gz",
        );
        let said = find_program("zcat")
            .and_then(|zcat| output(&zcat, &[&changes.display().to_string()]))
            .unwrap_or_default();
        // `solid-pop3d (0.15-31) unstable; urgency=medium`
        let version = said.split(['(', ')']).nth(1).unwrap_or_default();
        Ok(format!("Solid POP3 {version}"))
    }

    fn services(&self) -> &'static [(Protocol, Security)] {
        &[(Protocol::Pop3, Security::Plain)]
    }

    fn configure(&self, site: &Site) -> io::Result<Program> {
        let directory = &site.directory;
        site.make_mail_directory("mail")?;
        fs::create_dir(directory.join("pam.d"))?;
        fs::write(directory.join("pam.d/solid-pop3d"), PAM)?;
        let own = &site.mail_owner;
        let user = format!("spop3d:*:{}:{}::/:/bin/false\n", own.uid, own.gid);
        let system = fs::read_to_string("/etc/passwd")?;
        fs::write(directory.join("passwd"), format!("{system}{user}"))?;
        let values = [
            ("DIR", directory.display().to_string()),
            ("SETTINGS", self.settings.to_owned()),
        ];
        let configuration = directory.join("spop3d.conf");
        fs::write(&configuration, fill(CONFIGURATION, &values))?;
        let inetd = site.write_inetd()?;
        let python = find_program("python3").ok_or(io::ErrorKind::NotFound)?;
        Ok(Program::new(
            python,
            [
                inetd.display().to_string(),
                site.port(Protocol::Pop3, Security::Plain).to_string(),
                unpacked("solid-pop3d", PROGRAM).display().to_string(),
                "-f".to_owned(),
                configuration.display().to_string(),
            ],
        ))
    }

    fn add_account(&self, site: &Site, account: &Account) -> io::Result<()> {
        let maildir = maildir_of(site, MAILDIR, account);
        make_maildir(&maildir, &site.mail_owner)?;
        add_user(site, account, &maildir)
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
        &["mail"]
    }

    fn propagation_limit(&self) -> Duration {
        Duration::from_secs(2)
    }
}
