//! Delivery: does mail to an account arrive in its INBOX, and for which address?

use tokio::time::{Instant, sleep};

use super::Patient;
use super::clock;
use super::diagnosis::{Check, Diagnosis};
use super::endpoint::{ACTOR, is_positive};
use super::mail::{Probe, subject};
use crate::engine::Command;
use crate::target::Account;
use crate::target::client::{ClientError, Session, deliver};
use crate::transport::{Endpoint, Recorder};
use crate::wire::Protocol;

impl Patient<'_> {
    /// Delivers a message to each account over each endpoint that delivers.
    pub(super) async fn delivery(&mut self, accounts: &[&Account]) {
        let endpoints: Vec<Endpoint> = self
            .usable
            .iter()
            .filter(|endpoint| matches!(endpoint.protocol, Protocol::Smtp | Protocol::Lmtp))
            .cloned()
            .collect();
        for endpoint in &endpoints {
            for account in accounts {
                let diagnosis = self.deliver(endpoint, account, accounts).await;
                self.say(diagnosis);
            }
        }
    }

    async fn deliver(
        &self,
        endpoint: &Endpoint,
        account: &Account,
        accounts: &[&Account],
    ) -> Diagnosis {
        let probe = Probe::new("deliver");
        let options = &self.access.options;
        let (address, limit) = (&account.address, options.connect_timeout);
        let (octets, recorder) = (probe.message(), Recorder::new());
        let sent = deliver(endpoint, address, &octets, ACTOR, options, &recorder, limit).await;
        if let Err(error) = sent {
            return self.refused(endpoint, account, &error).await;
        }
        let began = Instant::now();
        let mut trouble = None;
        while began.elapsed() < self.propagation_limit || trouble.is_none() {
            match probe.is_in_inbox(&self.access, account).await {
                Ok(true) => {
                    let took = began.elapsed().as_millis();
                    let finding =
                        format!("mail to {address} over {endpoint} is in INBOX after {took} ms");
                    return Diagnosis::ok(Check::Delivery, subject(account), finding);
                }
                Ok(false) => trouble = Some(None),
                Err(error) => trouble = Some(Some(error)),
            }
            sleep(super::POLL).await;
        }
        if let Some(Some(error)) = trouble {
            return Diagnosis::fail(Check::Delivery, subject(account), "INBOX cannot be read")
                .observed(error.observed())
                .cure("the server's log says why");
        }
        self.lost(endpoint, account, accounts, &probe).await
    }

    /// It was accepted, and is not in INBOX.
    async fn lost(
        &self,
        endpoint: &Endpoint,
        account: &Account,
        accounts: &[&Account],
        probe: &Probe,
    ) -> Diagnosis {
        let address = &account.address;
        let fail = |finding: String| Diagnosis::fail(Check::Delivery, subject(account), finding);
        for other in accounts.iter().filter(|other| other.user != account.user) {
            if probe
                .is_in_inbox(&self.access, other)
                .await
                .unwrap_or(false)
            {
                let other = &other.user;
                return fail(format!("mail to {address} arrives at another account"))
                    .observed(format!("{endpoint} put it into INBOX of {other}"))
                    .cure("correct the address (address: in the target file) or the alias");
            }
        }
        if let Some(mailbox) = self.found_in(account, probe).await {
            return fail(format!("mail to {address} does not arrive in INBOX"))
                .observed(format!("{endpoint} put it into {mailbox}"))
                .cure("switch the filter off for this account");
        }
        let limit = clock::limit(self.propagation_limit);
        fail(format!("mail to {address} is accepted and does not arrive"))
            .observed(format!(
                "{endpoint}: accepted, and not in INBOX within {limit}"
            ))
            .cure(
                "look for it in the server's queue and log; if it only takes longer, raise \
                 --propagation-limit",
            )
    }

    /// The other mailbox of the account that holds the message.
    async fn found_in(&self, account: &Account, probe: &Probe) -> Option<String> {
        if self.access.endpoint.protocol != Protocol::Imap {
            return None;
        }
        let mut client = self.access.imap(account).await.ok()?;
        let mut found = None;
        for mailbox in client.mailboxes().await.ok()? {
            if !mailbox.is_selectable() || mailbox.path == "INBOX" {
                continue;
            }
            let listed = client.messages(&mailbox.path).await.ok()?;
            if listed.into_iter().flatten().any(|listed| probe.is(&listed)) {
                found = Some(mailbox.path);
                break;
            }
        }
        client.logout().await;
        found
    }

    /// The server does not take it.
    async fn refused(
        &self,
        endpoint: &Endpoint,
        account: &Account,
        error: &ClientError,
    ) -> Diagnosis {
        let address = &account.address;
        let finding = format!("{endpoint} does not take mail to {address}");
        let accepted = self.accepted_form(endpoint, account).await;
        let cure = match accepted {
            Some(form) => format!("it takes {form}: write address: {form} in the target file"),
            None => "write the account's address in the target file, and let the server deliver \
                     for its domain"
                .to_owned(),
        };
        Diagnosis::fail(Check::Delivery, subject(account), finding)
            .observed(error.observed())
            .cure(cure)
    }

    /// Another form of the address that RCPT takes.
    async fn accepted_form(&self, endpoint: &Endpoint, account: &Account) -> Option<String> {
        let options = &self.access.options;
        let (recorder, limit) = (Recorder::new(), options.connect_timeout);
        let opened = Session::open(endpoint, ACTOR, options, &recorder, limit).await;
        let (mut session, _) = opened.ok()?;
        let hello = match endpoint.protocol {
            Protocol::Lmtp => "LHLO localhost",
            _ => "EHLO localhost",
        };
        for command in [hello, "MAIL FROM:<mailspec@localhost>"] {
            let answer = session.command(command, Command::text(command)).await;
            answer.ok()?;
        }
        let mut accepted = None;
        for form in forms(account, &endpoint.host) {
            let command = format!("RCPT TO:<{form}>");
            let answer = session.command(&command, Command::text(&command)).await;
            if is_positive(&answer.ok()?.last) {
                accepted = Some(form);
                break;
            }
        }
        // The transaction ends here: nothing was sent.
        let _ = session.command("QUIT", Command::text("QUIT")).await;
        session.close().await;
        accepted
    }
}

/// Addresses that the account may have besides the one given.
fn forms(account: &Account, host: &str) -> Vec<String> {
    let local = account.user.split('@').next().unwrap_or_default();
    let mut forms = vec![
        account.user.clone(),
        format!("{local}@{host}"),
        format!("{local}@localhost"),
        format!("{local}@example.org"),
        local.to_owned(),
    ];
    if let Some((_, domain)) = host.split_once('.') {
        forms.push(format!("{local}@{domain}"));
    }
    let mut seen = vec![account.address.clone()];
    forms.retain(|form| {
        let new = !seen.contains(form);
        seen.push(form.clone());
        new
    });
    forms
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_forms_of_an_address_are_tried_once_each() {
        let account = Account {
            user: "anna".to_owned(),
            password: "x".to_owned(),
            address: "anna@localhost".to_owned(),
        };
        assert_eq!(
            forms(&account, "mx.example.org"),
            ["anna", "anna@mx.example.org", "anna@example.org"]
        );
    }
}
