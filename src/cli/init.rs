//! `mailspec init`: a target file, written by asking the server.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use tokio::runtime::Runtime;

use super::exit::{OK, Refusal, TARGET};
use super::screen::{print, say};
use crate::report::visible;
use crate::target::doctor::{Diagnosis, look};
use crate::target::draft::{Draft, Found, candidates, upgraded};
use crate::target::{External, options};
use crate::transport::Trust;

/// How long an endpoint that nobody named may take to answer.
const PATIENCE: Duration = Duration::from_secs(3);

/// Write a target file by asking the server: ports, TLS, capabilities
#[derive(Args, Clone, Debug)]
pub(super) struct InitArguments {
    /// Where the server answers: imap://host, pop3://host:1110 …; the registered ports of the
    /// same hosts are tried too
    #[arg(value_name = "URL", required = true)]
    urls: Vec<String>,
    /// An account that mailspec may use and empty (repeatable); its password is not written
    #[arg(long = "account", value_name = "USER:PASSWORD")]
    accounts: Vec<String>,
    /// Write the passwords given with --account into the file
    #[arg(long, requires = "accounts")]
    write_passwords: bool,
    /// Trust the certificates in this PEM file, and no others
    #[arg(long, value_name = "FILE", conflicts_with = "insecure")]
    ca: Option<PathBuf>,
    /// Do not check certificates
    #[arg(long)]
    insecure: bool,
    /// The file to write, which must not exist; - is standard output; by default HOST.yaml
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// Asks, and writes.
pub(super) fn execute(arguments: &InitArguments) -> Result<u8, Refusal> {
    let mut external =
        External::named(&arguments.urls, &arguments.accounts).map_err(Refusal::usage)?;
    if let Some(path) = &arguments.ca {
        let pem = std::fs::read(path)
            .map_err(|error| Refusal::usage(format!("cannot read {}: {error}", path.display())))?;
        external.trust = Trust::Authorities(pem);
    }
    if arguments.insecure {
        external.trust = Trust::Insecure;
    }
    let host = external.endpoints.first().map(|it| it.host.clone());
    let host = host.unwrap_or_default();
    let default = PathBuf::from(format!("{}.yaml", host.replace(':', "-")));
    let path = arguments.output.as_ref().unwrap_or(&default);
    let to_output = path == Path::new("-");
    if !to_output && path.exists() {
        return Err(exists(path));
    }
    let runtime = Runtime::new().map_err(Refusal::internal)?;
    let (found, missing) = runtime.block_on(ask(&external));
    if found.is_empty() {
        let words: Vec<String> = missing.iter().map(ToString::to_string).collect();
        return Err(Refusal {
            code: TARGET,
            message: words.join("\n"),
        });
    }
    let draft = Draft {
        name: host,
        found,
        missing,
        accounts: external.accounts,
        passwords: arguments.write_passwords,
        authorities: arguments.ca.clone(),
        insecure: arguments.insecure,
    };
    let text = draft.text();
    if to_output {
        print(&text)?;
        return Ok(OK);
    }
    write(path, &text)?;
    let shown = super::shell_word(&path.display().to_string());
    say(&format!(
        "{} endpoints answer; wrote {}\nfill it in, then: mailspec doctor --target {shown}\n",
        draft.found.len(),
        visible(&path.display().to_string()),
    ));
    Ok(OK)
}

/// What answers, and what of the endpoints that were named does not.
async fn ask(external: &External) -> (Vec<Found>, Vec<Diagnosis>) {
    let patient = options(external);
    let mut quick = options(external);
    quick.connect_timeout = PATIENCE;
    let (mut found, mut missing) = (Vec::<Found>::new(), Vec::new());
    for endpoint in candidates(&external.endpoints) {
        let named = external.endpoints.contains(&endpoint);
        let options = if named { &patient } else { &quick };
        match look(&endpoint, options).await {
            Ok(capabilities) => {
                let upgraded = upgraded(&endpoint, &capabilities);
                found.push(Found {
                    endpoint,
                    capabilities,
                });
                let upgraded = upgraded.filter(|it| found.iter().all(|f| f.endpoint != *it));
                let Some(endpoint) = upgraded else { continue };
                match look(&endpoint, options).await {
                    Ok(capabilities) => found.push(Found {
                        endpoint,
                        capabilities,
                    }),
                    Err(diagnosis) => missing.push(diagnosis),
                }
            }
            // Where nobody said that there is something, nothing is nothing to talk about.
            Err(diagnosis) if named || !diagnosis.is_absence() => missing.push(diagnosis),
            Err(_) => {}
        }
    }
    (found, missing)
}

/// Writes a new file that only its owner reads: passwords come into it sooner or later.
fn write(path: &Path, text: &str) -> Result<(), Refusal> {
    let mut open = OpenOptions::new();
    let opened = open.write(true).create_new(true).mode(0o600).open(path);
    let written = opened.and_then(|mut file| file.write_all(text.as_bytes()));
    written.map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => exists(path),
        _ => Refusal::usage(format!("cannot write {}: {error}", path.display())),
    })
}

fn exists(path: &Path) -> Refusal {
    let path = path.display();
    Refusal::usage(format!(
        "{path} is there already; move it away, or write another one with --output"
    ))
}
