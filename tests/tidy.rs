//! Keeps the tree as ARCHITECTURE.md describes it: import directions, pure modules, sizes, headers,
//! citations and fixtures. Each complaint names file, line, rule and cure.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot read the tree has failed"
)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// What each module may import from the rest of the crate.
const IMPORTS: &[(&str, &[&str])] = &[
    ("finding", &[]),
    ("transcript", &[]),
    ("yaml", &[]),
    ("wire", &["finding"]),
    ("engine", &["wire", "finding"]),
    ("model", &["wire", "finding"]),
    ("expect", &["wire", "finding", "transcript"]),
    (
        "scenario",
        &["expect", "wire", "finding", "transcript", "yaml"],
    ),
    ("outcome", &["finding", "transcript"]),
    (
        "expectation",
        &["scenario", "outcome", "transcript", "finding"],
    ),
    (
        "judge",
        &[
            "engine",
            "model",
            "wire",
            "outcome",
            "transcript",
            "finding",
        ],
    ),
    ("server", &[]),
    ("transport", &["engine", "wire", "transcript", "finding"]),
    (
        "target",
        &["server", "transport", "engine", "wire", "finding", "yaml"],
    ),
    (
        "run",
        &[
            "scenario",
            "expect",
            "model",
            "engine",
            "transport",
            "target",
            "wire",
            "expectation",
            "outcome",
            "transcript",
            "finding",
        ],
    ),
    ("report", &["outcome", "transcript", "finding"]),
];

/// Modules that take bytes and values and give values: no sockets, files, clocks or randomness.
const PURE: &[&str] = &[
    "finding",
    "transcript",
    "yaml",
    "wire",
    "engine",
    "model",
    "expect",
    "scenario",
    "outcome",
    "expectation",
    "judge",
    "report",
];

/// Files of pure modules that may do I/O.
const IMPURE_FILES: &[&str] = &["src/scenario/load.rs"];

const BANNED_IN_PURE: &[&str] = &[
    "tokio::",
    "std::net",
    "std::fs",
    "std::env",
    "Instant::now",
    "SystemTime::now",
    "std::process",
];

/// Tables with one entry on each line, however long.
const TABLES: &[&str] = &["src/finding/rule", "src/server/fault.rs"];

const LONGEST_FILE: usize = 600;
const LONGEST_LINE: usize = 100;

fn files(folder: &str, suffix: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![PathBuf::from(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display())) {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.to_string_lossy().ends_with(suffix) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// The lines of a source file that are code, with their numbers, up to its tests.
fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines()
        .enumerate()
        .take_while(|(_, line)| !line.starts_with("#[cfg(test)]"))
        .filter(|(_, line)| !line.trim_start().starts_with("//"))
        .map(|(index, line)| (index + 1, line))
}

/// The module of `src` that a file belongs to.
fn module(path: &Path) -> String {
    let inner = path.strip_prefix("src").unwrap();
    let first = inner
        .components()
        .next()
        .unwrap()
        .as_os_str()
        .to_string_lossy()
        .into_owned();
    first.trim_end_matches(".rs").to_owned()
}

fn complain(complaints: &[String]) {
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}

#[test]
fn modules_import_only_what_the_table_allows() {
    let allowed: BTreeMap<&str, &[&str]> = IMPORTS.iter().copied().collect();
    let mut complaints = Vec::new();
    for path in files("src", ".rs") {
        let module = module(&path);
        let Some(allowed) = allowed.get(module.as_str()) else {
            continue;
        };
        let text = fs::read_to_string(&path).unwrap();
        for (number, line) in code(&text) {
            for part in line.split("crate::").skip(1) {
                let names: Vec<&str> = match part.strip_prefix('{') {
                    Some(group) => group.split(['{', '}', ',']).collect(),
                    None => vec![part],
                };
                for name in names {
                    let name: String = name
                        .trim()
                        .chars()
                        .take_while(|c| c.is_alphanumeric() || *c == '_')
                        .collect();
                    let known = IMPORTS.iter().any(|(module, _)| *module == name) || name == "cli";
                    if known && name != module && !allowed.contains(&name.as_str()) {
                        complaints.push(format!(
                            "{}:{number}: `{module}` may not import `{name}`; move the code or \
                             change the table here and in ARCHITECTURE.md",
                            path.display()
                        ));
                    }
                    if name == "server" && module == "target" && !path.ends_with("embedded.rs") {
                        let shared = line.contains("server::Fault");
                        if !shared {
                            complaints.push(format!(
                                "{}:{number}: only target/embedded.rs may import `server`",
                                path.display()
                            ));
                        }
                    }
                }
            }
        }
    }
    complain(&complaints);
}

#[test]
fn pure_modules_do_no_io() {
    let mut complaints = Vec::new();
    for path in files("src", ".rs") {
        if !PURE.contains(&module(&path).as_str())
            || IMPURE_FILES.iter().any(|file| path == Path::new(file))
        {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        for (number, line) in code(&text) {
            for banned in BANNED_IN_PURE
                .iter()
                .filter(|banned| line.contains(**banned))
            {
                complaints.push(format!(
                    "{}:{number}: `{banned}` in a pure module; pass the value in",
                    path.display()
                ));
            }
        }
    }
    complain(&complaints);
}

#[test]
fn every_file_says_what_it_is_and_stays_readable() {
    let mut complaints = Vec::new();
    let sources = ["src", "tests"]
        .into_iter()
        .flat_map(|folder| files(folder, ".rs"));
    for path in sources {
        let text = fs::read_to_string(&path).unwrap();
        if !text.starts_with("//! ") {
            complaints.push(format!(
                "{}:1: say in a `//!` line what it is",
                path.display()
            ));
        }
        let lines = text
            .lines()
            .take_while(|line| !line.starts_with("#[cfg(test)]"))
            .count();
        if lines > LONGEST_FILE {
            complaints.push(format!(
                "{}: {lines} lines before its tests, more than {LONGEST_FILE}; split it",
                path.display()
            ));
        }
        for (index, line) in text.lines().enumerate() {
            let length = line.chars().count();
            // rustfmt does not break a string; a table of wire lines is read best unbroken.
            let string = ["\"", "r#\"", "b\"", "(\""];
            let string = string
                .iter()
                .any(|start| line.trim_start().starts_with(start));
            if length > LONGEST_LINE
                && !string
                && !TABLES.iter().any(|table| path.starts_with(table))
            {
                complaints.push(format!(
                    "{}:{}: {length} characters, more than {LONGEST_LINE}; break the line",
                    path.display(),
                    index + 1
                ));
            }
        }
    }
    complain(&complaints);
}

#[test]
fn every_fixture_message_is_used() {
    let scenarios: Vec<String> = files("scenarios", ".yaml")
        .iter()
        .map(|path| fs::read_to_string(path).unwrap())
        .collect();
    let mut complaints = Vec::new();
    for path in files("fixtures/messages", ".eml") {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let uses = |text: &String| {
            text.split(|c: char| !c.is_alphanumeric() && c != '-')
                .any(|word| word == name)
        };
        if !scenarios.iter().any(uses) {
            complaints.push(format!(
                "{}: no scenario uses it; remove it",
                path.display()
            ));
        }
    }
    complain(&complaints);
}

#[test]
fn scenarios_make_different_claims() {
    let mut titles: BTreeMap<String, PathBuf> = BTreeMap::new();
    let mut complaints = Vec::new();
    for path in files("scenarios", ".yaml") {
        let text = fs::read_to_string(&path).unwrap();
        let title = text
            .lines()
            .find_map(|line| line.strip_prefix("title: "))
            .unwrap_or_default();
        if let Some(other) = titles.insert(title.to_owned(), path.clone()) {
            complaints.push(format!(
                "{}: makes the same claim as {}; say what is different",
                path.display(),
                other.display()
            ));
        }
    }
    complain(&complaints);
}

#[test]
fn the_changelog_has_a_place_for_what_comes() {
    let changelog = fs::read_to_string("CHANGELOG.md").unwrap();
    assert!(
        changelog.contains("## [Unreleased]"),
        "CHANGELOG.md: add `## [Unreleased]`"
    );
}
