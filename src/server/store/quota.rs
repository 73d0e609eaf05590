//! The quota of an account (RFC 9208): one root for all mailboxes, with a limit on messages.

use super::{Mailboxes, StoreError};
use crate::server::fault::Fault;

/// How many messages an account may have.
#[derive(Clone, Copy, Debug)]
pub(super) struct Quota {
    limit: usize,
    /// Fault: messages that are gone and count all the same.
    unfreed: usize,
}

impl Default for Quota {
    fn default() -> Self {
        Self {
            limit: 1_000_000,
            unfreed: 0,
        }
    }
}

impl Mailboxes {
    /// How many messages count, and how many may (MESSAGE of RFC 9208 §5.2).
    pub(crate) fn quota(&self) -> (usize, usize) {
        (self.count() + self.quota.unfreed, self.quota.limit)
    }

    fn count(&self) -> usize {
        self.all().map(|mailbox| mailbox.messages().len()).sum()
    }

    /// Sets how many messages there may be; what is there stays.
    pub(crate) fn set_quota(&mut self, limit: usize) {
        self.quota.limit = limit;
    }

    /// Whether there is no room for one more message.
    pub(crate) fn is_full(&self) -> bool {
        self.check_room(1).is_err()
    }

    /// Fails with [`StoreError::OverQuota`] if so many more messages are too many.
    pub(super) fn check_room(&self, more: usize) -> Result<(), StoreError> {
        let (used, limit) = self.quota();
        match more == 0 || used + more <= limit || self.has(Fault::QuotaNotEnforced) {
            true => Ok(()),
            false => Err(StoreError::OverQuota),
        }
    }

    /// Fault: as many messages as `removal` removes still count.
    pub(crate) fn without_freeing<T>(
        &mut self,
        fault: Fault,
        removal: impl FnOnce(&mut Self) -> T,
    ) -> T {
        let before = self.count();
        let result = removal(self);
        if self.has(fault) {
            self.quota.unfreed += before.saturating_sub(self.count());
        }
        result
    }
}
