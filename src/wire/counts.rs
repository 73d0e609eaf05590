//! How much of the grammars is written down, and how much of that is held against lines.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::path::Path;

use super::imap::lines_judged;
use crate::finding::rule::{imap_wire, pop3_wire, smtp_wire};

/// The comments of a file, each joined to one line.
fn comments(source: &str) -> Vec<String> {
    let mut comments = vec![String::new()];
    for line in source.lines() {
        match line.trim_start().strip_prefix("//") {
            Some(text) => {
                if let Some(comment) = comments.last_mut() {
                    comment.push_str(text.trim_start_matches('/'));
                }
            }
            None => comments.push(String::new()),
        }
    }
    comments
}

/// The ABNF rules that a comment defines: `name = …`, `name =/ …` or `name ::= …` in backticks.
fn defined(comment: &str) -> impl Iterator<Item = String> {
    let in_backticks = comment.split('`').skip(1).step_by(2);
    in_backticks.filter_map(|rule| {
        let (name, _) = rule
            .split_once(" = ")
            .or_else(|| rule.split_once(" =/ "))
            .or_else(|| rule.split_once(" ::= "))?;
        let is_name = |octet: u8| octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'_');
        let is_rule = name.starts_with(|first: char| first.is_ascii_alphabetic());
        (is_rule && name.bytes().all(is_name)).then(|| name.to_ascii_lowercase())
    })
}

/// Every rule defined below a folder, without tests, and the comments that cite no RFC.
fn read(folder: &Path, found: &mut BTreeSet<String>, uncited: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).expect("the folder of the source") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().unwrap_or_default();
        if path.is_dir() && name != "corpus" {
            read(&path, found, uncited);
        } else if path.is_file() && name != "counts.rs" {
            let source = std::fs::read_to_string(&path).expect("UTF-8");
            for comment in comments(&source) {
                let rules: Vec<String> = defined(&comment).collect();
                if !rules.is_empty() && !comment.contains("(RFC ") {
                    uncited.push(format!("{}: {comment}", path.display()));
                }
                found.extend(rules);
            }
        }
    }
}

/// How many lines of servers the transcripts hold.
fn lines_recorded() -> usize {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/transcripts");
    let files = std::fs::read_dir(folder).expect("the folder of transcripts");
    files
        .map(|file| {
            let path = file.expect("a transcript").path();
            let text = std::fs::read_to_string(path).expect("UTF-8");
            text.lines().filter(|line| line.starts_with("S: ")).count()
        })
        .sum()
}

#[test]
fn every_production_cites_its_rfc() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/wire");
    let mut counts = BTreeMap::new();
    let mut uncited = Vec::new();
    for protocol in ["imap", "pop3", "smtp"] {
        let mut found = BTreeSet::new();
        read(&folder.join(protocol), &mut found, &mut uncited);
        counts.insert(protocol, found.len());
    }
    assert_eq!(uncited, [""; 0]);
    let rules = [imap_wire::TABLE, pop3_wire::TABLE, smtp_wire::TABLE].map(<[_]>::len);
    let line = format!(
        "{} productions {counts:?}, {} rules, {} lines judged, {} recorded lines replayed\n",
        counts.values().sum::<usize>(),
        rules.iter().sum::<usize>(),
        lines_judged(),
        lines_recorded(),
    );
    let shown = std::io::stdout().write_all(line.as_bytes());
    shown.expect("the terminal");
}
