//! Courier IMAP and POP3 on Maildirs, in a private view of the file system.

use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::identity::Identity;
use super::install::not_installed;
use super::maildir::{maildir_of, make_maildir};
use super::process::Program;
use super::program::{find_program, output, unpacked};
use super::site::Site;
use super::template::fill;
use super::{Account, Isolation, Recipe, TargetError};
use crate::transport::Security;
use crate::wire::Protocol;

const RUN: &str = include_str!("../../../fixtures/servers/courier/run.sh");
const AUTHENTICATE: &str = include_str!("../../../fixtures/servers/courier/authenticate.sh");
const AUTHDAEMON: &str = include_str!("../../../fixtures/servers/courier/authdaemonrc.in");
const ENVIRONMENT: &str = include_str!("../../../fixtures/servers/courier/environment.in");

const MAILDIR: &str = "mail/@LOCAL@/Maildir";

/// The servers.
#[derive(Debug)]
pub(super) struct Courier;

impl Recipe for Courier {
    fn version(&self) -> Result<String, TargetError> {
        let needed = [
            unpacked("courier", "usr/bin/imapd"),
            unpacked("courier", "usr/lib/courier/courier/courierpop3d"),
            PathBuf::from("/usr/lib/courier/courier-authlib/authdaemond"),
            PathBuf::from("/usr/lib/courier-authlib/libauthpipe.so"),
            PathBuf::from("/usr/sbin/couriertcpd"),
        ];
        if !needed.iter().all(|path| path.is_file()) {
            return Err(not_installed("courier"));
        }
        let package = find_program("dpkg-query")
            .and_then(|path| output(&path, &["-W", "-f=${Version}", "courier-base"]));
        Ok(format!("Courier {}", package.unwrap_or_default()))
    }

    /// `couriertls` wants to become the user `courier` when it upgrades a connection, which only
    /// root can.
    fn services(&self) -> &'static [(Protocol, Security)] {
        const ALL: &[(Protocol, Security)] = &[
            (Protocol::Imap, Security::Plain),
            (Protocol::Imap, Security::Implicit),
            (Protocol::Pop3, Security::Plain),
            (Protocol::Pop3, Security::Implicit),
            (Protocol::Imap, Security::StartTls),
            (Protocol::Pop3, Security::StartTls),
        ];
        if Identity::is_root() { ALL } else { &ALL[..4] }
    }

    fn configure(&self, site: &Site) -> io::Result<Program> {
        for name in ["etc", "etc/accounts", "etc/shared", "run", "run/authdaemon"] {
            fs::create_dir(site.directory.join(name))?;
        }
        site.make_mail_directory("mail")?;
        let etc = site.directory.join("etc");
        let starttls = if Identity::is_root() { "YES" } else { "NO" };
        let values = [("STARTTLS", starttls.to_owned())];
        fs::write(etc.join("authdaemonrc"), AUTHDAEMON)?;
        fs::write(etc.join("environment"), fill(ENVIRONMENT, &values))?;
        let authenticate = etc.join("authProg");
        fs::write(&authenticate, AUTHENTICATE)?;
        fs::set_permissions(&authenticate, Permissions::from_mode(0o755))?;
        let both = etc.join("both.pem");
        fs::write(
            &both,
            format!("{}{}", site.certificate.chain, site.certificate.key),
        )?;
        let run = site.directory.join("run.sh");
        fs::write(&run, RUN)?;
        let mut arguments = [run, site.directory.clone(), unpacked("courier", "")]
            .map(|path| path.display().to_string())
            .to_vec();
        for (protocol, security) in [
            (Protocol::Imap, Security::Plain),
            (Protocol::Imap, Security::Implicit),
            (Protocol::Pop3, Security::Plain),
            (Protocol::Pop3, Security::Implicit),
        ] {
            arguments.push(site.port(protocol, security).to_string());
        }
        Ok(Program::new("/bin/sh", arguments))
    }

    fn add_account(&self, site: &Site, account: &Account) -> io::Result<()> {
        let maildir = maildir_of(site, MAILDIR, account);
        make_maildir(&maildir, &site.mail_owner)?;
        let file = site.directory.join("etc/accounts").join(&account.user);
        fs::write(file, account_file(account, &maildir, &site.mail_owner))
    }

    fn remove_account(&self, site: &Site, account: &Account) -> io::Result<()> {
        fs::remove_file(site.directory.join("etc/accounts").join(&account.user))?;
        // A session that is just ending may put a file back. No later account has this name, and
        // the whole directory goes with the server.
        let _ = fs::remove_dir_all(maildir_of(site, MAILDIR, account));
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
        Duration::from_secs(5)
    }
}

/// The password, then what Courier wants to know.
fn account_file(account: &Account, maildir: &Path, owner: &Identity) -> String {
    let Account { user, password, .. } = account;
    let (uid, gid, maildir) = (owner.uid, owner.gid, maildir.display());
    format!("{password}\nUID={uid}\nGID={gid}\nHOME={maildir}\nADDRESS={user}\nMAILDIR={maildir}\n")
}
