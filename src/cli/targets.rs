//! `mailspec targets`: the servers that mailspec can start, and how to install them.

use std::fmt::Write;

use clap::Args;

use super::exit::{OK, Refusal};
use super::screen::print;
use crate::target::{MANAGED, ManagedServer, install_script, managed_servers};
use crate::transport::Security;
use crate::wire::Protocol;

/// List the servers that mailspec can start, with what is installed here
#[derive(Args, Clone, Debug)]
pub(super) struct TargetsArguments {
    /// Print the shell script that installs a server instead; run it as root
    #[arg(long, value_name = "NAME")]
    install: Option<String>,
}

/// Prints the list or the script.
pub(super) fn execute(arguments: &TargetsArguments) -> Result<u8, Refusal> {
    match &arguments.install {
        Some(name) => print(&script(name)?)?,
        None => print(&list(&managed_servers()))?,
    }
    Ok(OK)
}

fn script(name: &str) -> Result<String, Refusal> {
    install_script(name).ok_or_else(|| {
        let known = MANAGED.join(", ");
        Refusal::usage(format!(
            "no managed server is called `{name}`; there are {known}"
        ))
    })
}

fn list(servers: &[ManagedServer]) -> String {
    let mut text = String::new();
    for server in servers {
        let version = match &server.version {
            Ok(version) => version,
            Err(why) => why,
        };
        let (name, about) = (server.name, server.about);
        let protocols = protocols(server.services);
        let _ = writeln!(text, "{name:18} {version}\n    {about}\n    {protocols}");
    }
    text
}

/// `imap (clear, STARTTLS, TLS), lmtp (clear)`.
fn protocols(services: &[(Protocol, Security)]) -> String {
    let protocols = [
        Protocol::Imap,
        Protocol::Pop3,
        Protocol::Smtp,
        Protocol::Lmtp,
    ];
    let offered = protocols.into_iter().filter_map(|protocol| {
        let ways = [
            (Security::Plain, "clear"),
            (Security::StartTls, "STARTTLS"),
            (Security::Implicit, "TLS"),
        ];
        let ways: Vec<&str> = ways
            .into_iter()
            .filter(|(security, _)| services.contains(&(protocol, *security)))
            .map(|(_, way)| way)
            .collect();
        let name = protocol.to_string();
        (!ways.is_empty()).then(|| format!("{name} ({})", ways.join(", ")))
    });
    offered.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_that_is_missing_shows_its_install_command() {
        let server = ManagedServer {
            name: "courier",
            about: "on Maildirs",
            version: Err(
                "courier is not installed: mailspec targets --install courier | sh".into(),
            ),
            services: &[
                (Protocol::Imap, Security::Plain),
                (Protocol::Imap, Security::Implicit),
            ],
        };
        let text = list(&[server]);
        assert!(
            text.contains("courier            courier is not installed"),
            "{text}"
        );
        assert!(
            text.contains("on Maildirs\n    imap (clear, TLS)\n"),
            "{text}"
        );
    }

    #[test]
    fn the_script_is_for_a_server_whatever_its_variant() {
        assert_eq!(script("cyrus").ok(), script("cyrus:immediate").ok());
        assert!(script("exchange").is_err_and(|refusal| refusal.message.contains("courier")));
    }
}
