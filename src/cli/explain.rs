//! `mailspec explain`: what a requirement, rule, scenario or fault is, and why.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::Arc;

use clap::Args;

use super::exit::{OK, Refusal};
use super::list::needs;
use super::screen::print;
use crate::expect::nearest;
use crate::finding::Rule;
use crate::finding::requirement::{Requirement, catalogue};
use crate::report::visible;
use crate::run;
use crate::scenario::{Library, Scenario};
use crate::server::Fault;

/// Explain a requirement, rule, scenario or fault
#[derive(Args, Clone, Debug)]
pub(super) struct ExplainArguments {
    /// Its id, as reports and lists show it
    #[arg(value_name = "ID")]
    id: String,
}

/// Explains.
pub(super) fn execute(arguments: &ExplainArguments) -> Result<u8, Refusal> {
    let scenarios = Library::shipped().scenarios;
    let id = arguments.id.split('[').next().unwrap_or_default();
    let text = requirement(id, &scenarios)
        .or_else(|| rule(id))
        .or_else(|| fault(id))
        .or_else(|| scenario(id, &scenarios));
    match text {
        Some(text) => print(&text).map(|()| OK),
        None => Err(Refusal::usage(unknown(id, &scenarios))),
    }
}

fn unknown(id: &str, scenarios: &[Arc<Scenario>]) -> String {
    let mut ids: BTreeSet<&str> = catalogue().keys().copied().collect();
    ids.extend(Rule::all().map(Rule::id));
    ids.extend(Fault::ALL.iter().map(|fault| fault.id()));
    let near =
        nearest(id, ids).or_else(|| nearest(id, scenarios.iter().map(|scenario| &scenario.id[..])));
    let hint = near.map_or_else(String::new, |near| format!("; did you mean {near}?"));
    format!("no requirement, rule, fault or scenario is called {id:?}{hint}")
}

fn requirement(id: &str, scenarios: &[Arc<Scenario>]) -> Option<String> {
    let requirement = catalogue().get(id)?;
    let mut out = head("requirement", id);
    let _ = writeln!(
        out,
        "{} ({})\n\n{}\n",
        requirement.level,
        requirement.citation(),
        requirement.text
    );
    let covering = scenarios
        .iter()
        .filter(|scenario| scenario.covers.iter().any(|covered| covered == id));
    let ids: Vec<&str> = covering.map(|scenario| &scenario.id[..]).collect();
    match &ids[..] {
        [] => out.push_str("No scenario covers it.\n"),
        _ => {
            let _ = writeln!(out, "Covered by\n  {}", ids.join("\n  "));
        }
    }
    Some(out)
}

fn rule(id: &str) -> Option<String> {
    let rule = Rule::find(id)?;
    let entry = rule.entry();
    let mut out = head("rule", id);
    let _ = writeln!(
        out,
        "{} ({})\n\n{}\n\nA breach: {}\n\nIt is held against everything that a server sends, \
         whatever the scenario.",
        entry.level, entry.citation, entry.sentence, entry.breach
    );
    Some(out)
}

fn fault(id: &str) -> Option<String> {
    let fault = Fault::find(id)?;
    let mut out = head("fault of the embedded server", id);
    let _ = writeln!(
        out,
        "{}\n\nSeen in: {}\nSwitch it on: mailspec run --fault {id}",
        fault.summary(),
        fault.origin()
    );
    Some(out)
}

fn scenario(id: &str, scenarios: &[Arc<Scenario>]) -> Option<String> {
    let scenario = scenarios.iter().find(|scenario| scenario.id == id)?;
    let mut out = head("scenario", id);
    let _ = writeln!(out, "{}\n", visible(&scenario.title));
    if let Some(why) = &scenario.why {
        let _ = writeln!(out, "{}\n", why.trim());
    }
    out.push_str("Covers\n");
    for id in &scenario.covers {
        let text = catalogue().get(&id[..]).map_or_else(String::new, in_a_line);
        let _ = writeln!(out, "  {id}  {text}");
    }
    if let Some(needs) = needs(scenario) {
        let _ = writeln!(out, "Needs\n  {needs}");
    }
    let variants = run::plan(std::slice::from_ref(scenario)).len();
    let _ = writeln!(
        out,
        "File\n  {}\nVariants\n  {variants}\nRun it\n  mailspec run {id}",
        visible(&scenario.source.path)
    );
    Some(out)
}

fn in_a_line(requirement: &Requirement) -> String {
    format!("{}: {}", requirement.level, requirement.text)
}

fn head(kind: &str, id: &str) -> String {
    format!("{id}: {kind}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_id_is_explained() {
        let promise = requirement("promise/pop3-inbox-only", &[]).unwrap();
        assert!(promise.contains("No scenario covers it."), "{promise}");
        assert!(rule("uid-reused").unwrap().contains("rfc9051#2.3.1.1"));
        let id = Fault::ALL[0].id();
        assert!(fault(id).unwrap().contains(&format!("--fault {id}")));
        assert_eq!(rule(id), None);
    }

    #[test]
    fn a_misspelt_id_gets_a_hint() {
        assert_eq!(
            unknown("uid-resued", &[]),
            "no requirement, rule, fault or scenario is called \"uid-resued\"; did you mean \
             uid-reused?"
        );
        assert!(!unknown("qqqqqqqq", &[]).contains("did you mean"));
    }
}
