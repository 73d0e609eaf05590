//! Which server is tested: `--target` and what belongs to it.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;

use super::exit::Refusal;
use crate::expect::nearest;
use crate::server::Fault;
use crate::target::{External, Journal, Spec};
use crate::transport::Trust;

/// The target and how it is used.
#[derive(Args, Clone, Debug, Default)]
pub(super) struct TargetArguments {
    /// The server: `embedded`, the name of a managed one, a target file, or URLs (repeatable)
    #[arg(
        long = "target",
        value_name = "NAME|FILE|URL",
        default_value = "embedded"
    )]
    pub(super) targets: Vec<String>,
    /// An account of a server given by URL that mailspec may use and empty (repeatable)
    #[arg(long = "account", value_name = "USER:PASSWORD")]
    accounts: Vec<String>,
    /// Trust the certificates in this PEM file, and no others
    #[arg(long, value_name = "FILE", conflicts_with = "insecure")]
    ca: Option<PathBuf>,
    /// Do not check certificates
    #[arg(long)]
    insecure: bool,
    /// Work in mailboxes that are not empty, and leave what was there alone
    #[arg(long)]
    allow_non_empty: bool,
    /// How long a change may take to reach other sessions, in seconds
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    propagation_limit: Option<Duration>,
    /// Switch on a fault of the embedded server (repeatable; `mailspec list --faults` names them)
    #[arg(long = "fault", value_name = "ID", value_parser = fault)]
    faults: Vec<Fault>,
}

impl TargetArguments {
    /// What they ask for.
    pub(super) fn spec(&self) -> Result<Spec, Refusal> {
        let read = |path: &Path| std::fs::read(path);
        let spec = Spec::from_arguments(&self.targets, &self.accounts, &read);
        match spec.map_err(Refusal::usage)? {
            Spec::Embedded(_) => {
                self.refuse_external_options()?;
                Ok(Spec::Embedded(self.faults.clone()))
            }
            Spec::EmbeddedAs(retention, _) => {
                self.refuse_external_options()?;
                Ok(Spec::EmbeddedAs(retention, self.faults.clone()))
            }
            Spec::EmbeddedNewestFirst(_) => {
                self.refuse_external_options()?;
                Ok(Spec::EmbeddedNewestFirst(self.faults.clone()))
            }
            _ if !self.faults.is_empty() => {
                Err(Refusal::usage("only the embedded server has faults"))
            }
            Spec::External(external) => Ok(Spec::External(self.adjust(*external)?.into())),
            Spec::Managed(name) => {
                self.refuse_external_options()?;
                Ok(Spec::Managed(name))
            }
        }
    }

    /// Options outweigh what a file says.
    fn adjust(&self, mut external: External) -> Result<External, Refusal> {
        if let Some(path) = &self.ca {
            let pem = std::fs::read(path).map_err(|error| {
                Refusal::usage(format!("cannot read {}: {error}", path.display()))
            })?;
            external.trust = Trust::Authorities(pem);
        }
        if self.insecure {
            external.trust = Trust::Insecure;
        }
        let of_environment = |name| std::env::var_os(name);
        external.journal =
            Journal::default_path(of_environment("XDG_STATE_HOME"), of_environment("HOME"));
        external.allow_non_empty |= self.allow_non_empty;
        external.propagation_limit = self.propagation_limit.or(external.propagation_limit);
        Ok(external)
    }

    fn refuse_external_options(&self) -> Result<(), Refusal> {
        let given = [
            (self.ca.is_some(), "--ca"),
            (self.insecure, "--insecure"),
            (self.allow_non_empty, "--allow-non-empty"),
            (self.propagation_limit.is_some(), "--propagation-limit"),
        ];
        match given.into_iter().find(|(given, _)| *given) {
            Some((_, option)) => {
                let message = format!("{option} is for servers given by URL or file");
                Err(Refusal::usage(message))
            }
            None => Ok(()),
        }
    }

    /// The options as they may be shown: without passwords.
    pub(super) fn shown(&self) -> Vec<String> {
        let mut words = Vec::new();
        let mut option = |name: &str, value: String| {
            words.push(name.to_owned());
            if !value.is_empty() {
                words.push(value);
            }
        };
        for target in &self.targets {
            if target != "embedded" {
                option("--target", without_password(target));
            }
        }
        for account in &self.accounts {
            let user = account.split(':').next().unwrap_or_default();
            option("--account", format!("{user}:PASSWORD"));
        }
        if let Some(path) = &self.ca {
            option("--ca", path.display().to_string());
        }
        if self.insecure {
            option("--insecure", String::new());
        }
        if self.allow_non_empty {
            option("--allow-non-empty", String::new());
        }
        if let Some(limit) = self.propagation_limit {
            option("--propagation-limit", limit.as_secs_f64().to_string());
        }
        for fault in &self.faults {
            option("--fault", fault.id().to_owned());
        }
        words
    }

    /// The name in reports if the target never answered.
    pub(super) fn name(&self) -> String {
        let names = self.targets.iter().map(|target| without_password(target));
        names.collect::<Vec<_>>().join(" ")
    }
}

/// `imap://user:secret@host` as `imap://host`.
fn without_password(target: &str) -> String {
    match target.split_once("://") {
        Some((scheme, rest)) => {
            let rest = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
            format!("{scheme}://{rest}")
        }
        None => target.to_owned(),
    }
}

/// Seconds, with a fraction if wanted.
pub(super) fn seconds(text: &str) -> Result<Duration, String> {
    text.parse()
        .ok()
        .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
        .filter(|limit| *limit > Duration::ZERO)
        .ok_or_else(|| "expected a number of seconds above 0".to_owned())
}

/// A fault by its id.
pub(super) fn fault(id: &str) -> Result<Fault, String> {
    Fault::find(id).ok_or_else(|| {
        let near = nearest(id, Fault::ALL.iter().map(|fault| fault.id()));
        near.map_or_else(
            || "`mailspec list --faults` names every fault".to_owned(),
            |near| format!("did you mean {near}?"),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        target: TargetArguments,
    }

    fn parse(words: &[&str]) -> TargetArguments {
        let words = std::iter::once("mailspec").chain(words.iter().copied());
        Line::try_parse_from(words).unwrap().target
    }

    #[test]
    fn the_embedded_server_is_the_default_and_the_only_one_with_faults() {
        assert!(matches!(parse(&[]).spec(), Ok(Spec::Embedded(faults)) if faults.is_empty()));
        let fault = Fault::ALL[0].id();
        let arguments = parse(&["--fault", fault]);
        assert!(matches!(arguments.spec(), Ok(Spec::Embedded(faults)) if faults.len() == 1));
        let arguments = parse(&["--target", "dovecot", "--fault", fault]);
        assert_eq!(
            arguments.spec().unwrap_err().message,
            "only the embedded server has faults"
        );
    }

    #[test]
    fn options_that_would_do_nothing_are_refused() {
        let refused = parse(&["--target", "dovecot", "--insecure"])
            .spec()
            .unwrap_err();
        assert_eq!(
            refused.message,
            "--insecure is for servers given by URL or file"
        );
    }

    #[test]
    fn no_password_is_shown() {
        let arguments = parse(&[
            "--target",
            "imap://al:secret@host:143",
            "--target",
            "pop3://host",
            "--account",
            "al:sec:ret",
        ]);
        assert_eq!(
            arguments.shown(),
            [
                "--target",
                "imap://host:143",
                "--target",
                "pop3://host",
                "--account",
                "al:PASSWORD"
            ]
        );
        assert_eq!(arguments.name(), "imap://host:143 pop3://host");
    }

    #[test]
    fn limits_are_positive_seconds() {
        assert_eq!(seconds("2.5"), Ok(Duration::from_millis(2500)));
        for text in ["0", "-1", "x", "inf", "NaN", "1e30"] {
            assert!(seconds(text).is_err(), "{text}");
        }
    }
}
