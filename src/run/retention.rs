//! The retention profile of a target, and what it means for a scenario.

use std::time::Duration;

use crate::scenario::{Passage, Retention, Scenario};
use crate::target;

const DAY: Duration = Duration::from_secs(86_400);
const HOUR: Duration = Duration::from_secs(3600);

/// Why a scenario says nothing about a server that declares this profile; one that declares none is
/// judged as strict.
pub(super) fn unsuited(scenario: &Scenario, declared: Option<target::Retention>) -> Option<String> {
    let profile = declared.unwrap_or_default();
    if scenario.suits(kind(profile)) {
        return None;
    }
    let made_for: Vec<&str> = match scenario.needs.retention.as_slice() {
        [] => vec!["strict"],
        kinds => kinds.iter().map(|kind| name(*kind)).collect(),
    };
    let is = match declared {
        Some(_) => format!("declares {profile}"),
        None => "declares none and is judged as strict".to_owned(),
    };
    let made_for = made_for.join(" or ");
    Some(format!(
        "it is made for the retention profile {made_for}, and the target {is}"
    ))
}

fn kind(retention: target::Retention) -> Retention {
    match retention {
        target::Retention::Strict => Retention::Strict,
        target::Retention::HideOnDelete => Retention::HideOnDelete,
        target::Retention::PopOnce => Retention::PopOnce,
        target::Retention::ArchiveOnPop => Retention::ArchiveOnPop,
        target::Retention::Expire(_) => Retention::Expire,
        target::Retention::AutoExpunge(_) => Retention::AutoExpunge,
    }
}

fn name(kind: Retention) -> &'static str {
    let named = Retention::ALL.iter().find(|(_, known)| *known == kind);
    named.map_or("", |(name, _)| name)
}

/// How much time passes, when so much has passed already.
pub(super) fn length(
    passage: Passage,
    now: Duration,
    declared: Option<target::Retention>,
) -> Duration {
    let days = declared
        .and_then(target::Retention::days)
        .unwrap_or_default();
    let expiry = DAY * u32::from(days);
    match passage {
        Passage::By(length) => length,
        Passage::BeforeExpiry => (expiry.saturating_sub(HOUR)).saturating_sub(now),
        Passage::AfterExpiry => (expiry + DAY).saturating_sub(now),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expiry_is_counted_from_the_beginning() {
        let expire = Some(target::Retention::Expire(7));
        let before = length(Passage::BeforeExpiry, DAY, expire);
        assert_eq!(before, DAY * 6 - HOUR);
        let after = length(Passage::AfterExpiry, DAY + before, expire);
        assert_eq!(DAY + before + after, DAY * 8);
        assert_eq!(length(Passage::By(HOUR), DAY, None), HOUR);
    }
}
