//! One user's mailboxes, password and POP3 lock.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use super::{Clock, Mailboxes};
use crate::server::fault::FaultSet;

/// One user's mail.
#[derive(Debug)]
pub(crate) struct Account {
    password: Mutex<Option<String>>,
    mailboxes: Mutex<Mailboxes>,
    changes: watch::Sender<u64>,
    maildrop_locked: AtomicBool,
    /// Fault: what keeps IMAP out after a POP3 session.
    lock_file: AtomicBool,
}

impl Account {
    pub(super) fn new(password: Option<&str>, clock: &Clock, faults: FaultSet) -> Self {
        Self {
            password: Mutex::new(password.map(str::to_owned)),
            mailboxes: Mutex::new(Mailboxes::new(clock, faults)),
            changes: watch::Sender::default(),
            maildrop_locked: AtomicBool::new(false),
            lock_file: AtomicBool::new(false),
        }
    }

    /// Looks at the mailboxes; the lock is held while `look` runs.
    pub(crate) fn read<T>(&self, look: impl FnOnce(&Mailboxes) -> T) -> T {
        look(&self.lock())
    }

    /// Changes the mailboxes as one atomic step, and wakes the other sessions if anything that
    /// they can see did change.
    pub(crate) fn write<T>(&self, change: impl FnOnce(&mut Mailboxes) -> T) -> T {
        let mut mailboxes = self.lock();
        let before = mailboxes.stamp();
        let result = change(&mut mailboxes);
        if mailboxes.stamp() != before {
            self.changes
                .send_modify(|count| *count = count.wrapping_add(1));
        }
        result
    }

    /// Fault: as [`Self::write`], and nobody is woken.
    pub(crate) fn write_unheard<T>(&self, change: impl FnOnce(&mut Mailboxes) -> T) -> T {
        change(&mut self.lock())
    }

    /// Wakes (`changed().await`) after each change of any mailbox of the account, one's own too.
    /// Subscribe before looking, so that nothing falls between.
    pub(crate) fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    /// The exclusive-access lock of RFC 1939 §4, or nothing if another session has it.
    pub(crate) fn lock_maildrop(self: &Arc<Self>) -> Option<MaildropLock> {
        let was_locked = self.maildrop_locked.swap(true, Ordering::AcqRel);
        (!was_locked).then(|| MaildropLock(Arc::clone(self)))
    }

    /// Fault: POP3 leaves a lock behind.
    pub(crate) fn leave_lock_file(&self) {
        self.lock_file.store(true, Ordering::Release);
    }

    /// Fault: whether POP3 left a lock behind.
    pub(crate) fn has_lock_file(&self) -> bool {
        self.lock_file.load(Ordering::Acquire)
    }

    /// Whether there is a password that passes; nobody logs in to an account without one.
    pub(super) fn has_password(&self, passes: impl FnOnce(&str) -> bool) -> bool {
        self.password().as_deref().is_some_and(passes)
    }

    pub(super) fn set_password(&self, password: &str) {
        *self.password() = Some(password.to_owned());
    }

    fn password(&self) -> MutexGuard<'_, Option<String>> {
        self.password.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lock(&self) -> MutexGuard<'_, Mailboxes> {
        self.mailboxes
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// A POP3 session's lock on the maildrop; dropping it gives the maildrop free.
#[derive(Debug)]
pub(crate) struct MaildropLock(Arc<Account>);

impl Drop for MaildropLock {
    fn drop(&mut self) {
        self.0.maildrop_locked.store(false, Ordering::Release);
    }
}

#[cfg(test)]
mod tests {
    use super::super::NewMessage;
    use super::*;

    fn account() -> Arc<Account> {
        Arc::new(Account::new(
            Some("x"),
            &Clock::default(),
            FaultSet::default(),
        ))
    }

    #[test]
    fn the_maildrop_lock_is_exclusive_until_dropped() {
        let account = account();
        let lock = account.lock_maildrop();
        assert!(lock.is_some());
        assert!(account.lock_maildrop().is_none());
        assert!(account.lock_maildrop().is_none());
        drop(lock);
        assert!(account.lock_maildrop().is_some());
    }

    #[test]
    fn only_a_visible_change_wakes() {
        let account = account();
        let mut changes = account.changes();
        changes.borrow_and_update();
        let inbox = account.read(|m| m.inbox().id());
        account.write(|m| m.mailbox_mut(inbox).map(|m| m.claim_recent()));
        assert!(!changes.has_changed().unwrap());
        account
            .write(|m| m.append("INBOX", vec![NewMessage::received(b"x".as_slice())]))
            .unwrap();
        assert!(changes.has_changed().unwrap());
    }
}
