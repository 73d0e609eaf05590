//! A server that runs already: its accounts are lent out one by one and cleared when they come back.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Semaphore;

use super::contents::{Access, Occupied};
use super::journal::{Baseline, InUse, Journal};
use super::ready::all_greet;
use super::{Account, External, Facts, TargetError};
use crate::transport::{Endpoint, Options};
use crate::wire::Protocol;

/// How long a change may take to reach other sessions where the user does not say.
const PROPAGATION_LIMIT: Duration = Duration::from_secs(5);

/// How long its endpoints may take to greet.
const GREETING_LIMIT: Duration = Duration::from_secs(10);

/// A server that runs already.
#[derive(Debug)]
pub(super) struct Attached {
    external: External,
    facts: Facts,
    access: Access,
    journal: Option<Journal>,
    /// As many permits as there are free accounts.
    permits: Semaphore,
    accounts: Mutex<Vec<Lent>>,
}

/// An account and what is known of it.
#[derive(Clone, Debug)]
struct Lent {
    account: Account,
    /// What was in it before mailspec used it.
    baseline: Baseline,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Free,
    InUse,
    /// Free, but clearing it did not succeed.
    Dirty,
}

impl Attached {
    /// Waits until every endpoint greets, logs in to every account, and refuses accounts that hold
    /// mail.
    pub(super) async fn start(external: &External, options: &Options) -> Result<Self, TargetError> {
        all_greet(&external.endpoints, options, GREETING_LIMIT)
            .await
            .map_err(TargetError::Unreachable)?;
        let access = access(external, options)?;
        let journal = external.journal.clone().map(Journal::new);
        let mut accounts = Vec::with_capacity(external.accounts.len());
        for account in &external.accounts {
            let user = &account.user;
            let (baseline, occupied) = access
                .look(account)
                .await
                .map_err(|error| TargetError::Unsafe(format!("account {user}: {error}")))?;
            if let Some(occupied) = occupied.filter(|_| !external.allow_non_empty) {
                let killed = was_left(journal.as_ref(), &external.name, user);
                return Err(TargetError::Unsafe(refusal(user, &occupied, killed)));
            }
            accounts.push(Lent {
                account: account.clone(),
                baseline,
                state: State::Free,
            });
        }
        Ok(Self {
            facts: Facts {
                name: external.name.clone(),
                version: None,
            },
            external: external.clone(),
            access,
            journal,
            permits: Semaphore::new(accounts.len()),
            accounts: Mutex::new(accounts),
        })
    }

    pub(super) fn facts(&self) -> &Facts {
        &self.facts
    }

    pub(super) fn endpoints(&self) -> &[Endpoint] {
        &self.external.endpoints
    }

    pub(super) fn propagation_limit(&self) -> Duration {
        self.external.propagation_limit.unwrap_or(PROPAGATION_LIMIT)
    }

    pub(super) fn capacity(&self) -> usize {
        self.external.accounts.len()
    }

    /// Waits until there are enough free accounts and takes them.
    pub(super) async fn lease(&self, wanted: usize) -> Result<Vec<Account>, TargetError> {
        let have = self.capacity();
        if wanted > have {
            return Err(TargetError::Accounts { wanted, have });
        }
        let many = u32::try_from(wanted).unwrap_or(u32::MAX);
        // It is never closed.
        if let Ok(permits) = self.permits.acquire_many(many).await {
            permits.forget();
        }
        let taken: Vec<Lent> = self
            .lock()
            .iter_mut()
            .filter(|lent| lent.state != State::InUse)
            .take(wanted)
            .map(|lent| {
                let before = lent.clone();
                lent.state = State::InUse;
                before
            })
            .collect();
        let mut leased = Vec::with_capacity(wanted);
        let mut failure = None;
        for lent in &taken {
            match self.prepare(lent).await {
                Ok(()) => leased.push(lent.account.clone()),
                Err(error) => {
                    self.release(&lent.account, lent.state);
                    failure = Some(error);
                }
            }
        }
        match failure {
            None => Ok(leased),
            Some(error) => {
                // Nothing was put there yet: what fails now fails again at the next lease.
                let _ = self.give_back(leased).await;
                Err(error)
            }
        }
    }

    /// Clears accounts and makes them free; one that cannot be cleared is cleared before it is lent
    /// again.
    pub(super) async fn give_back(&self, accounts: Vec<Account>) -> Result<(), TargetError> {
        let mut outcome = Ok(());
        for account in accounts {
            match self.clear(&account).await {
                Ok(()) => self.release(&account, State::Free),
                Err(error) => {
                    self.release(&account, State::Dirty);
                    outcome = Err(error);
                }
            }
        }
        outcome
    }

    /// Clears what is still in use. What cannot be cleared stays in the journal.
    pub(super) async fn stop(self) {
        let left: Vec<Account> = self
            .lock()
            .iter()
            .filter(|lent| lent.state != State::Free)
            .map(|lent| lent.account.clone())
            .collect();
        for account in left {
            let _ = self.clear(&account).await;
        }
    }

    /// Makes sure that an account is as it was, and writes down that it is in use.
    async fn prepare(&self, lent: &Lent) -> Result<(), TargetError> {
        if lent.state == State::Dirty {
            self.clear(&lent.account).await?;
        }
        let mut baseline = lent.baseline.clone();
        if self.external.allow_non_empty {
            let (now, _) = self
                .access
                .look(&lent.account)
                .await
                .map_err(|error| TargetError::Unreachable(error.to_string()))?;
            baseline = now;
            self.change(&lent.account, |lent| lent.baseline.clone_from(&baseline));
        }
        let Some(journal) = &self.journal else {
            return Ok(());
        };
        let in_use = InUse {
            target: self.external.name.clone(),
            user: lent.account.user.clone(),
            baseline,
        };
        journal
            .lease(in_use)
            .map_err(|error| unwritten(journal, &error))
    }

    async fn clear(&self, account: &Account) -> Result<(), TargetError> {
        let baseline = self
            .lock()
            .iter()
            .find(|lent| lent.account == *account)
            .map(|lent| lent.baseline.clone());
        // An account that was never ours is left alone.
        let Some(baseline) = baseline else {
            return Ok(());
        };
        self.access
            .clear(account, &baseline)
            .await
            .map_err(|error| {
                TargetError::Unreachable(format!("cannot clear account {}: {error}", account.user))
            })?;
        match &self.journal {
            None => Ok(()),
            Some(journal) => journal
                .give_back(&self.external.name, &account.user)
                .map_err(|error| unwritten(journal, &error)),
        }
    }

    fn release(&self, account: &Account, state: State) {
        let mut was_in_use = false;
        self.change(account, |lent| {
            was_in_use = lent.state == State::InUse;
            lent.state = state;
        });
        if was_in_use {
            self.permits.add_permits(1);
        }
    }

    fn change(&self, account: &Account, change: impl FnOnce(&mut Lent)) {
        let mut accounts = self.lock();
        if let Some(lent) = accounts.iter_mut().find(|lent| lent.account == *account) {
            change(lent);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Lent>> {
        self.accounts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Clears the accounts of a target that a killed run left in use; gives their users.
///
/// # Errors
///
/// When the journal cannot be read or written, or an account cannot be cleared; the others before it
/// are clear then.
pub async fn clear_left_over(
    external: &External,
    options: &Options,
) -> Result<Vec<String>, TargetError> {
    let Some(journal) = external.journal.clone().map(Journal::new) else {
        return Ok(Vec::new());
    };
    let access = access(external, options)?;
    let in_use = journal
        .in_use()
        .map_err(|error| unwritten(&journal, &error))?;
    let mut cleared = Vec::new();
    for left in in_use {
        let account = external.accounts.iter().find(|it| it.user == left.user);
        let Some(account) = account.filter(|_| left.target == external.name) else {
            continue;
        };
        access
            .clear(account, &left.baseline)
            .await
            .map_err(|error| {
                TargetError::Unreachable(format!("cannot clear account {}: {error}", left.user))
            })?;
        journal
            .give_back(&left.target, &left.user)
            .map_err(|error| unwritten(&journal, &error))?;
        cleared.push(left.user);
    }
    Ok(cleared)
}

/// IMAP shows all of an account; POP3 will do where there is no IMAP.
fn access(external: &External, options: &Options) -> Result<Access, TargetError> {
    let of = |protocol| {
        external
            .endpoints
            .iter()
            .find(move |endpoint| endpoint.protocol == protocol)
    };
    let endpoint = of(Protocol::Imap)
        .or_else(|| of(Protocol::Pop3))
        .ok_or_else(|| {
            let why = "an imap or pop3 endpoint is needed to see that accounts are empty";
            TargetError::Unsafe(why.to_owned())
        })?;
    Ok(Access {
        endpoint: endpoint.clone(),
        options: options.clone(),
    })
}

fn was_left(journal: Option<&Journal>, target: &str, user: &str) -> bool {
    let in_use = journal.and_then(|journal| journal.in_use().ok());
    in_use
        .unwrap_or_default()
        .iter()
        .any(|left| left.target == target && left.user == user)
}

fn refusal(user: &str, occupied: &Occupied, killed: bool) -> String {
    let Occupied { mailbox, messages } = occupied;
    let what = match messages {
        0 => format!("has a mailbox {mailbox}"),
        1 => format!("has 1 message in {mailbox}"),
        _ => format!("has {messages} messages in {mailbox}"),
    };
    let way_out = if killed {
        "a run that was killed left it so: mailspec doctor --clean"
    } else {
        "give an account that is empty, or --allow-non-empty to work beside what is there"
    };
    format!("account {user} {what}; {way_out}")
}

fn unwritten(journal: &Journal, error: &std::io::Error) -> TargetError {
    TargetError::Unreachable(format!(
        "cannot keep the journal {}: {error}",
        journal.path().display()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::target::client::ImapClient;
    use crate::target::{Spec, Target};
    use crate::transport::Recorder;

    async fn client(target: &Target, account: &Account) -> ImapClient {
        let endpoint = target.endpoint(Protocol::Imap).unwrap();
        let (options, recorder) = (target.transport(), Recorder::new());
        let limit = Duration::from_secs(10);
        ImapClient::connect(endpoint, account, "test", options, &recorder, limit)
            .await
            .unwrap()
    }

    #[tokio::test]
    async fn an_account_is_cleared_before_the_next_one_waiting_gets_it() {
        let directory = tempfile::tempdir().unwrap();
        let journal = Journal::new(directory.path().join("journal"));
        let server = Target::start(&Spec::Embedded(Vec::new())).await.unwrap();
        let external = External {
            name: "test".to_owned(),
            endpoints: vec![server.endpoint(Protocol::Imap).unwrap().clone()],
            accounts: server.lease(1).await.unwrap(),
            journal: Some(journal.path().to_owned()),
            ..External::default()
        };
        let target = Target::start(&Spec::External(external.clone()))
            .await
            .unwrap();
        let leased = target.lease(1).await.unwrap();
        let user = &leased[0];
        assert_eq!(journal.in_use().unwrap()[0].user, user.user);
        let mut imap = client(&target, user).await;
        imap.create("Family/Photos").await.unwrap();
        imap.append("Family/Photos", &[], None, b"\r\nx\r\n")
            .await
            .unwrap();
        imap.append("INBOX", &[], None, b"\r\nx\r\n").await.unwrap();
        imap.logout().await;

        let refused = Target::start(&Spec::External(external)).await.unwrap_err();
        assert!(matches!(refused, TargetError::Unsafe(_)), "{refused}");
        let too_many = target.lease(2).await.unwrap_err();
        assert!(matches!(
            too_many,
            TargetError::Accounts { wanted: 2, have: 1 }
        ));

        let (next, given) = tokio::join!(target.lease(1), target.give_back(leased));
        given.unwrap();
        let next = next.unwrap();
        let mut imap = client(&target, &next[0]).await;
        assert_eq!(imap.messages("INBOX").await.unwrap(), Some(Vec::new()));
        assert_eq!(imap.messages("Family").await.unwrap(), None);
        imap.logout().await;
        target.stop().await;
        assert!(!journal.path().exists());
    }

    #[test]
    fn a_refusal_names_account_mailbox_count_and_the_way_out() {
        let occupied = |mailbox: &str, messages| Occupied {
            mailbox: mailbox.to_owned(),
            messages,
        };
        assert_eq!(
            refusal("a", &occupied("INBOX", 3), false),
            "account a has 3 messages in INBOX; give an account that is empty, \
             or --allow-non-empty to work beside what is there"
        );
        assert_eq!(
            refusal("a", &occupied("Family", 0), true),
            "account a has a mailbox Family; a run that was killed left it so: \
             mailspec doctor --clean"
        );
    }
}
