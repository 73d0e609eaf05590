//! `mailspec serve`: the embedded server in the foreground.

use std::path::PathBuf;

use clap::Args;
use tokio::runtime::Runtime;

use super::exit::{OK, Refusal, USAGE};
use super::screen::print;
use super::signals::Signals;
use super::target_arguments::fault;
use crate::server::{Fault, Options, Ports, Retention, Server};

/// Run the embedded server in the foreground, on 127.0.0.1
#[derive(Args, Clone, Debug)]
pub(super) struct ServeArguments {
    /// An account (repeatable)
    #[arg(
        long = "account",
        value_name = "USER:PASSWORD",
        default_value = "test:test",
        value_parser = account,
    )]
    accounts: Vec<(String, String)>,
    /// Switch on a fault (repeatable; `mailspec list --faults` names them)
    #[arg(long = "fault", value_name = "ID", value_parser = fault)]
    faults: Vec<Fault>,
    /// Write the certificate of the server's authority to this file
    #[arg(long, value_name = "FILE")]
    write_ca: Option<PathBuf>,
    /// Port for IMAP; 0, here and below, is any free one
    #[arg(long, value_name = "PORT", default_value_t = 0)]
    imap: u16,
    /// Port for IMAP with implicit TLS
    #[arg(long, value_name = "PORT", default_value_t = 0)]
    imaps: u16,
    /// Port for POP3
    #[arg(long, value_name = "PORT", default_value_t = 0)]
    pop3: u16,
    /// Port for POP3 with implicit TLS
    #[arg(long, value_name = "PORT", default_value_t = 0)]
    pop3s: u16,
    /// Port for SMTP
    #[arg(long, value_name = "PORT", default_value_t = 0)]
    smtp: u16,
    /// Port for LMTP
    #[arg(long, value_name = "PORT", default_value_t = 0)]
    lmtp: u16,
}

/// Serves until Ctrl-C.
pub(super) fn execute(arguments: &ServeArguments) -> Result<u8, Refusal> {
    let runtime = Runtime::new().map_err(Refusal::internal)?;
    runtime.block_on(serve(arguments))
}

async fn serve(arguments: &ServeArguments) -> Result<u8, Refusal> {
    let signals = Signals::listen().map_err(Refusal::internal)?;
    let options = Options {
        ports: Ports {
            imap: arguments.imap,
            imaps: arguments.imaps,
            pop3: arguments.pop3,
            pop3s: arguments.pop3s,
            smtp: arguments.smtp,
            lmtp: arguments.lmtp,
        },
        faults: arguments.faults.clone(),
        retention: Retention::Strict,
        accounts: arguments.accounts.clone(),
        newest_first: false,
    };
    let server = Server::start(options).await.map_err(|error| Refusal {
        code: USAGE,
        message: format!("cannot listen: {error}"),
    })?;
    if let Some(path) = &arguments.write_ca {
        std::fs::write(path, server.authority())
            .map_err(|error| Refusal::usage(format!("cannot write {}: {error}", path.display())))?;
    }
    print(&endpoints(server.ports()))?;
    signals.reached(1).await;
    server.stop().await;
    Ok(OK)
}

fn endpoints(ports: Ports) -> String {
    [
        ("imap", ports.imap),
        ("imaps", ports.imaps),
        ("pop3", ports.pop3),
        ("pop3s", ports.pop3s),
        ("smtp", ports.smtp),
        ("lmtp", ports.lmtp),
    ]
    .map(|(scheme, port)| format!("{scheme}://127.0.0.1:{port}\n"))
    .concat()
}

fn account(text: &str) -> Result<(String, String), String> {
    match text.split_once(':') {
        Some((user, password)) if !user.is_empty() => Ok((user.to_owned(), password.to_owned())),
        _ => Err("expected USER:PASSWORD".to_owned()),
    }
}
