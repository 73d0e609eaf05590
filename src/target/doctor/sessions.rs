//! How many sessions an account can have at a time.

use super::Patient;
use super::diagnosis::{Check, Diagnosis};
use super::mail::subject;
use crate::target::Account;
use crate::target::client::{ClientError, ImapClient, Pop3Client};
use crate::target::contents::Access;
use crate::transport::Endpoint;
use crate::wire::Protocol;

/// As many as the most crowded scenario has.
const WANTED: usize = 5;

impl Patient<'_> {
    /// Opens sessions until there are enough, or no more.
    pub(super) async fn sessions(&mut self, account: &Account) {
        if let Some(endpoint) = self.usable(Protocol::Imap).cloned() {
            let diagnosis = self.imap_sessions(&endpoint, account).await;
            self.say(diagnosis);
        }
        if let Some(endpoint) = self.usable(Protocol::Pop3).cloned() {
            let diagnosis = self.pop3_sessions(&endpoint, account).await;
            self.say(diagnosis);
        }
    }

    async fn imap_sessions(&self, endpoint: &Endpoint, account: &Account) -> Diagnosis {
        let access = self.access_at(endpoint);
        let mut clients: Vec<ImapClient> = Vec::new();
        let mut refusal = None;
        while clients.len() < WANTED && refusal.is_none() {
            match access.imap(account).await {
                Ok(client) => clients.push(client),
                Err(error) => refusal = Some(error),
            }
        }
        let many = clients.len();
        for client in clients {
            client.logout().await;
        }
        limited(endpoint, account, many, refusal)
    }

    /// One session for each maildrop is what RFC 1939 §4 has.
    async fn pop3_sessions(&self, endpoint: &Endpoint, account: &Account) -> Diagnosis {
        let access = self.access_at(endpoint);
        let first = match access.pop3(account).await {
            Ok(client) => client,
            Err(error) => return limited(endpoint, account, 0, Some(error)),
        };
        let second = access.pop3(account).await;
        let finding = match &second {
            Ok(_) => format!("{endpoint}: two at a time"),
            Err(_) => format!("{endpoint}: one at a time, as RFC 1939 §4 has it"),
        };
        let clients: Vec<Pop3Client> = std::iter::once(first).chain(second).collect();
        for client in clients {
            // Whatever QUIT is answered, nothing was marked.
            let _ = client.quit().await;
        }
        Diagnosis::ok(Check::Sessions, subject(account), finding)
    }

    pub(super) fn access_at(&self, endpoint: &Endpoint) -> Access {
        Access {
            endpoint: endpoint.clone(),
            options: self.access.options.clone(),
        }
    }
}

fn limited(
    endpoint: &Endpoint,
    account: &Account,
    many: usize,
    refusal: Option<ClientError>,
) -> Diagnosis {
    let Some(error) = refusal else {
        let finding = format!("{endpoint}: {many} at a time");
        return Diagnosis::ok(Check::Sessions, subject(account), finding);
    };
    let finding = match many {
        0 => format!("{endpoint}: no session at all"),
        1 => format!("{endpoint}: only 1 session at a time"),
        _ => format!("{endpoint}: only {many} sessions at a time"),
    };
    let diagnosis = match many {
        ..=1 => Diagnosis::fail(Check::Sessions, subject(account), finding),
        _ => Diagnosis::warn(Check::Sessions, subject(account), finding),
    };
    diagnosis.observed(error.observed()).cure(format!(
        "raise the server's limit of sessions for each user and address: scenarios have up to \
         {WANTED} devices at a time"
    ))
}
