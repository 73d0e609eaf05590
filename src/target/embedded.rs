//! The embedded server as a target.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::made_account::made_account;
use super::{Account, Control, Corrupted, Facts, Retention, TargetError};
use crate::server::{self, Fault, Options, Server};
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
        let options = with_faults(faults);
        Self::start_with("embedded".to_owned(), options).await
    }

    /// Starts the server with a retention profile.
    pub(super) async fn start_as(
        retention: Retention,
        faults: &[Fault],
    ) -> Result<Self, TargetError> {
        let options = Options {
            retention: to_server(retention),
            ..with_faults(faults)
        };
        Self::start_with(format!("embedded:{retention}"), options).await
    }

    /// Starts the server with maildrops numbered from the newest message.
    pub(super) async fn start_newest_first(faults: &[Fault]) -> Result<Self, TargetError> {
        let options = Options {
            newest_first: true,
            ..with_faults(faults)
        };
        Self::start_with("embedded:newest-first".to_owned(), options).await
    }

    async fn start_with(name: String, options: Options) -> Result<Self, TargetError> {
        let server = Server::start(options).await.map_err(|error| {
            TargetError::Unreachable(format!("the embedded server did not start: {error}"))
        })?;
        let endpoints = endpoints(&server);
        Ok(Self {
            server,
            facts: Facts {
                name,
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

    pub(super) fn retention(&self) -> Retention {
        match self.server.retention() {
            server::Retention::Strict => Retention::Strict,
            server::Retention::HideOnDelete => Retention::HideOnDelete,
            server::Retention::PopOnce => Retention::PopOnce,
            server::Retention::ArchiveOnPop => Retention::ArchiveOnPop,
            server::Retention::Expire(days) => Retention::Expire(days),
            server::Retention::AutoExpunge(days) => Retention::AutoExpunge(days),
        }
    }

    pub(super) fn trust(&self) -> Trust {
        Trust::Authorities(self.server.authority().as_bytes().to_vec())
    }

    /// The ids of the faults that the server came to, present or not.
    pub(super) fn reached(&self) -> Vec<&'static str> {
        self.server.reached().into_iter().map(Fault::id).collect()
    }

    /// Corrupts one response of the server.
    pub(super) fn corrupt(&self, seed: u64, spared: usize) {
        self.server.corrupt(seed, spared);
    }

    /// What was corrupted.
    pub(super) fn corrupted(&self) -> Option<Corrupted> {
        let done = self.server.corruption()?;
        Some(Corrupted {
            manipulation: format!("{:?}", done.manipulation).to_lowercase(),
            response: done.response,
            changes_meaning: done.changes_meaning,
        })
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
            Control::Backup => {
                self.server.stop().await;
                self.server.back_up();
            }
            Control::Restore => {
                self.server.stop().await;
                self.server.restore();
            }
            Control::Kill => self.server.kill().await,
            Control::Start => {}
            Control::Clock(shift) => {
                self.server.set_clock(shift);
                return Ok(());
            }
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

fn with_faults(faults: &[Fault]) -> Options {
    Options {
        faults: faults.to_vec(),
        ..Options::default()
    }
}

fn to_server(retention: Retention) -> server::Retention {
    match retention {
        Retention::Strict => server::Retention::Strict,
        Retention::HideOnDelete => server::Retention::HideOnDelete,
        Retention::PopOnce => server::Retention::PopOnce,
        Retention::ArchiveOnPop => server::Retention::ArchiveOnPop,
        Retention::Expire(days) => server::Retention::Expire(days),
        Retention::AutoExpunge(days) => server::Retention::AutoExpunge(days),
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
    use crate::target::client::{ImapClient, Pop3Client, deliver};
    use crate::target::{Spec, Target};
    use crate::transport::Recorder;

    const LIMIT: Duration = Duration::from_secs(10);
    const MAIL: &[u8] = b"Message-ID: <one@mailspec>\r\n\r\n.a line\r\n";

    #[tokio::test]
    async fn the_clients_deliver_list_and_remove_with_and_without_tls() {
        let target = Target::start(&Spec::Embedded(Vec::new())).await.unwrap();
        let account = target.lease(1).await.unwrap().remove(0);
        let (options, recorder) = (target.transport(), Recorder::new());
        let mut delivered = 0;
        for endpoint in target.endpoints() {
            match endpoint.protocol {
                Protocol::Smtp | Protocol::Lmtp => {
                    let address = &account.address;
                    deliver(endpoint, address, MAIL, "test", options, &recorder, LIMIT)
                        .await
                        .unwrap();
                    delivered += 1;
                }
                Protocol::Imap | Protocol::Pop3 => {}
            }
        }
        for endpoint in target.endpoints() {
            match endpoint.protocol {
                Protocol::Imap => {
                    let client =
                        ImapClient::connect(endpoint, &account, "test", options, &recorder, LIMIT);
                    let mut client = client.await.unwrap();
                    let listed = client.messages("INBOX").await.unwrap().unwrap();
                    assert_eq!(listed.len(), delivered, "{endpoint:?}");
                    assert_eq!(listed[0].message_id.as_deref(), Some("<one@mailspec>"));
                    client.create("A/B").await.unwrap();
                    let uid = client.append("A/B", &[], None, MAIL).await.unwrap();
                    let listed = client.messages("A/B").await.unwrap().unwrap();
                    assert_eq!(Some(listed[0].uid), uid);
                    client.remove_all("A/B").await.unwrap();
                    client.delete("A/B").await.unwrap();
                    assert_eq!(client.messages("A/B").await.unwrap(), None);
                    client.logout().await;
                }
                Protocol::Pop3 => {
                    let client =
                        Pop3Client::connect(endpoint, &account, "test", options, &recorder, LIMIT);
                    let mut client = client.await.unwrap();
                    assert_eq!(client.unique_ids().await.unwrap().len(), delivered);
                    assert!(
                        client
                            .retrieve(1)
                            .await
                            .unwrap()
                            .ends_with(b"\n.a line\r\n")
                    );
                    client.quit().await.unwrap();
                }
                Protocol::Smtp | Protocol::Lmtp => {}
            }
        }
        target.give_back(vec![account]).await.unwrap();
        target.stop().await;
    }

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
