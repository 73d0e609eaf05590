//! `mailspec list`: what `run` would run; or the rules, faults and requirements that there are.

use std::fmt::Write as _;

use clap::Args;

use super::exit::{NOTHING, OK, Refusal};
use super::screen::{Screen, print};
use super::selection::Selection;
use crate::finding::requirement::catalogue;
use crate::finding::rule::TABLES;
use crate::report::visible;
use crate::run;
use crate::scenario::{Needs, Retention, Scenario};
use crate::server::Fault;
use crate::target::MANAGED;

/// List what `run` would run
#[derive(Args, Clone, Debug)]
pub(super) struct ListArguments {
    #[command(flatten)]
    selection: Selection,
    /// List the rules that always hold instead
    #[arg(long, conflicts_with_all = ["faults", "requirements", "targets"])]
    rules: bool,
    /// List the faults of the embedded server instead
    #[arg(long, conflicts_with_all = ["requirements", "targets"])]
    faults: bool,
    /// List the requirements that scenarios may cover instead
    #[arg(long, conflicts_with = "targets")]
    requirements: bool,
    /// List the targets that mailspec can start instead
    #[arg(long)]
    targets: bool,
}

/// Lists.
pub(super) fn execute(arguments: &ListArguments, screen: &Screen) -> Result<u8, Refusal> {
    if arguments.rules {
        print(&rules())?;
    } else if arguments.faults {
        print(&faults())?;
    } else if arguments.requirements {
        print(&requirements())?;
    } else if arguments.targets {
        print(&format!("embedded\n{}\n", MANAGED.join("\n")))?;
    } else {
        return scenarios(arguments, screen);
    }
    Ok(OK)
}

fn scenarios(arguments: &ListArguments, screen: &Screen) -> Result<u8, Refusal> {
    let selected = arguments.selection.load(screen)?.scenarios;
    let width = selected
        .iter()
        .map(|scenario| scenario.id.len())
        .max()
        .unwrap_or(0);
    let mut out = String::new();
    for scenario in &selected {
        let _ = writeln!(out, "{:width$}  {}", scenario.id, visible(&scenario.title));
        if screen.out.verbose {
            let _ = writeln!(out, "    covers {}", scenario.covers.join(", "));
            if let Some(needs) = needs(scenario) {
                let _ = writeln!(out, "    needs  {needs}");
            }
        }
    }
    let variants = run::plan(&selected).len();
    let _ = writeln!(out, "{} scenarios, {variants} variants", selected.len());
    print(&out)?;
    Ok(if selected.is_empty() { NOTHING } else { OK })
}

/// Protocols and needs in one line.
pub(super) fn needs(scenario: &Scenario) -> Option<String> {
    let Needs {
        capabilities,
        delivery,
        tls,
        accounts,
        control,
        clock,
        retention,
    } = &scenario.needs;
    let mut parts: Vec<String> = capabilities
        .iter()
        .map(|capability| {
            let sign = if capability.absent { "no " } else { "" };
            let protocol = format!("{:?}", capability.protocol).to_lowercase();
            format!("{sign}{} ({protocol})", capability.name)
        })
        .collect();
    parts.extend(delivery.then(|| "delivery".to_owned()));
    parts.extend(tls.then(|| "tls".to_owned()));
    parts.extend((*accounts > 1).then(|| format!("{accounts} accounts")));
    parts.extend(
        control
            .iter()
            .map(|control| format!("{control:?}").to_lowercase()),
    );
    parts.extend(clock.then(|| "clock".to_owned()));
    let kinds = Retention::ALL
        .iter()
        .filter(|(_, kind)| retention.contains(kind));
    parts.extend(kinds.map(|(name, _)| format!("retention {name}")));
    (!parts.is_empty()).then(|| parts.join(", "))
}

fn rules() -> String {
    let blocks = TABLES.map(|(title, rules)| {
        let rows = rules.iter().map(|rule| {
            let entry = rule.entry();
            let head = format!("{:7} {}", entry.level, entry.citation);
            (entry.id, head, entry.sentence)
        });
        format!("{title}\n{}", table(rows))
    });
    blocks.join("\n")
}

fn faults() -> String {
    let rows = Fault::ALL
        .iter()
        .map(|fault| (fault.id(), String::new(), fault.summary()));
    table(rows)
}

fn requirements() -> String {
    let rows = catalogue().values().map(|requirement| {
        (
            requirement.id,
            requirement.level.to_string(),
            requirement.text,
        )
    });
    table(rows)
}

fn table<'a>(rows: impl Iterator<Item = (&'a str, String, &'a str)>) -> String {
    let rows: Vec<_> = rows.collect();
    let first = rows.iter().map(|(id, ..)| id.len()).max().unwrap_or(0);
    let second = rows
        .iter()
        .map(|(_, head, _)| head.len())
        .max()
        .unwrap_or(0);
    let mut out = String::new();
    for (id, head, text) in rows {
        match second {
            0 => _ = writeln!(out, "{id:first$}  {text}"),
            _ => _ = writeln!(out, "{id:first$}  {head:second$}  {text}"),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Rule;

    #[test]
    fn every_rule_fault_and_requirement_has_its_line() {
        let rules = rules();
        for rule in Rule::all() {
            assert!(rules.contains(&format!("\n{} ", rule.id())), "{rule:?}");
        }
        assert_eq!(faults().lines().count(), Fault::ALL.len());
        assert_eq!(requirements().lines().count(), catalogue().len());
    }
}
