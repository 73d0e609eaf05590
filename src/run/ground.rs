//! The retention profile in which the embedded server is tried with a scenario.

use crate::scenario::{self, Scenario};
use crate::target::Retention;

/// After so many days mail goes, where it goes with time.
const DAYS: u16 = 7;

/// The profile that the scenario is made for: the first that it names, or strict.
pub fn ground(scenario: &Scenario) -> Retention {
    match scenario.needs.retention.first() {
        None | Some(scenario::Retention::Strict) => Retention::Strict,
        Some(scenario::Retention::HideOnDelete) => Retention::HideOnDelete,
        Some(scenario::Retention::PopOnce) => Retention::PopOnce,
        Some(scenario::Retention::ArchiveOnPop) => Retention::ArchiveOnPop,
        Some(scenario::Retention::Expire) => Retention::Expire(DAYS),
        Some(scenario::Retention::AutoExpunge) => Retention::AutoExpunge(DAYS),
    }
}
