//! The embedded server as a target.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::made_account::made_account;
use super::{Account, Control, Facts, TargetError};
use crate::server::{Fault, Options, Server};
use crate::transport::{Endpoint, Security, Trust};
use crate::wire::Protocol;

/// Sessions are told at once; the time is for a machine with much to do.
pub(super) const PROPAGATION_LIMIT: Duration = Duration::from_secs(1);

/// A running embedded server.
#[derive(Debug)]
pub(super) struct Embedded {
    server: Server,
    facts: Facts,
    endpoints: Vec<Endpoint>,
    /// How many accounts were made.
    made: AtomicU64,
}

impl Embedded {
    /// Starts the server on free ports.
    pub(super) async fn start(faults: &[Fault]) -> Result<Self, TargetError> {
        let options = Options {
            faults: faults.to_vec(),
            ..Options::default()
        };
        let server = Server::start(options).await.map_err(|error| {
            TargetError::Unreachable(format!("the embedded server did not start: {error}"))
        })?;
        let endpoints = endpoints(&server);
        Ok(Self {
            server,
            facts: Facts {
                name: "embedded".to_owned(),
                version: Some(format!("mailspec {}", env!("CARGO_PKG_VERSION"))),
            },
            endpoints,
            made: AtomicU64::new(0),
        })
    }

    pub(super) fn facts(&self) -> &Facts {
        &self.facts
    }

    pub(super) fn endpoints(&self) -> &[Endpoint] {
        &self.endpoints
    }

    pub(super) fn trust(&self) -> Trust {
        Trust::Authorities(self.server.authority().as_bytes().to_vec())
    }

    /// A new account.
    pub(super) fn add_account(&self) -> Account {
        let account = made_account(self.made.fetch_add(1, Ordering::Relaxed) + 1);
        self.server.add_account(&account.user, &account.password);
        account
    }

    /// Removes an account and its mail.
    pub(super) fn remove_account(&self, account: &Account) {
        self.server.remove_account(&account.user);
    }

    pub(super) async fn control(&self, control: Control) -> Result<(), TargetError> {
        match control {
            Control::Restart | Control::Stop => self.server.stop().await,
            Control::Kill => self.server.kill().await,
            Control::Start => {}
        }
        if control != Control::Stop {
            self.server.resume().await.map_err(|error| {
                TargetError::Unreachable(format!("the embedded server is not back: {error}"))
            })?;
        }
        Ok(())
    }

    pub(super) async fn stop(self) {
        self.server.kill().await;
    }
}

fn endpoints(server: &Server) -> Vec<Endpoint> {
    let ports = server.ports();
    [
        (Protocol::Imap, Security::Plain, ports.imap),
        (Protocol::Imap, Security::StartTls, ports.imap),
        (Protocol::Imap, Security::Implicit, ports.imaps),
        (Protocol::Pop3, Security::Plain, ports.pop3),
        (Protocol::Pop3, Security::StartTls, ports.pop3),
        (Protocol::Pop3, Security::Implicit, ports.pop3s),
        (Protocol::Smtp, Security::Plain, ports.smtp),
        (Protocol::Smtp, Security::StartTls, ports.smtp),
        (Protocol::Lmtp, Security::Plain, ports.lmtp),
    ]
    .map(|(protocol, security, port)| Endpoint {
        protocol,
        host: "127.0.0.1".to_owned(),
        port,
        security,
    })
    .into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::target::{Spec, Target};

    #[tokio::test]
    async fn accounts_are_new_each_time_and_controls_work() {
        let target = Target::start(&Spec::Embedded(Vec::new())).await.unwrap();
        let first = target.lease(2).await.unwrap();
        target.give_back(first.clone()).await.unwrap();
        let second = target.lease(1).await.unwrap();
        assert!(!first.contains(&second[0]));

        let port = target.endpoint(Protocol::Pop3).unwrap().port;
        let answers = async || {
            tokio::net::TcpStream::connect(("127.0.0.1", port))
                .await
                .is_ok()
        };
        for &control in target.controls() {
            target.control(control).await.unwrap();
            assert_eq!(answers().await, control != Control::Stop, "{control:?}");
        }
        target.stop().await;
        assert!(!answers().await);
    }
}
