//! What an account can do with mail: write, remove, see the same over every protocol, share it with
//! nobody.

use std::time::SystemTime;

use tokio::time::{Instant, sleep};

use super::Patient;
use super::clock;
use super::diagnosis::{Check, Diagnosis};
use crate::target::Account;
use crate::target::client::{ClientError, ImapClient, Listed};
use crate::target::contents::Access;
use crate::transport::Endpoint;
use crate::wire::Protocol;

/// A mailbox of the doctor's own.
const MAILBOX: &str = "mailspec-doctor";

/// How far the server's clock may be off before it is said, and before no date can be tested.
const CLOCK_ODD: i64 = 120;
const CLOCK_WRONG: i64 = 3600;

/// How many of the newest messages of a maildrop are looked at.
const NEWEST: usize = 8;

/// A message by which the doctor finds out where mail goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Probe(String);

impl Probe {
    /// A message like no other.
    pub(super) fn new(purpose: &str) -> Self {
        let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        let nanos = since.map_or(0, |since| since.as_nanos());
        Self(format!("<doctor-{purpose}-{nanos}@mailspec.test>"))
    }

    /// Its octets.
    pub(super) fn message(&self) -> Vec<u8> {
        let Self(id) = self;
        format!(
            "From: mailspec <mailspec@localhost>\r\nSubject: mailspec doctor\r\n\
             Message-ID: {id}\r\n\r\nYou can remove this message.\r\n"
        )
        .into_bytes()
    }

    /// True if this is the Message-ID of a listed message.
    pub(super) fn is(&self, listed: &Listed) -> bool {
        listed.message_id.as_ref() == Some(&self.0)
    }

    /// True if this message is in a maildrop.
    async fn is_in_maildrop(
        &self,
        access: &Access,
        account: &Account,
    ) -> Result<bool, ClientError> {
        let mut client = access.pop3(account).await?;
        let sizes = client.sizes().await?;
        let mut found = false;
        for (number, _) in sizes.iter().rev().take(NEWEST) {
            let octets = client.retrieve(*number).await?;
            let text = String::from_utf8_lossy(&octets);
            found |= text.lines().any(|line| line.trim_end().ends_with(&self.0));
        }
        client.quit().await?;
        Ok(found)
    }

    /// True if this message is in INBOX.
    pub(super) async fn is_in_inbox(
        &self,
        access: &Access,
        account: &Account,
    ) -> Result<bool, ClientError> {
        if access.endpoint.protocol == Protocol::Pop3 {
            return self.is_in_maildrop(access, account).await;
        }
        let mut client = access.imap(account).await?;
        let listed = client.messages("INBOX").await?.unwrap_or_default();
        client.logout().await;
        Ok(listed.iter().any(|listed| self.is(listed)))
    }
}

impl Patient<'_> {
    /// Puts a message into each INBOX, looks where it is seen, and makes and removes a mailbox.
    pub(super) async fn mail(&mut self, accounts: &[&Account]) {
        if self.access.endpoint.protocol != Protocol::Imap {
            return;
        }
        let mut probes: Vec<(&Account, Probe)> = Vec::new();
        for &account in accounts {
            let probe = Probe::new("append");
            match self.write(account, &probe).await {
                Ok(()) => probes.push((account, probe)),
                Err(diagnosis) => self.say(diagnosis),
            }
        }
        self.distinct(&probes).await;
        self.same_mail(&probes).await;
    }

    /// Everything that a scenario does to get its mailboxes.
    async fn write(&mut self, account: &Account, probe: &Probe) -> Result<(), Diagnosis> {
        let refused = |what: &str, error: ClientError| write_trouble(account, what, &error);
        let opened = self.access.imap(account).await;
        let mut client = opened.map_err(|error| refused("the account cannot be opened", error))?;
        client
            .append("INBOX", &[], None, &probe.message())
            .await
            .map_err(|error| refused("no message can be put into INBOX", error))?;
        let listed = client.messages("INBOX").await;
        let listed = listed.map_err(|error| refused("INBOX cannot be read", error))?;
        let mine = listed.into_iter().flatten().find(|it| probe.is(it));
        self.clock(account, mine.and_then(|listed| listed.internal_date));
        let made = make_and_remove(&mut client).await;
        made.map_err(|error| refused("mailboxes cannot be made and removed", error))?;
        // A message that can be put there and not removed would stay.
        let spare = Probe::new("remove");
        client
            .append("INBOX", &[], None, &spare.message())
            .await
            .map_err(|error| refused("no second message can be put into INBOX", error))?;
        client
            .remove("INBOX", |listed| spare.is(listed))
            .await
            .map_err(|error| refused("messages in INBOX cannot be removed", error))?;
        client.logout().await;
        let finding = "messages and mailboxes can be made and removed";
        self.say(Diagnosis::ok(Check::Write, subject(account), finding));
        Ok(())
    }

    /// Once is enough: it is one server.
    fn clock(&mut self, account: &Account, internal_date: Option<String>) {
        if std::mem::replace(&mut self.clock_seen, true) {
            return;
        }
        let endpoint = &self.access.endpoint;
        let Some(date) = internal_date else {
            let finding = "a message that was appended shows no INTERNALDATE";
            let warning = Diagnosis::warn(Check::Clock, endpoint, finding);
            return self.say(warning.observed(format!("in INBOX of {}", account.user)));
        };
        let observed = format!("INTERNALDATE \"{date}\"");
        let diagnosis = match clock::seconds(&date).map(|seconds| seconds - clock::now()) {
            None => Diagnosis::warn(Check::Clock, endpoint, "INTERNALDATE is no date"),
            Some(skew) if skew.abs() < CLOCK_ODD => {
                return self.say(Diagnosis::ok(
                    Check::Clock,
                    endpoint,
                    "agrees with this machine's",
                ));
            }
            Some(skew) => {
                let way = if skew < 0 { "behind" } else { "ahead of" };
                let finding = format!(
                    "the server's clock is {} {way} this machine's",
                    clock::span(skew)
                );
                let diagnosis = match skew.abs() < CLOCK_WRONG {
                    true => Diagnosis::warn(Check::Clock, endpoint, finding),
                    false => Diagnosis::fail(Check::Clock, endpoint, finding),
                };
                diagnosis.cure("set the clock or the time zone of the server, or of this machine")
            }
        };
        self.say(diagnosis.observed(observed));
    }

    /// No INBOX shows the message of another account.
    async fn distinct(&mut self, probes: &[(&Account, Probe)]) {
        let mut alike = false;
        for (account, _) in probes {
            let listed = match self.listed(account).await {
                Ok(listed) => listed,
                Err(error) => {
                    let finding = "INBOX cannot be read";
                    let trouble = write_trouble(account, finding, &error);
                    return self.say(trouble);
                }
            };
            let foreign = probes
                .iter()
                .filter(|(other, _)| other.user != account.user)
                .find(|(_, probe)| listed.iter().any(|it| probe.is(it)));
            if let Some((other, Probe(id))) = foreign {
                alike = true;
                let finding = format!("it is the same mailbox as that of {}", other.user);
                let fail = Diagnosis::fail(Check::Distinct, subject(account), finding)
                    .observed(format!("{id}, appended for {}, is in INBOX", other.user))
                    .cure("give accounts with mailboxes of their own: one of these is an alias");
                self.say(fail);
                break;
            }
        }
        if !alike && probes.len() > 1 {
            let names: Vec<&str> = probes.iter().map(|(it, _)| it.user.as_str()).collect();
            let subject = format!("accounts {}", names.join(", "));
            let finding = "each has an INBOX of its own";
            self.say(Diagnosis::ok(Check::Distinct, subject, finding));
        }
    }

    async fn listed(&self, account: &Account) -> Result<Vec<Listed>, ClientError> {
        let mut client = self.access.imap(account).await?;
        let listed = client.messages("INBOX").await?.unwrap_or_default();
        client.logout().await;
        Ok(listed)
    }

    /// What IMAP put into INBOX, POP3 must show.
    async fn same_mail(&mut self, probes: &[(&Account, Probe)]) {
        let Some(endpoint) = self.usable(Protocol::Pop3).cloned() else {
            return;
        };
        let access = Access {
            endpoint: endpoint.clone(),
            options: self.access.options.clone(),
        };
        for (account, probe) in probes {
            let diagnosis = self.same_mail_of(account, probe, &access).await;
            self.say(diagnosis);
        }
    }

    async fn same_mail_of(&self, account: &Account, probe: &Probe, access: &Access) -> Diagnosis {
        let limit = self.propagation_limit;
        let deadline = Instant::now() + limit;
        let endpoint: &Endpoint = &access.endpoint;
        loop {
            match probe.is_in_maildrop(access, account).await {
                Ok(true) => {
                    let finding = format!("{endpoint} shows what IMAP put into INBOX");
                    return Diagnosis::ok(Check::SameMail, subject(account), finding);
                }
                Ok(false) if Instant::now() < deadline => sleep(super::POLL).await,
                Ok(false) => {
                    let finding = "POP3 shows another mailbox than IMAP";
                    let limit = clock::limit(limit);
                    return Diagnosis::fail(Check::SameMail, subject(account), finding)
                        .observed(format!(
                            "a message appended to INBOX is not in {endpoint} within {limit}"
                        ))
                        .cure(
                            "let both protocols use one mail store; if they do, raise \
                             --propagation-limit",
                        );
                }
                Err(error) => {
                    return Diagnosis::fail(
                        Check::SameMail,
                        subject(account),
                        "the maildrop cannot be read",
                    )
                    .observed(error.observed())
                    .cure("the server's log says why");
                }
            }
        }
    }
}

/// How an account is called in reports.
pub(super) fn subject(account: &Account) -> String {
    format!("account {}", account.user)
}

async fn make_and_remove(client: &mut ImapClient) -> Result<(), ClientError> {
    // A doctor that was killed may have left it.
    let _ = client.delete(MAILBOX).await;
    client.create(MAILBOX).await?;
    client.delete(MAILBOX).await
}

/// Why something cannot be written.
fn write_trouble(account: &Account, what: &str, error: &ClientError) -> Diagnosis {
    let observed = error.observed();
    let upper = observed.to_ascii_uppercase();
    let (finding, cure) = if upper.contains("[OVERQUOTA]") || upper.contains("QUOTA") {
        (
            "its quota is full",
            "raise the quota, or give an account that is empty",
        )
    } else if upper.contains("READ-ONLY") || upper.contains("[NOPERM]") {
        (
            "it is read-only",
            "give the account the right to write to its own mailboxes",
        )
    } else {
        (
            what,
            "the server's log says why; mailspec needs accounts that may write and remove",
        )
    };
    let finding = match finding == what {
        true => what.to_owned(),
        false => format!("{what}: {finding}"),
    };
    Diagnosis::fail(Check::Write, subject(account), finding)
        .observed(observed)
        .cure(cure)
}
