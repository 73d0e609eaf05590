//! The private place of one managed server: directory, ports, certificate, identities.

use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};

use super::certificate::Certificate;
use super::identity::Identity;
use super::port::free_ports;
use crate::transport::{Endpoint, Security};
use crate::wire::Protocol;

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
        chown(&path, Some(self.mail_owner.uid), Some(self.mail_owner.gid))?;
        Ok(path)
    }

    /// What the server has written to its log, the last lines only.
    pub(super) fn log_tail(&self) -> String {
        const LINES: usize = 5;
        let log = fs::read(self.log()).unwrap_or_default();
        let log = String::from_utf8_lossy(&log);
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(LINES)..].join("\n")
    }

    /// The file that holds the server's log and what it says on its standard outputs.
    pub(super) fn log(&self) -> PathBuf {
        self.directory.join("server.log")
    }
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
