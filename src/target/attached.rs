//! A server that runs already: its accounts are lent out one by one and cleared when they come
//! back.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Semaphore;

use super::client::ClientError;
use super::contents::{Access, Occupied};
use super::doctor::{self, Admitted, Check, Diagnosis, admit, for_logins};
use super::hook::{AccountHooks, Hook};
use super::journal::{Baseline, InUse, Journal};
use super::ready::all_greet;
use super::url::default_address;
use super::{Account, Control, External, Facts, Retention, TargetError};
use crate::transport::{Endpoint, Options};
use crate::wire::Protocol;

/// How long a change may take to reach other sessions where the user does not say.
pub(super) const PROPAGATION_LIMIT: Duration = Duration::from_secs(5);

/// How long a server may take from the end of a hook that starts it to its greetings.
const START_LIMIT: Duration = Duration::from_secs(30);

/// How long a server may take to greet before it counts as dead.
const DEATH_LIMIT: Duration = Duration::from_secs(10);

/// A server that runs already.
#[derive(Debug)]
pub(super) struct Attached {
    external: External,
    facts: Facts,
    controls: Vec<Control>,
    access: Access,
    journal: Option<Journal>,
    /// As many permits as there are free accounts.
    permits: Semaphore,
    accounts: Mutex<Vec<Lent>>,
    /// How many accounts were made.
    count: AtomicUsize,
    life: tokio::sync::Mutex<Life>,
}

/// What is known of the server itself.
#[derive(Debug, Default)]
struct Life {
    /// It was asked to stop.
    stopped: bool,
    /// Why it is dead, once that was found out.
    death: Option<String>,
}

/// An account and what is known of it.
#[derive(Clone, Debug)]
struct Lent {
    account: Account,
    /// What was in it before mailspec used it.
    baseline: Baseline,
    state: State,
    /// A hook made it.
    made: bool,
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
        let (access, admitted) = admit(external, options).await?;
        let lent = |it: Admitted| Lent {
            account: it.account,
            baseline: it.baseline,
            state: State::Free,
            made: false,
        };
        let accounts: Vec<Lent> = admitted.into_iter().map(lent).collect();
        let journal = external.journal.clone().map(Journal::new);
        Ok(Self {
            facts: Facts {
                name: external.name.clone(),
                version: None,
            },
            controls: controls(external),
            external: external.clone(),
            access,
            journal,
            permits: Semaphore::new(accounts.len()),
            accounts: Mutex::new(accounts),
            count: AtomicUsize::new(0),
            life: tokio::sync::Mutex::default(),
        })
    }

    pub(super) fn facts(&self) -> &Facts {
        &self.facts
    }

    pub(super) fn endpoints(&self) -> &[Endpoint] {
        &self.external.endpoints
    }

    pub(super) fn retention(&self) -> Option<Retention> {
        self.external.retention
    }

    pub(super) fn propagation_limit(&self) -> Duration {
        self.external.propagation_limit.unwrap_or(PROPAGATION_LIMIT)
    }

    pub(super) fn capacity(&self) -> usize {
        match self.external.account_hooks.create {
            Some(_) => usize::MAX,
            None => self.external.accounts.len(),
        }
    }

    /// What the hooks can do.
    pub(super) fn controls(&self) -> &[Control] {
        &self.controls
    }

    /// Capabilities that the target file claims.
    pub(super) fn claimed(&self, protocol: Protocol) -> Vec<String> {
        let all = self.external.capabilities.iter();
        all.filter(|(of, _)| *of == protocol)
            .map(|(_, name)| name.clone())
            .collect()
    }

    /// Runs the hook for it, and waits until every endpoint greets, or none of it is to.
    pub(super) async fn control(&self, control: Control) -> Result<(), TargetError> {
        let hooks = &self.external.control_hooks;
        let Some(hook) = hooks.of(control) else {
            return Err(TargetError::Unsupported("do that: no hook is given"));
        };
        let mut life = self.life.lock().await;
        hook.run_control(control).await?;
        life.stopped = control == Control::Stop;
        if !life.stopped {
            let endpoints = &self.external.endpoints;
            let greeted = all_greet(endpoints, &self.access.options, START_LIMIT).await;
            greeted.map_err(TargetError::Unreachable)?;
        }
        Ok(())
    }

    /// Waits until there are enough free accounts and takes them.
    pub(super) async fn lease(&self, wanted: usize) -> Result<Vec<Account>, TargetError> {
        let have = self.capacity();
        if wanted > have {
            return Err(TargetError::Accounts { wanted, have });
        }
        self.make(wanted).await?;
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

    /// Makes accounts, if a hook does that, until as many are free.
    async fn make(&self, wanted: usize) -> Result<(), TargetError> {
        while self.permits.available_permits() < wanted {
            let number = self.count.fetch_add(1, Ordering::Relaxed) + 1;
            let address = |user: &str| default_address(user, &self.external.endpoints);
            let hooks = &self.external.account_hooks;
            let Some(account) = hooks.create(number, address).await? else {
                return Ok(());
            };
            let (baseline, occupied) = self.access.look(&account).await.map_err(|error| {
                let finding = "it cannot log in";
                Diagnosis::fail(Check::Hooks, format!("account {}", account.user), finding)
                    .observed(error.observed())
                    .cure("let the create hook end when the account can be used")
            })?;
            if let Some(occupied) = occupied {
                return Err(refusal(&account, &occupied, false).into());
            }
            if hooks.delete.is_some() {
                self.write_down(&account, baseline.clone())?;
            }
            self.lock().push(Lent {
                account,
                baseline,
                state: State::Free,
                made: true,
            });
            self.permits.add_permits(1);
        }
        Ok(())
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

    /// `Some(why)` if an endpoint for clients does not greet any more. It is asked at each call
    /// until it is dead; then nothing is asked of it again.
    pub(super) async fn death(&self) -> Option<String> {
        let mut life = self.life.lock().await;
        if life.death.is_none() && !life.stopped {
            let endpoints: Vec<Endpoint> = for_logins(&self.external.endpoints).cloned().collect();
            let greeted = all_greet(&endpoints, &self.access.options, DEATH_LIMIT).await;
            life.death = greeted.err();
        }
        life.death.clone()
    }

    /// Clears what is still in use, and removes the accounts that were made. What cannot be
    /// cleared stays in the journal.
    pub(super) async fn stop(self) {
        let deletes = self.external.account_hooks.delete.is_some();
        let left: Vec<Account> = self
            .lock()
            .iter()
            .filter(|lent| lent.state != State::Free || lent.made && deletes)
            .map(|lent| lent.account.clone())
            .collect();
        for account in left {
            let _ = match (deletes, self.is_made(&account)) {
                (true, true) => self.delete(&account).await,
                _ => self.clear(&account).await,
            };
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
        if lent.made && self.external.account_hooks.delete.is_some() {
            // It has been written down since it was made.
            return Ok(());
        }
        self.write_down(&lent.account, baseline)
    }

    /// Writes down that an account is in use.
    fn write_down(&self, account: &Account, baseline: Baseline) -> Result<(), TargetError> {
        let Some(journal) = &self.journal else {
            return Ok(());
        };
        let in_use = InUse {
            target: self.external.name.clone(),
            user: account.user.clone(),
            baseline,
        };
        journal
            .lease(in_use)
            .map_err(|error| unwritten(journal, &error))
    }

    /// Writes down that an account is not in use any more.
    fn strike_out(&self, account: &Account) -> Result<(), TargetError> {
        match &self.journal {
            None => Ok(()),
            Some(journal) => journal
                .give_back(&self.external.name, &account.user)
                .map_err(|error| unwritten(journal, &error)),
        }
    }

    fn is_made(&self, account: &Account) -> bool {
        let accounts = self.lock();
        accounts.iter().any(|it| it.made && it.account == *account)
    }

    /// Runs the hook that removes an account.
    async fn delete(&self, account: &Account) -> Result<(), TargetError> {
        if let Some(hook) = &self.external.account_hooks.delete {
            hook.run_for(account).await?;
            self.strike_out(account)?;
        }
        Ok(())
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
        if let Some(why) = &self.life.lock().await.death {
            let user = &account.user;
            let why = format!("account {user} is not cleared, for the server is dead: {why}");
            return Err(TargetError::Unreachable(why));
        }
        let hooks = &self.external.account_hooks;
        empty(hooks.reset.as_ref(), &self.access, account, &baseline).await?;
        match hooks.delete.is_some() && self.is_made(account) {
            true => Ok(()),
            false => self.strike_out(account),
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
/// When the journal cannot be read or written, or an account cannot be cleared; the others before
/// it are clear then.
pub async fn clear_left_over(
    external: &External,
    options: &Options,
) -> Result<Vec<String>, TargetError> {
    let Some(journal) = external.journal.clone().map(Journal::new) else {
        return Ok(Vec::new());
    };
    let access = doctor::access(external, &external.endpoints, options)?;
    let in_use = journal
        .in_use()
        .map_err(|error| unwritten(&journal, &error))?;
    let AccountHooks { reset, delete, .. } = &external.account_hooks;
    let mut cleared = Vec::new();
    for left in in_use.iter().filter(|left| left.target == external.name) {
        let account = external.accounts.iter().find(|it| it.user == left.user);
        match (account, delete) {
            (Some(account), _) => {
                empty(reset.as_ref(), &access, account, &left.baseline).await?;
            }
            (None, Some(delete)) => {
                let gone = Account {
                    user: left.user.clone(),
                    password: String::new(),
                    address: default_address(&left.user, &external.endpoints),
                };
                delete.run_for(&gone).await?;
            }
            (None, None) => continue,
        }
        journal
            .give_back(&left.target, &left.user)
            .map_err(|error| unwritten(&journal, &error))?;
        cleared.push(left.user.clone());
    }
    Ok(cleared)
}

/// Empties an account: with the hook for that, or over its own protocol.
async fn empty(
    reset: Option<&Hook>,
    access: &Access,
    account: &Account,
    baseline: &Baseline,
) -> Result<(), TargetError> {
    let user = &account.user;
    let unclear = |error: ClientError| {
        TargetError::Unreachable(format!("cannot clear account {user}: {error}"))
    };
    let Some(reset) = reset else {
        return access.clear(account, baseline).await.map_err(unclear);
    };
    reset.run_for(account).await?;
    match access.look(account).await.map_err(unclear)? {
        (_, None) => Ok(()),
        (_, Some(Occupied { mailbox, messages })) => {
            let finding = format!("it left {messages} messages in {mailbox} of account {user}");
            let fail = Diagnosis::fail(Check::Hooks, "hook reset", finding);
            Err(fail
                .cure("let it empty every mailbox, and remove those that were made")
                .into())
        }
    }
}

/// What there are hooks for.
fn controls(external: &External) -> Vec<Control> {
    let all = Control::ALL.into_iter();
    all.filter(|control| external.control_hooks.of(*control).is_some())
        .collect()
}

/// True if the journal says that the account is in use.
pub(super) fn was_left(journal: Option<&Journal>, target: &str, user: &str) -> bool {
    let in_use = journal.and_then(|journal| journal.in_use().ok());
    in_use
        .unwrap_or_default()
        .iter()
        .any(|left| left.target == target && left.user == user)
}

/// Why an account that is not empty is not used.
pub(super) fn refusal(account: &Account, occupied: &Occupied, killed: bool) -> Diagnosis {
    let Occupied { mailbox, messages } = occupied;
    let what = match messages {
        0 => format!("it has a mailbox {mailbox}"),
        1 => format!("it has 1 message in {mailbox}"),
        _ => format!("it has {messages} messages in {mailbox}"),
    };
    let way_out = if killed {
        "a run that was killed left it so: mailspec doctor --clean"
    } else {
        "give an account that is empty, or --allow-non-empty to work beside what is there"
    };
    let subject = format!("account {}", account.user);
    Diagnosis::fail(Check::Empty, subject, what).cure(way_out)
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
        let target = Target::start(&Spec::External(external.clone().into()))
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

        let refused = Target::start(&Spec::External(external.into()))
            .await
            .unwrap_err();
        assert!(matches!(refused, TargetError::Unfit(_)), "{refused}");
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
        let account = Account {
            user: "a".to_owned(),
            password: "x".to_owned(),
            address: "a@h".to_owned(),
        };
        assert_eq!(
            refusal(&account, &occupied("INBOX", 3), false).to_string(),
            "account a: it has 3 messages in INBOX; give an account that is empty, \
             or --allow-non-empty to work beside what is there"
        );
        assert_eq!(
            refusal(&account, &occupied("Family", 0), true).to_string(),
            "account a: it has a mailbox Family; a run that was killed left it so: \
             mailspec doctor --clean"
        );
    }
}
