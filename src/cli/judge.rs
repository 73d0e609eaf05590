//! `mailspec judge`: what a log says that the server did wrong.

use std::fmt::Write as _;
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use serde::Serialize;

use super::exit::{FAILED, OK, Refusal};
use super::screen::{Screen, print};
use crate::finding::Grade;
use crate::judge::rawlog::{self, Side};
use crate::judge::{Judgement, Knowledge, Recording, archive, judge, notation};
use crate::outcome::Finding;
use crate::report::{Style, json, log};
use crate::wire::Protocol;

/// Judge recorded sessions: logs, pasted excerpts, archived runs
///
/// Exit codes: 0 no violation; 1 violations; 2 a file cannot be read.
#[derive(Args, Clone, Debug)]
pub(super) struct JudgeArguments {
    /// The logs; - is standard input. Of a rawlog's .in and .out one is enough
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    /// The form of the logs, where it cannot be seen
    #[arg(long = "as", value_enum, value_name = "FORM")]
    form: Option<Form>,
    /// The protocol of connections whose octets do not tell
    #[arg(long)]
    protocol: Option<ProtocolName>,
    /// What is in force where an excerpt begins: rev1, rev2, and extensions (CONDSTORE,QRESYNC)
    #[arg(long, value_delimiter = ',', value_name = "NAMES")]
    context: Option<Vec<String>>,
    /// Every connection is there from its greeting on
    #[arg(long)]
    whole: bool,
    /// All connections use the same mail, even where no login shows it
    #[arg(long)]
    one_account: bool,
    /// A deviation counts like a violation
    #[arg(long)]
    strict: bool,
    /// How findings are written
    #[arg(long, value_enum, default_value = "pretty")]
    format: Output,
}

/// The form of a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Form {
    /// C: and S: in front of lines, or the transcript of a report.
    Notation,
    /// Dovecot's rawlog: a .in and a .out file.
    Rawlog,
    /// ImapTest's rawlog: one file with I: and O:.
    Imaptest,
    /// The archive of a run (--report json:FILE).
    Archive,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum ProtocolName {
    Imap,
    Pop3,
    Smtp,
    Lmtp,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Output {
    /// Text for people.
    Pretty,
    /// One JSON document.
    Json,
}

/// What was found in one log.
#[derive(Debug, Serialize)]
struct Verdict {
    /// The file, and the scenario of an archive.
    log: String,
    messages: usize,
    octets: u64,
    /// Connections that begin in the middle.
    excerpts: Vec<String>,
    findings: Vec<Finding>,
}

/// Judges every log.
pub(super) fn execute(arguments: &JudgeArguments, screen: &Screen) -> Result<u8, Refusal> {
    let knowledge = knowledge(arguments);
    let mut verdicts = Vec::new();
    let mut taken: Vec<PathBuf> = Vec::new();
    for path in &arguments.files {
        if !taken.contains(path) {
            for (label, recording) in recordings(path, arguments.form, &mut taken)? {
                let Judgement {
                    findings,
                    messages,
                    octets,
                    excerpts,
                } = judge(&recording, &knowledge, &label)
                    .map_err(|error| located(&label, error.line, &error.message))?;
                verdicts.push(Verdict {
                    log: label,
                    messages,
                    octets,
                    excerpts,
                    findings,
                });
            }
        }
    }
    let text = match arguments.format {
        Output::Pretty => pretty(&verdicts, screen.out),
        Output::Json => {
            let mut text =
                serde_json::to_string_pretty(&verdicts).expect("findings are plain data");
            text.push('\n');
            text
        }
    };
    print(&text)?;
    let mut findings = verdicts.iter().flat_map(|verdict| &verdict.findings);
    let failed = findings.any(|f| f.grade == Grade::Violation || arguments.strict);
    Ok(if failed { FAILED } else { OK })
}

fn knowledge(arguments: &JudgeArguments) -> Knowledge {
    Knowledge {
        protocol: arguments.protocol.map(|protocol| match protocol {
            ProtocolName::Imap => Protocol::Imap,
            ProtocolName::Pop3 => Protocol::Pop3,
            ProtocolName::Smtp => Protocol::Smtp,
            ProtocolName::Lmtp => Protocol::Lmtp,
        }),
        whole: arguments.whole,
        one_account: arguments.one_account,
        context: arguments.context.clone(),
    }
}

/// The recordings in a file, each with its name. Files that belong together are `taken` at once.
fn recordings(
    path: &Path,
    form: Option<Form>,
    taken: &mut Vec<PathBuf>,
) -> Result<Vec<(String, Recording)>, Refusal> {
    let octets = read(path)?;
    let label = path.display().to_string();
    let form = form.or_else(|| recognise(&octets)).ok_or_else(|| {
        located(
            &label,
            1,
            "no form is recognised; say it with --as, and see docs/judge.md",
        )
    })?;
    let unreadable = |error: crate::judge::Unreadable| located(&label, error.line, &error.message);
    let recording = match form {
        Form::Archive => return archived(&octets, &label),
        Form::Imaptest => rawlog::read_both(&octets).map_err(unreadable)?,
        Form::Notation => {
            let text = String::from_utf8(octets).map_err(|error| {
                let good = error.utf8_error().valid_up_to();
                let before = &error.as_bytes()[..good];
                let line = before.iter().filter(|&&octet| octet == b'\n').count() + 1;
                located(&label, line, "this is no UTF-8; write such octets as \\xNN")
            })?;
            notation::read(&text).map_err(unreadable)?
        }
        Form::Rawlog => {
            let mut files = vec![(rawlog::side_of(&octets), octets)];
            if let Some(other) = counterpart(path).filter(|other| other.exists()) {
                let octets = read(&other)?;
                let side = match files[0].0 {
                    Side::Client => Side::Server,
                    Side::Server => Side::Client,
                };
                files.push((side, octets));
                taken.push(other);
            }
            let files: Vec<(Side, &[u8])> = files.iter().map(|(s, o)| (*s, &o[..])).collect();
            rawlog::read_pair(&files).map_err(unreadable)?
        }
    };
    Ok(vec![(label, recording)])
}

fn read(path: &Path) -> Result<Vec<u8>, Refusal> {
    let mut octets = Vec::new();
    let result = if path == Path::new("-") {
        std::io::stdin().read_to_end(&mut octets).map(drop)
    } else {
        fs::read(path).map(|read| octets = read)
    };
    result.map_err(|error| Refusal::usage(format!("cannot read {}: {error}", path.display())))?;
    Ok(octets)
}

/// The form of a log, as far as it can be seen.
fn recognise(octets: &[u8]) -> Option<Form> {
    if octets.trim_ascii_start().starts_with(b"{") {
        return Some(Form::Archive);
    }
    if rawlog::is_two_way(octets) {
        return Some(Form::Imaptest);
    }
    if rawlog::is_one_way(octets) {
        return Some(Form::Rawlog);
    }
    notation::is_notation(&String::from_utf8_lossy(octets)).then_some(Form::Notation)
}

/// The file of the other direction: .in beside .out.
fn counterpart(path: &Path) -> Option<PathBuf> {
    match path.extension()?.to_str()? {
        "in" => Some(path.with_extension("out")),
        "out" => Some(path.with_extension("in")),
        _ => None,
    }
}

fn archived(octets: &[u8], label: &str) -> Result<Vec<(String, Recording)>, Refusal> {
    let text = String::from_utf8_lossy(octets);
    let run = json::read(&text).map_err(|error| Refusal::usage(format!("{label}: {error}")))?;
    let scenarios = run.scenarios.iter();
    let recordings = scenarios.map(|scenario| {
        let recording = archive::recording(&scenario.transcript);
        (format!("{label}: {}", scenario.id), recording)
    });
    Ok(recordings.collect())
}

fn located(label: &str, line: usize, message: &str) -> Refusal {
    Refusal::usage(format!("{label}:{line}: {message}"))
}

fn pretty(verdicts: &[Verdict], style: Style) -> String {
    let mut out = String::new();
    for verdict in verdicts {
        out.push_str(&log::render(&verdict.log, &verdict.findings, style));
    }
    for verdict in verdicts.iter().filter(|v| !v.excerpts.is_empty()) {
        let names: Vec<&str> = verdict.excerpts.iter().map(String::as_str).collect();
        let names = names.join(", ");
        let who = if names.is_empty() { "it" } else { &names };
        let _ = writeln!(
            out,
            "{}: {who} begins in the middle, so rules that need the beginning stayed silent",
            verdict.log
        );
    }
    let findings: Vec<&Finding> = verdicts.iter().flat_map(|v| &v.findings).collect();
    let count = |grade| findings.iter().filter(|f| f.grade == grade).count();
    let messages: usize = verdicts.iter().map(|verdict| verdict.messages).sum();
    let octets: u64 = verdicts.iter().map(|verdict| verdict.octets).sum();
    let _ = writeln!(
        out,
        "{} violations, {} deviations, {} notes in {messages} messages ({octets} octets)",
        count(Grade::Violation),
        count(Grade::Deviation),
        count(Grade::Note),
    );
    out
}
