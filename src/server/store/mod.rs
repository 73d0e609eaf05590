//! The mail of all accounts, shared by all protocols.
//!
//! [`Store`] finds accounts; an [`Account`] guards its [`Mailboxes`] with one lock that is held
//! only inside [`Account::read`] and [`Account::write`], never over an await. Sessions keep their
//! own view of a mailbox and compare it with the [`Mailbox`] when [`Account::changes`] wakes them.

mod account;
mod answer;
mod clock;
mod corrupt;
mod date;
mod expire;
mod flag;
mod mailbox;
mod mailboxes;
mod message;
mod name;
mod quota;

use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

pub(crate) use account::{Account, MaildropLock};
pub(crate) use answer::{Appended, Copied, Listed, StoreError};
pub(crate) use clock::Clock;
pub(crate) use date::{Civil, InternalDate};
pub(crate) use flag::{Flag, FlagChange, Flags};
pub(crate) use mailbox::{Mailbox, Stored};
pub(crate) use mailboxes::Mailboxes;
pub(crate) use message::{Message, NewMessage};
pub(crate) use name::{DELIMITER, SpecialUse, normalize};

use super::fault::FaultSet;
use super::retention::Retention;

/// Every account of a server.
#[derive(Debug)]
pub(crate) struct Store {
    accounts: Mutex<HashMap<String, Arc<Account>>>,
    backup: Mutex<HashMap<String, Mailboxes>>,
    restarts: AtomicU32,
    clock: Clock,
    retention: Retention,
    faults: FaultSet,
}

impl Store {
    /// A store without accounts.
    pub(crate) fn new(retention: Retention, faults: FaultSet) -> Self {
        Self {
            accounts: Mutex::default(),
            backup: Mutex::default(),
            restarts: AtomicU32::new(0),
            clock: Clock::default(),
            retention,
            faults,
        }
    }

    /// Adds an account, or gives a known one a new password.
    pub(crate) fn add_account(&self, user: &str, password: &str) {
        let mut accounts = self.accounts();
        match accounts.get(user) {
            Some(account) => account.set_password(password),
            None => {
                let account = Account::new(Some(password), &self.clock, self.faults.clone());
                accounts.insert(user.to_owned(), Arc::new(account));
            }
        }
    }

    /// Forgets an account and its mail. Sessions that are logged in keep what they see.
    pub(crate) fn remove_account(&self, user: &str) {
        self.accounts().remove(user);
    }

    /// The account of this name.
    pub(crate) fn account(&self, user: &str) -> Option<Arc<Account>> {
        self.accounts().get(user).cloned()
    }

    /// The account that gets mail for postmaster; nobody can log in to it, unless it was added.
    pub(crate) fn postmaster(&self) -> Arc<Account> {
        const NAME: &str = "postmaster";
        let mut accounts = self.accounts();
        let account = accounts.entry(NAME.to_owned());
        Arc::clone(
            account
                .or_insert_with(|| Arc::new(Account::new(None, &self.clock, self.faults.clone()))),
        )
    }

    /// The account of this name, if the password is right.
    pub(crate) fn login(&self, user: &str, password: &str) -> Option<Arc<Account>> {
        self.login_with(user, |right| right == password)
    }

    /// The account of this name, if its password passes.
    pub(crate) fn login_with(
        &self,
        user: &str,
        passes: impl FnOnce(&str) -> bool,
    ) -> Option<Arc<Account>> {
        let account = self.account(user)?;
        account.has_password(passes).then_some(account)
    }

    /// The clock of all that depends on time.
    pub(crate) fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Puts the clock this far forward.
    pub(crate) fn set_clock(&self, shift: Duration) {
        self.clock.set(shift);
    }

    /// A session has ended: time to remove what is too old, while other sessions go on.
    pub(crate) fn session_ended(&self) {
        for account in self.accounts().values() {
            account.write(|mailboxes| mailboxes.expire(self.retention));
        }
    }

    /// Notes that the server was down and is up again.
    pub(crate) fn restarted(&self) {
        self.restarts.fetch_add(1, Ordering::Relaxed);
        for account in self.accounts().values() {
            account.write(Mailboxes::restarted);
        }
    }

    /// Saves the mail of every account.
    pub(crate) fn back_up(&self) {
        let accounts = self.accounts();
        let saved = accounts
            .iter()
            .map(|(user, account)| (user.clone(), account.read(Mailboxes::clone)));
        *self.backup() = saved.collect();
    }

    /// Puts back what was saved, for every account that there still is.
    pub(crate) fn restore(&self) {
        let accounts = self.accounts();
        for (user, saved) in &*self.backup() {
            if let Some(account) = accounts.get(user) {
                account.write(|mailboxes| mailboxes.clone_from(saved));
            }
        }
    }

    fn backup(&self) -> MutexGuard<'_, HashMap<String, Mailboxes>> {
        self.backup.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes that the server was killed.
    pub(crate) fn killed(&self) {
        for account in self.accounts().values() {
            account.write(Mailboxes::killed);
        }
    }

    /// How often the server was down: nothing that a client sees may depend on it.
    pub(crate) fn restarts(&self) -> u32 {
        self.restarts.load(Ordering::Relaxed)
    }

    fn accounts(&self) -> MutexGuard<'_, HashMap<String, Arc<Account>>> {
        self.accounts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_restore_brings_back_the_mail_of_the_accounts_that_there_are() {
        let store = Store::new(Retention::Strict, FaultSet::default());
        store.add_account("ann", "one");
        let ann = store.login("ann", "one").unwrap();
        ann.write(|mailboxes| mailboxes.create("Kept", &[]))
            .unwrap();
        store.back_up();
        ann.write(|mailboxes| mailboxes.delete("Kept")).unwrap();
        store.add_account("bob", "two");
        store.restore();
        assert!(ann.read(|mailboxes| mailboxes.find("Kept").is_some()));
        assert!(store.login("bob", "two").is_some());
    }

    #[test]
    fn a_known_account_keeps_its_mail_and_gets_the_new_password() {
        let store = Store::new(Retention::Strict, FaultSet::default());
        store.add_account("ann", "one");
        let ann = store.login("ann", "one").unwrap();
        ann.write(|m| m.append("INBOX", vec![NewMessage::received(b"x".as_slice())]))
            .unwrap();
        store.add_account("ann", "two");
        assert!(store.login("ann", "one").is_none());
        let ann = store.login("ann", "two").unwrap();
        assert_eq!(ann.read(|m| m.inbox().messages().len()), 1);
        store.remove_account("ann");
        assert!(store.login("ann", "two").is_none());
    }
}
