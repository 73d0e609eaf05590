//! The server's clock: the machine's, and how far it was put forward.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use tokio::sync::watch;

use super::InternalDate;

/// A clock; clones show the same time. Whatever depends on time in the server asks this one.
#[derive(Clone, Debug)]
pub(crate) struct Clock {
    made: Instant,
    shift: Arc<watch::Sender<Duration>>,
}

impl Default for Clock {
    fn default() -> Self {
        Self {
            made: Instant::now(),
            shift: Arc::default(),
        }
    }
}

impl Clock {
    /// Now, in UTC.
    pub(crate) fn now(&self) -> InternalDate {
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        let seconds = since.unwrap_or_default().as_secs() + self.shift.borrow().as_secs();
        InternalDate {
            unix_s: i64::try_from(seconds).unwrap_or(i64::MAX),
            zone_min: 0,
        }
    }

    /// How much time has passed by this clock since it was made.
    pub(crate) fn passed(&self) -> Duration {
        self.made.elapsed() + *self.shift.borrow()
    }

    /// Waits until so much has passed since it was made.
    pub(crate) async fn reach(&self, due: Duration) {
        let mut shift = self.shift.subscribe();
        loop {
            let left = due.saturating_sub(self.made.elapsed() + *shift.borrow_and_update());
            if left.is_zero() {
                return;
            }
            tokio::select! {
                () = tokio::time::sleep(left) => {}
                // It cannot be dropped while it is borrowed here.
                _ = shift.changed() => {}
            }
        }
    }

    /// Puts it this far, in whole seconds, before the machine's clock.
    pub(crate) fn set(&self, shift: Duration) {
        self.shift
            .send_replace(Duration::from_secs(shift.as_secs()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: Duration = Duration::from_hours(24);

    #[test]
    fn clones_show_the_same_time() {
        let clock = Clock::default();
        let other = clock.clone();
        let before = other.now().unix_s;
        clock.set(DAY);
        assert!(other.now().unix_s >= before + 86_400);
    }

    #[tokio::test]
    async fn who_waits_is_woken_when_it_is_put_forward() {
        let clock = Clock::default();
        let due = clock.passed() + DAY;
        let other = clock.clone();
        let waiting = tokio::spawn(async move { other.reach(due).await });
        clock.set(DAY / 2);
        tokio::task::yield_now().await;
        assert!(!waiting.is_finished());
        clock.set(DAY);
        waiting.await.unwrap();
    }
}
