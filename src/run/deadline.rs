//! Deadlines: every wait of a run has one.

use std::time::Duration;

/// How long things may take, `--timeout-factor` worked in.
#[derive(Clone, Copy, Debug)]
pub(super) struct Deadlines {
    /// One step: from its command to the last response that it owes.
    pub(super) step: Duration,
    /// One scenario with its set-up.
    pub(super) scenario: Duration,
    /// How long a change may take to reach other sessions.
    pub(super) propagation: Duration,
}

impl Deadlines {
    /// The usual limits times `factor`.
    pub(super) fn new(propagation: Duration, factor: f64) -> Self {
        Self {
            step: Duration::from_secs(10).mul_f64(factor),
            scenario: Duration::from_secs(60).mul_f64(factor),
            propagation: propagation.mul_f64(factor),
        }
    }
}

/// The pause between two tries of something that has to come by itself.
pub(super) const RETRY: Duration = Duration::from_millis(10);
