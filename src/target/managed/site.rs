//! The private place of one managed server: directory, ports, certificate, identities.

use std::fs::{self, Permissions};
use std::io::{self, Read, Seek, SeekFrom};
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::Command;

use super::certificate::Certificate;
use super::identity::Identity;
use super::port::free_ports;
use crate::transport::{Endpoint, Security};
use crate::wire::Protocol;

/// Listens on a port and starts a program for each connection.
const INETD: &str = include_str!("../../../fixtures/servers/inetd.py");

/// Where a server lives and listens.
#[derive(Clone, Debug)]
pub(super) struct Site {
    /// The private directory.
    pub directory: PathBuf,
    /// What it offers, on 127.0.0.1.
    pub endpoints: Vec<Endpoint>,
    /// Its certificate; `authority.pem`, `chain.pem` and `key.pem` in the directory hold it too.
    pub certificate: Certificate,
    /// The owner of mail.
    pub mail_owner: Identity,
    /// Whoever runs mailspec, if it is not root.
    pub ordinary_user: Option<Identity>,
}

impl Site {
    /// Takes ports, makes a certificate and writes it.
    pub(super) fn prepare(directory: &Path, services: &[(Protocol, Security)]) -> io::Result<Self> {
        let as_root = Identity::is_root();
        let ordinary_user = (!as_root).then(Identity::current).transpose()?;
        let mail_owner = match &ordinary_user {
            Some(user) => user.clone(),
            None => Identity::nobody()?,
        };
        if as_root {
            fs::set_permissions(directory, Permissions::from_mode(0o755))?;
        }
        let certificate = Certificate::generate().map_err(io::Error::other)?;
        fs::write(directory.join("authority.pem"), &certificate.authority)?;
        fs::write(directory.join("chain.pem"), &certificate.chain)?;
        let key = directory.join("key.pem");
        fs::write(&key, "")?;
        fs::set_permissions(&key, Permissions::from_mode(0o600))?;
        fs::write(&key, &certificate.key)?;
        Ok(Self {
            directory: directory.to_owned(),
            endpoints: endpoints(services)?,
            certificate,
            mail_owner,
            ordinary_user,
        })
    }

    /// The port of a service; 0 if the server does not offer it.
    pub(super) fn port(&self, protocol: Protocol, security: Security) -> u16 {
        self.endpoints
            .iter()
            .find(|endpoint| endpoint.protocol == protocol && endpoint.security == security)
            .map_or(0, |endpoint| endpoint.port)
    }

    /// Makes a directory that belongs to the owner of mail.
    pub(super) fn make_mail_directory(&self, name: &str) -> io::Result<PathBuf> {
        let path = self.directory.join(name);
        fs::create_dir(&path)?;
        self.give_to_mail_owner(&path)?;
        Ok(path)
    }

    /// Gives a file to the owner of mail.
    pub(super) fn give_to_mail_owner(&self, path: &Path) -> io::Result<()> {
        chown(path, Some(self.mail_owner.uid), Some(self.mail_owner.gid))
    }

    /// Writes `mail-key.pem`: the private key, for a server that reads it as the owner of mail.
    pub(super) fn give_key_to_mail_owner(&self) -> io::Result<()> {
        let key = self.directory.join("mail-key.pem");
        fs::copy(self.directory.join("key.pem"), &key)?;
        self.give_to_mail_owner(&key)
    }

    /// Copies folders of the directory to a safe place, instead of what was there.
    pub(super) fn back_up(&self, folders: &[&str]) -> io::Result<()> {
        let safe = self.directory.join("backup");
        let _ = fs::remove_dir_all(&safe);
        fs::create_dir(&safe)?;
        folders
            .iter()
            .try_for_each(|folder| copy(&self.directory.join(folder), &safe.join(folder)))
    }

    /// Puts back what [`Self::back_up`] has copied.
    pub(super) fn restore(&self, folders: &[&str]) -> io::Result<()> {
        let safe = self.directory.join("backup");
        folders.iter().try_for_each(|folder| {
            let place = self.directory.join(folder);
            fs::remove_dir_all(&place)?;
            copy(&safe.join(folder), &place)
        })
    }

    /// Writes the script that listens for a server which serves one connection; gives its path.
    pub(super) fn write_inetd(&self) -> io::Result<PathBuf> {
        let path = self.directory.join("inetd.py");
        fs::write(&path, INETD)?;
        Ok(path)
    }

    /// What the server has written to its log, the last lines only.
    pub(super) fn log_tail(&self) -> String {
        const LINES: usize = 5;
        let log = self.read_log_from(0).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(LINES)..].join("\n")
    }

    /// How long the log is, in octets.
    pub(super) fn log_length(&self) -> u64 {
        fs::metadata(self.log()).map_or(0, |data| data.len())
    }

    /// The log from this octet on, at most its last megabytes.
    pub(super) fn read_log_from(&self, start: u64) -> io::Result<String> {
        const MOST: u64 = 16 << 20;
        let mut file = fs::File::open(self.log())?;
        let length = file.metadata()?.len();
        file.seek(SeekFrom::Start(start.max(length.saturating_sub(MOST))))?;
        let mut octets = Vec::new();
        file.take(MOST).read_to_end(&mut octets)?;
        Ok(String::from_utf8_lossy(&octets).into_owned())
    }

    /// The file that holds the server's log and what it says on its standard outputs.
    pub(super) fn log(&self) -> PathBuf {
        self.directory.join("server.log")
    }
}

/// Copies a folder with owners, times and links, as an administrator does it.
fn copy(from: &Path, to: &Path) -> io::Result<()> {
    let output = Command::new("cp").arg("-a").arg(from).arg(to).output()?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(io::Error::other(said.trim().to_owned()))
}

/// Gives every service a port of its own, except that STARTTLS shares the clear one.
fn endpoints(services: &[(Protocol, Security)]) -> io::Result<Vec<Endpoint>> {
    let own = |security| security != Security::StartTls;
    let wanted = services.iter().filter(|(_, security)| own(*security));
    let mut ports = free_ports(wanted.count())?.into_iter();
    let mut endpoints: Vec<Endpoint> = Vec::with_capacity(services.len());
    for &(protocol, security) in services {
        let port = if own(security) {
            ports.next()
        } else {
            endpoints
                .iter()
                .find(|clear| clear.protocol == protocol && clear.security == Security::Plain)
                .map(|clear| clear.port)
        };
        endpoints.push(Endpoint {
            protocol,
            host: "127.0.0.1".to_owned(),
            port: port.ok_or(io::ErrorKind::AddrNotAvailable)?,
            security,
        });
    }
    Ok(endpoints)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn starttls_shares_the_clear_port_and_others_have_their_own() {
        let services = [
            (Protocol::Imap, Security::Plain),
            (Protocol::Imap, Security::StartTls),
            (Protocol::Imap, Security::Implicit),
        ];
        let made = endpoints(&services).unwrap();
        assert_eq!(made[0].port, made[1].port);
        assert_ne!(made[0].port, made[2].port);
        assert!(endpoints(&[(Protocol::Pop3, Security::StartTls)]).is_err());
    }
}
