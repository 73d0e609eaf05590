//! pymap, an IMAP server in Python, on Maildirs. It shows a file octet by octet, line ends too, so
//! that other programs cannot deliver there.

use std::fs::{self, File};
use std::io::{self, Write};
use std::time::Duration;

use super::crypt::pbkdf2;
use super::first_login::log_in_once;
use super::install::not_installed;
use super::process::Program;
use super::program::{output, unpacked};
use super::site::Site;
use super::{Account, Recipe, TargetError};
use crate::transport::Security;
use crate::wire::Protocol;

/// The server.
#[derive(Debug)]
pub(super) struct Pymap;

impl Recipe for Pymap {
    fn version(&self) -> Result<String, TargetError> {
        let said = output(&unpacked("pymap", "bin/pymap"), &["--version"]);
        said.ok_or_else(|| not_installed("pymap"))
    }

    fn services(&self) -> &'static [(Protocol, Security)] {
        &[
            (Protocol::Imap, Security::Plain),
            (Protocol::Imap, Security::StartTls),
        ]
    }

    fn configure(&self, site: &Site) -> io::Result<Program> {
        let base = site.directory.join("base");
        fs::create_dir(&base)?;
        let path = |name: &str| site.directory.join(name).display().to_string();
        let port = site.port(Protocol::Imap, Security::Plain).to_string();
        Ok(Program::new(
            unpacked("pymap", "bin/pymap"),
            [
                "--host".to_owned(),
                "127.0.0.1".to_owned(),
                "--port".to_owned(),
                port,
                "--cert".to_owned(),
                path("chain.pem"),
                "--key".to_owned(),
                path("key.pem"),
                "maildir".to_owned(),
                path("base"),
            ],
        ))
    }

    fn add_account(&self, site: &Site, account: &Account) -> io::Result<()> {
        let (user, hash) = (&account.user, pbkdf2(&account.password)?);
        let append = |file: &str, line: String| {
            let path = site.directory.join("base").join(file);
            let mut file = File::options().create(true).append(true).open(path)?;
            file.write_all(line.as_bytes())
        };
        append("pymap-etc-shadow", format!("{user}:{hash}:::::::\n"))?;
        append("pymap-etc-passwd", format!("{user}:x:0:0::{user}:\n"))?;
        log_in_once(site.port(Protocol::Imap, Security::Plain), account)
    }

    /// No later account has this name, and the whole directory goes with the server.
    fn remove_account(&self, _: &Site, _: &Account) -> io::Result<()> {
        Ok(())
    }

    fn store(&self) -> &'static [&'static str] {
        &["base"]
    }

    fn propagation_limit(&self) -> Duration {
        Duration::from_secs(5)
    }
}
