//! Crymap: IMAP inside TLS and LMTP, with encrypted mail.

use std::fs;
use std::io;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use super::identity::Identity;
use super::install::not_installed;
use super::process::Program;
use super::program::{find_program, output, unpacked};
use super::site::Site;
use super::template::fill;
use super::{Account, Recipe, TargetError};
use crate::transport::Security;
use crate::wire::Protocol;

const CONFIGURATION: &str = include_str!("../../../fixtures/servers/crymap/crymap.toml.in");
const LOGGING: &str = include_str!("../../../fixtures/servers/crymap/logging.toml.in");
const ADD_USER: &str = include_str!("../../../fixtures/servers/crymap/add_user.py");
const RUN: &str = include_str!("../../../fixtures/servers/crymap/run.sh");

/// The first user. To make one takes seconds (a large RSA key), so that the others are copies of
/// this one's folder, which does not hold the name; the password stays the same.
const FIRST: &str = "mailspec";
const PASSWORD: &str = "crymap-password";

/// The server.
#[derive(Debug)]
pub(super) struct Crymap;

impl Recipe for Crymap {
    fn version(&self) -> Result<String, TargetError> {
        find_program("python3")
            .and_then(|_| output(&program(), &["--version"]))
            .map(|said| said.replace("crymap", "Crymap"))
            .ok_or_else(|| not_installed("crymap"))
    }

    fn services(&self) -> &'static [(Protocol, Security)] {
        &[
            (Protocol::Imap, Security::Implicit),
            (Protocol::Lmtp, Security::Plain),
        ]
    }

    fn configure(&self, site: &Site) -> io::Result<Program> {
        let directory = &site.directory;
        let values = [("DIR", directory.display().to_string())];
        fs::create_dir(directory.join("users"))?;
        fs::write(directory.join("crymap.toml"), fill(CONFIGURATION, &values))?;
        fs::write(directory.join("logging.toml"), fill(LOGGING, &values))?;
        let adds = directory.join("add_user.py");
        fs::write(&adds, ADD_USER)?;
        site.write_inetd()?;
        let mut add = Command::new("python3");
        add.arg(adds).arg(program()).arg(directory);
        add.args([FIRST, PASSWORD]);
        if Identity::is_root() {
            add.args(["--uid", &site.mail_owner.uid.to_string()]);
        }
        let added = add.output()?;
        if !added.status.success() {
            let said = String::from_utf8_lossy(&added.stderr);
            return Err(io::Error::other(format!("no first user: {}", said.trim())));
        }
        let run = directory.join("run.sh");
        fs::write(&run, RUN)?;
        let text = |path: PathBuf| path.display().to_string();
        Ok(Program::new(
            "/bin/sh",
            [
                text(run),
                text(directory.clone()),
                text(program()),
                site.port(Protocol::Imap, Security::Implicit).to_string(),
                site.port(Protocol::Lmtp, Security::Plain).to_string(),
            ],
        ))
    }

    fn credentials(&self, account: Account) -> Account {
        Account {
            password: PASSWORD.to_owned(),
            ..account
        }
    }

    fn add_account(&self, site: &Site, account: &Account) -> io::Result<()> {
        let users = site.directory.join("users");
        let copied = Command::new("cp")
            .arg("-a")
            .arg(users.join(FIRST))
            .arg(users.join(&account.user))
            .status()?;
        if copied.success() {
            Ok(())
        } else {
            Err(io::Error::other("the first user cannot be copied"))
        }
    }

    fn remove_account(&self, site: &Site, account: &Account) -> io::Result<()> {
        // A session that is just ending may put a file back.
        let _ = fs::remove_dir_all(site.directory.join("users").join(&account.user));
        Ok(())
    }

    fn store(&self) -> &'static [&'static str] {
        &["users"]
    }

    fn propagation_limit(&self) -> Duration {
        Duration::from_secs(5)
    }
}

fn program() -> PathBuf {
    unpacked("crymap", "bin/crymap")
}
