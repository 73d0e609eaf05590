//! Holds results against the entries: what is expected, and what is wrong with an entry.

use std::sync::Arc;

use super::{Entry, Expectations, Found, TODO, pattern, signature, write};
use crate::outcome::{
    Complaint, Excuse, Expected, Finding, Flaw, Outcome, RunResult, ScenarioResult,
};

/// The entries that count for a target on a day.
#[derive(Clone, Debug)]
pub struct InForce {
    expectations: Arc<Expectations>,
    target: String,
    /// `YYYY-MM-DD`
    today: String,
}

impl InForce {
    /// The entries for this target, on this day (`YYYY-MM-DD`).
    pub fn new(expectations: Arc<Expectations>, target: &str, today: &str) -> Self {
        Self {
            expectations,
            target: target.to_owned(),
            today: today.to_owned(),
        }
    }

    /// Marks a result as expected if it shows what entries say, and nothing else.
    pub fn excuse(&self, result: &mut ScenarioResult) {
        let entries: Vec<&Entry> = self.speaking_of(&result.id).collect();
        let excuses: Vec<&Entry> = match result.outcome {
            Outcome::Pass => Vec::new(),
            Outcome::Fail if !unknown(&entries, result).is_empty() => Vec::new(),
            _ => entries
                .into_iter()
                .filter(|entry| entry.came_true(result))
                .collect(),
        };
        result.expected = excuses
            .into_iter()
            .map(|entry| Excuse {
                reason: entry.reason.clone(),
                link: entry.link.clone(),
                line: self.line_and_column(entry).0,
            })
            .collect();
    }

    /// What became of the entries. `universe` has the ids of all variants that there are, selected
    /// or not: an entry of which not all have run is not called stale for what it lists.
    pub fn conclude(&self, run: &RunResult, universe: &[String]) -> Expected {
        let results = &run.scenarios;
        let ours: Vec<&Entry> = self.entries().collect();
        let mut complaints = Vec::new();
        for entry in &ours {
            complaints.extend(self.complaint(entry, run, universe));
        }
        let came_true = |entry: &&&Entry| results.iter().any(|one| entry.told(one));
        let reached = |entry: &&&Entry| results.iter().any(|one| entry.fits(&one.id));
        Expected {
            file: self.expectations.source.path.clone(),
            entries: ours.len(),
            came_true: ours.iter().filter(came_true).count(),
            not_run: ours.iter().filter(|entry| !reached(entry)).count(),
            may: ours
                .iter()
                .filter(|entry| entry.allows(Outcome::Pass) && !entry.is_about_a_crash_alone())
                .count(),
            without_reason: ours
                .iter()
                .filter(|one| one.reason.starts_with(TODO))
                .count(),
            complaints,
            missing: self.missing(run),
            crashes: self.foreseen(run),
        }
    }

    /// The crashes in the server's log that are how entries came true.
    fn foreseen(&self, run: &RunResult) -> Vec<String> {
        let valid = self.entries().filter(|entry| !self.has_expired(entry));
        let shown = |entry: &&Entry| {
            let clients_see_nothing = entry.is_about_a_crash_alone();
            let mut results = run.scenarios.iter().filter(|one| entry.told(one));
            results.any(|one| one.outcome != Outcome::Pass || clients_see_nothing)
        };
        let entries: Vec<&Entry> = valid.filter(shown).collect();
        let named = |line: &&String| entries.iter().any(|entry| entry.tells_of(line));
        run.crashes.iter().filter(named).cloned().collect()
    }

    /// Entries for what fails the run, ready to be pasted.
    fn missing(&self, run: &RunResult) -> Vec<String> {
        let gating = run.scenarios.iter().filter(|one| one.gates(run.strict));
        let new: Vec<ScenarioResult> = gating.map(|result| self.without_known(result)).collect();
        write::entries(&new.iter().collect::<Vec<_>>())
    }

    /// The result with only those findings that no entry lists.
    pub(super) fn without_known(&self, result: &ScenarioResult) -> ScenarioResult {
        let entries: Vec<&Entry> = self.speaking_of(&result.id).collect();
        let findings = unknown(&entries, result).into_iter().cloned().collect();
        ScenarioResult {
            findings,
            ..result.clone()
        }
    }

    /// Entries for this target.
    pub(super) fn entries(&self) -> impl Iterator<Item = &Entry> {
        let entries = self.expectations.entries.iter();
        entries.filter(|entry| entry.is_for(&self.target))
    }

    /// Entries that count for this variant.
    fn speaking_of<'a>(&'a self, id: &'a str) -> impl Iterator<Item = &'a Entry> {
        self.entries()
            .filter(|entry| !self.has_expired(entry) && entry.fits(id))
    }

    fn has_expired(&self, entry: &Entry) -> bool {
        entry
            .until
            .as_deref()
            .is_some_and(|until| until < self.today.as_str())
    }

    fn line_and_column(&self, entry: &Entry) -> (usize, usize) {
        self.expectations.source.line_and_column(entry.place.start)
    }

    fn complaint(&self, entry: &Entry, run: &RunResult, universe: &[String]) -> Vec<Complaint> {
        let results = &run.scenarios;
        let (line, column) = self.line_and_column(entry);
        let complain = |flaw, message| Complaint {
            flaw,
            line,
            column,
            scenario: entry.scenario.clone(),
            message,
        };
        if !universe.iter().any(|id| entry.fits(id)) {
            let message = "it fits no scenario: rename it or remove it".to_owned();
            return vec![complain(Flaw::Unmatched, message)];
        }
        if let Some(until) = &entry.until
            && self.has_expired(entry)
        {
            let message = format!("it counted until {until}: look at it again");
            return vec![complain(Flaw::Expired, message)];
        }
        let mut complaints = Vec::new();
        if entry.is_about_a_crash_alone()
            && results.iter().any(|one| entry.told(one))
            && !run.crashes.iter().any(|line| entry.tells_of(line))
        {
            let message = "the server's log tells of no such crash: remove it".to_owned();
            complaints.push(complain(Flaw::Stale, message));
        }
        if !entry.is_about_any_scenario() {
            for (flaw, results) in self.deviating(entry, results) {
                complaints.push(complain(flaw, several(&results)));
            }
        }
        if complaints.is_empty() {
            let gone = self.never_found(entry, results, universe);
            complaints.extend(gone.into_iter().map(|found| {
                let message = format!("`{}` was not found any more: remove it", found.rule);
                complain(Flaw::Stale, message)
            }));
        }
        complaints
    }

    /// The results that are not as the entry says, and what they are instead.
    fn deviating(
        &self,
        entry: &Entry,
        results: &[ScenarioResult],
    ) -> Vec<(Flaw, Vec<(String, String)>)> {
        let mut stale = Vec::new();
        let mut different = Vec::new();
        for result in results.iter().filter(|result| entry.fits(&result.id)) {
            let entries: Vec<&Entry> = self.speaking_of(&result.id).collect();
            let new = unknown(&entries, result);
            let mut told = entries.iter().filter(|one| !one.is_about_any_scenario());
            let first = told.next().is_some_and(|one| one.place == entry.place);
            let id = result.id.clone();
            match result.outcome {
                Outcome::Fail if !new.is_empty() && first => {
                    different.push((id, format!("found {}", signature::in_words(&new))));
                }
                // What may pass may also fail for reasons of other entries only.
                _ if entry.told(result) || entry.allows(Outcome::Pass) => {}
                Outcome::Fail if !new.is_empty() => {
                    different.push((id, format!("found {}", signature::in_words(&new))));
                }
                Outcome::Pass => stale.push((id, "passes".to_owned())),
                Outcome::Fail => stale.push((id, "fails for other reasons only".to_owned())),
                Outcome::NotApplicable => {
                    let why = result.reason.as_deref().unwrap_or_default();
                    stale.push((id, format!("is not applicable: {why}")));
                }
                _ => {}
            }
        }
        let all = [(Flaw::Stale, stale), (Flaw::Different, different)];
        all.into_iter()
            .filter(|(_, results)| !results.is_empty())
            .collect()
    }

    /// What an entry lists and no variant showed, if all its variants were decided. For a rule in
    /// any scenario it is enough that the whole suite has run.
    pub(super) fn never_found<'a>(
        &self,
        entry: &'a Entry,
        results: &[ScenarioResult],
        universe: &[String],
    ) -> Vec<&'a Found> {
        let ours = || results.iter().filter(|result| entry.fits(&result.id));
        let decided = |id: &String| {
            let mut ours = ours().filter(|result| &result.id == id);
            ours.any(|result| {
                matches!(result.outcome, Outcome::Pass | Outcome::Fail)
                    || entry.is_about_any_scenario()
            })
        };
        let all = universe.iter().filter(|id| entry.fits(id));
        if entry.allows(Outcome::Pass) || !all.into_iter().all(decided) {
            return Vec::new();
        }
        let shown = |found: &&Found| {
            ours()
                .flat_map(|one| &one.findings)
                .any(|one| found.is(one))
        };
        entry.found.iter().filter(|found| !shown(found)).collect()
    }
}

impl Entry {
    /// True if the result shows, wholly or in part, what the entry says is wrong.
    pub(super) fn came_true(&self, result: &ScenarioResult) -> bool {
        match result.outcome {
            _ if !self.allows(result.outcome) => false,
            Outcome::Fail => {
                let mut findings = result.findings.iter();
                findings.any(|finding| self.found.iter().any(|found| found.is(finding)))
            }
            Outcome::Pass => true,
            _ => {
                let reason = result.reason.as_deref().unwrap_or_default();
                let because = self.because.as_deref().unwrap_or_default();
                pattern::matches(because, reason)
            }
        }
    }

    /// True if the entry speaks of this result and is right about it.
    fn told(&self, result: &ScenarioResult) -> bool {
        self.fits(&result.id) && self.came_true(result)
    }
}

/// The findings that none of these entries lists.
fn unknown<'a>(entries: &[&Entry], result: &'a ScenarioResult) -> Vec<&'a Finding> {
    let failing = entries.iter().filter(|entry| entry.allows(Outcome::Fail));
    let known: Vec<&Found> = failing.flat_map(|entry| &entry.found).collect();
    let findings = result.findings.iter();
    findings
        .filter(|finding| !known.iter().any(|found| found.is(finding)))
        .collect()
}

/// `a passes, b passes and 3 more`
fn several(results: &[(String, String)]) -> String {
    const MOST: usize = 3;
    let words: Vec<String> = results
        .iter()
        .take(MOST)
        .map(|(id, what)| format!("{id} {what}"))
        .collect();
    let more = results.len().saturating_sub(MOST);
    let more = if more > 0 {
        format!(" and {more} more")
    } else {
        String::new()
    };
    format!("{}{more}", words.join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;
    use crate::scenario::Source;

    fn in_force(entries: &str) -> InForce {
        let source = Source {
            path: "e.yaml".into(),
            text: format!("expectations:\n{entries}"),
        };
        let read = super::super::read(&Arc::new(source)).unwrap();
        InForce::new(Arc::new(read), "embedded", "2026-06-15")
    }

    /// The sample's results of these names, held against the entries; flaws, and who is expected.
    fn judged(
        entries: &str,
        names: &[&str],
        universe: &[&str],
    ) -> (Vec<(Flaw, String)>, Vec<String>) {
        let in_force = in_force(entries);
        let mut run = sample::run();
        run.scenarios
            .retain(|result| names.iter().any(|name| result.id.ends_with(name)));
        assert_eq!(run.scenarios.len(), names.len());
        for result in &mut run.scenarios {
            in_force.excuse(result);
        }
        let universe: Vec<String> = universe.iter().map(ToString::to_string).collect();
        let expected = in_force.conclude(&run, &universe);
        let flaws = expected
            .complaints
            .into_iter()
            .map(|one| (one.flaw, one.message))
            .collect();
        let excused = run
            .scenarios
            .into_iter()
            .filter(ScenarioResult::is_expected);
        (flaws, excused.map(|result| result.id).collect())
    }

    const BOTH: &str = "  - scenario: imap/core/wrong-octet\n    reason: r\n    found:\n      \
                        - imap-response-syntax: '* * EXPUNGE\\xff*'\n      - imap-exists-shrank\n";
    const ID: &str = "imap/core/wrong-octet";

    #[test]
    fn a_crash_is_expected_only_if_an_entry_that_names_it_came_true() {
        let crashes = |pattern: &str, name: &str| {
            let in_force = in_force(&format!("{BOTH}    crash: '{pattern}'\n"));
            let mut run = sample::run();
            run.scenarios.retain(|result| result.id.ends_with(name));
            run.crashes = vec!["imapd: signal 11".into(), "pop3d: signal 6".into()];
            in_force.conclude(&run, &[ID.to_owned()]).crashes
        };
        assert_eq!(
            crashes("imapd*signal 11", "wrong-octet"),
            ["imapd: signal 11"]
        );
        assert!(crashes("imapd*signal 6", "wrong-octet").is_empty());
        assert!(crashes("imapd*signal 11", "NOOP]").is_empty());
    }

    #[test]
    fn a_crash_that_clients_do_not_notice_is_expected_where_the_scenario_passes() {
        let entry = "  - scenario: imap/core/passes\n    reason: r\n    outcome: pass\n    \
                     crash: 'ValueError*'\n";
        let judged = |crash: &str| {
            let mut run = sample::run();
            let mut result = run.scenarios.pop().unwrap();
            result.id = "imap/core/passes".into();
            result.outcome = Outcome::Pass;
            run.crashes = vec![crash.into()];
            run.scenarios = vec![result];
            let universe = ["imap/core/passes".to_owned()];
            let expected = in_force(entry).conclude(&run, &universe);
            let flaws: Vec<Flaw> = expected.complaints.iter().map(|one| one.flaw).collect();
            (expected.crashes, flaws, expected.may)
        };
        let line = "ValueError: too long";
        assert_eq!(judged(line), (vec![line.to_owned()], vec![], 0));
        assert_eq!(judged("KeyError: 1"), (vec![], vec![Flaw::Stale], 0));
    }

    #[test]
    fn a_failure_is_expected_if_all_its_findings_are_listed() {
        assert_eq!(
            judged(BOTH, &["wrong-octet"], &[ID]),
            (vec![], vec![ID.to_owned()])
        );
        // Two entries may share the work.
        let apart = "  - {scenario: imap/core/*, found: imap-response-syntax, reason: r}\n  \
                     - {scenario: imap/**, found: imap-exists-shrank, reason: r}\n";
        assert_eq!(
            judged(apart, &["wrong-octet"], &[ID]),
            (vec![], vec![ID.to_owned()])
        );
        let half = "  - {scenario: imap/core/*, found: imap-response-syntax, reason: r}\n";
        let (flaws, excused) = judged(half, &["wrong-octet"], &[ID]);
        assert_eq!((flaws[0].0, excused.len()), (Flaw::Different, 0));
        assert!(flaws[0].1.contains("found imap-exists-shrank"), "{flaws:?}");
    }

    #[test]
    fn other_octets_are_another_failure() {
        let other = BOTH.replace("EXPUNGE", "EXISTS");
        let (flaws, excused) = judged(&other, &["wrong-octet"], &[ID]);
        assert_eq!((flaws[0].0, excused.len()), (Flaw::Different, 0));
    }

    #[test]
    fn what_is_not_decided_or_not_selected_makes_nothing_stale() {
        let more = BOTH.replace(
            "imap-exists-shrank\n",
            "imap-exists-shrank\n      - pop3-maildrop-shared\n",
        );
        let (flaws, excused) = judged(&more, &["wrong-octet"], &[ID]);
        assert_eq!((flaws[0].0, excused.len()), (Flaw::Stale, 1));
        let wider = more.replace(ID, "imap/core/*");
        assert_eq!(judged(&wider, &["wrong-octet"], &[ID, "imap/core/a"]).0, []);
        assert_eq!(judged(&wider, &["core/error"], &["imap/core/error"]).0, []);
        assert_eq!(judged(BOTH, &[], &[ID]).0, []);
    }

    #[test]
    fn a_rule_known_anywhere_excuses_itself_alone_and_is_stale_only_if_nothing_breaks_it() {
        let anywhere =
            |rule: &str| format!("  - {{scenario: anywhere, found: {rule}, reason: r}}\n");
        let noop = "imap/core/noop[command=NOOP]";
        let shrank = "  - {scenario: imap/core/*, found: imap-exists-shrank, reason: r}\n";
        let apart = anywhere("imap-response-syntax") + shrank;
        let all = ["wrong-octet", "NOOP]", "condstore"];
        let universe = [ID, noop, "imap/ext/condstore"];
        let (flaws, excused) = judged(&apart, &["wrong-octet"], &[ID]);
        assert_eq!((flaws, excused), (vec![], vec![ID.to_owned()]));
        // What passes or is not applicable says nothing against it.
        assert_eq!(
            judged(&anywhere("imap-response-syntax"), &all, &universe).0,
            []
        );
        // What else a scenario shows is not excused, and told by the scenario's own entry.
        let (_, excused) = judged(&anywhere("imap-response-syntax"), &["wrong-octet"], &[ID]);
        assert_eq!(excused, [""; 0]);
        let other = anywhere("imap-response-syntax") + &shrank.replace("exists-shrank", "quota");
        let flaws = judged(&other, &["wrong-octet"], &[ID]).0;
        assert!(matches!(&flaws[..], [(Flaw::Different, _)]), "{flaws:?}");
        // Nothing broke it: stale, once everything has run.
        let gone = anywhere("pop3-maildrop-shared");
        assert_eq!(judged(&gone, &all, &universe).0[0].0, Flaw::Stale);
        assert_eq!(judged(&gone, &["NOOP]"], &universe).0, []);
    }

    #[test]
    fn passing_and_not_applicable_are_stale_unless_the_entry_says_so() {
        let entry = |more: &str| format!("  - {{scenario: '**', reason: r, {more}}}\n");
        let failing = entry("found: imap-response-syntax");
        let (noop, condstore) = ("imap/core/noop[command=NOOP]", "imap/ext/condstore");
        assert_eq!(judged(&failing, &["NOOP]"], &[noop]).0[0].0, Flaw::Stale);
        assert_eq!(
            judged(&failing, &["condstore"], &[condstore]).0[0].0,
            Flaw::Stale
        );
        let may = entry("found: imap-response-syntax, outcome: [pass, fail]");
        assert_eq!(judged(&may, &["NOOP]"], &[noop]).0, []);
        let absent = entry("outcome: not-applicable, because: 'imap: no *'");
        assert_eq!(judged(&absent, &["condstore"], &[condstore]).1, [condstore]);
        let other = entry("outcome: not-applicable, because: 'imap: NO *'");
        assert_eq!(
            judged(&other, &["condstore"], &[condstore]).0[0].0,
            Flaw::Stale
        );
        let error = entry("outcome: error, because: 'connection *'");
        assert_eq!(
            judged(&error, &["core/error"], &["imap/core/error"])
                .1
                .len(),
            1
        );
    }

    #[test]
    fn an_entry_counts_until_its_last_day_and_for_its_target() {
        let until = |day: &str| format!("{BOTH}    until: {day}\n");
        assert_eq!(judged(&until("2026-06-15"), &["wrong-octet"], &[ID]).0, []);
        let (flaws, excused) = judged(&until("2026-06-14"), &["wrong-octet"], &[ID]);
        assert_eq!((flaws[0].0, excused.len()), (Flaw::Expired, 0));
        for (target, excused) in [
            ("emb*", 1),
            ("'!emb*'", 0),
            ("other", 0),
            ("['*', '!x']", 1),
        ] {
            let entry = format!("{BOTH}    target: {target}\n");
            assert_eq!(
                judged(&entry, &["wrong-octet"], &[ID]).1.len(),
                excused,
                "{target}"
            );
        }
    }

    #[test]
    fn what_is_missing_is_told_for_what_fails_the_run() {
        let in_force = in_force("  []\n");
        let missing = in_force.conclude(&sample::run(), &[]).missing.concat();
        assert!(
            missing.contains("scenario: imap/core/wrong-octet"),
            "{missing}"
        );
        assert!(!missing.contains("core/deviation"), "{missing}");
        let mut strict = sample::run();
        strict.strict = true;
        assert!(
            in_force
                .conclude(&strict, &[])
                .missing
                .concat()
                .contains("core/deviation")
        );
    }
}
