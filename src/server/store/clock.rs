//! The server's clock: the machine's, and how far it was put forward.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::InternalDate;

/// A clock; clones show the same time. Whatever depends on time in the server asks this one.
#[derive(Clone, Debug, Default)]
pub(crate) struct Clock {
    shift_s: Arc<AtomicU64>,
}

impl Clock {
    /// Now, in UTC.
    pub(crate) fn now(&self) -> InternalDate {
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        let seconds = since.unwrap_or_default().as_secs() + self.shift_s.load(Ordering::Relaxed);
        InternalDate {
            unix_s: i64::try_from(seconds).unwrap_or(i64::MAX),
            zone_min: 0,
        }
    }

    /// Puts it this far, in whole seconds, before the machine's clock.
    pub(crate) fn set(&self, shift: Duration) {
        self.shift_s.store(shift.as_secs(), Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clones_show_the_same_time() {
        let clock = Clock::default();
        let other = clock.clone();
        let before = other.now().unix_s;
        clock.set(Duration::from_hours(24));
        assert!(other.now().unix_s >= before + 86_400);
    }
}
