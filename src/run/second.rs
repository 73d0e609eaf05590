//! The beginning of a second, for servers that tell changes by times in whole seconds.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::stage::Stage;

/// Files are dated by a clock that is up to this much behind.
const SLACK: Duration = Duration::from_millis(10);

/// How far into a second is still its beginning.
const BEGINNING: Duration = Duration::from_millis(50);

impl Stage {
    /// Waits until a second begins, or has just begun, if the target counts seconds.
    pub(super) async fn await_a_second(&self) {
        if self.target.counts_seconds() {
            begins().await;
        }
    }
}

async fn begins() {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let into = Duration::from_nanos(now.unwrap_or_default().subsec_nanos().into());
    if into < SLACK {
        tokio::time::sleep(SLACK - into).await;
    } else if into >= BEGINNING {
        tokio::time::sleep(Duration::from_secs(1) - into + SLACK).await;
    }
}
