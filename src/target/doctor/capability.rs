//! The capabilities that a server advertises in each state, and whether they are there.

use super::Patient;
use super::diagnosis::{Check, Diagnosis};
use super::endpoint::{ACTOR, upgrade};
use super::login::Advertised;
use crate::engine::Command;
use crate::target::Account;
use crate::target::client::{Session, imap_command, imap_status, is_pop3_ok, pop3_response};
use crate::transport::{Connection, Endpoint, Recorder, Security};
use crate::wire::imap::StatusKind;
use crate::wire::{Message, Protocol};

/// Capabilities of IMAP that have a command without side effects in the authenticated state.
const IMAP_COMMANDS: &[(&str, &str)] = &[
    ("NAMESPACE", "NAMESPACE"),
    ("ID", "ID NIL"),
    ("ENABLE", "ENABLE X-MAILSPEC"),
    ("QUOTA", "GETQUOTAROOT INBOX"),
    ("ACL", "MYRIGHTS INBOX"),
    ("IDLE", "IDLE"),
    ("LIST-EXTENDED", "LIST (SUBSCRIBED) \"\" \"*\""),
    ("LIST-STATUS", "LIST \"\" \"*\" RETURN (STATUS (MESSAGES))"),
];

/// The same for POP3 in the TRANSACTION state.
const POP3_COMMANDS: &[(&str, &str)] = &[("UIDL", "UIDL")];

impl Patient<'_> {
    /// Lists what is advertised, and tries what can be tried.
    pub(super) async fn capabilities(
        &mut self,
        account: &Account,
        advertised: &[(Endpoint, Advertised)],
    ) {
        for (endpoint, all) in advertised {
            let finding = format!(
                "before login: {}; after login: {}",
                words(&all.before),
                words(&all.after)
            );
            self.say(Diagnosis::ok(Check::Capabilities, endpoint, finding));
            for diagnosis in self.missing(endpoint, account, all).await {
                self.say(diagnosis);
            }
        }
        for (endpoint, offered) in self.before_login.clone() {
            let is_known = |(known, _): &(Endpoint, Advertised)| *known == endpoint;
            if !advertised.iter().any(is_known) {
                let finding = format!("before login: {}", words(&offered));
                self.say(Diagnosis::ok(Check::Capabilities, &endpoint, finding));
            }
            if let Some(diagnosis) = self.upgrade(&endpoint, &offered).await {
                self.say(diagnosis);
            }
        }
    }

    /// STARTTLS or STLS on an endpoint that is used in clear.
    async fn upgrade(&self, endpoint: &Endpoint, offered: &[String]) -> Option<Diagnosis> {
        let verb = upgrade(endpoint.protocol);
        let secure = Endpoint {
            security: Security::StartTls,
            ..endpoint.clone()
        };
        let is_given = self.external.endpoints.contains(&secure);
        if endpoint.security != Security::Plain
            || is_given
            || !offered.iter().any(|name| name == verb)
        {
            return None;
        }
        let options = &self.access.options;
        let opened = Connection::open(&secure, ACTOR, options, &Recorder::new()).await;
        let finding = format!("{verb} is advertised, and TLS does not begin");
        opened.err().map(|error| {
            Diagnosis::warn(Check::Capabilities, endpoint, finding)
                .observed(error.to_string())
                .cure("give the authority's certificate with --ca, or switch TLS off in the server")
        })
    }

    /// What is advertised, and unknown as a command.
    async fn missing(
        &self,
        endpoint: &Endpoint,
        account: &Account,
        advertised: &Advertised,
    ) -> Vec<Diagnosis> {
        let table = match endpoint.protocol {
            Protocol::Pop3 => POP3_COMMANDS,
            _ => IMAP_COMMANDS,
        };
        let tried = table.iter().filter(|(capability, _)| {
            let mut names = advertised.after.iter();
            names.any(|name| name.split(' ').next() == Some(capability))
        });
        let mut missing = Vec::new();
        for (capability, command) in tried {
            if let Some(observed) = self.unknown(endpoint, account, command).await {
                let finding = format!("{capability} is advertised, and is not there");
                missing.push(
                    Diagnosis::warn(Check::Capabilities, endpoint, finding)
                        .observed(format!("{command}: {observed}"))
                        .cure("take it off the list in the server, or make it work"),
                );
            }
        }
        missing
    }

    /// The refusal of a command as one that does not exist; `None` if it exists, or cannot be
    /// asked.
    async fn unknown(
        &self,
        endpoint: &Endpoint,
        account: &Account,
        command: &str,
    ) -> Option<String> {
        let options = &self.access.options;
        let recorder = Recorder::new();
        recorder.hide(&account.user, &account.password);
        let limit = options.connect_timeout;
        let opened = Session::open(endpoint, ACTOR, options, &recorder, limit).await;
        let (mut session, _) = opened.ok()?;
        let Account { user, password, .. } = account;
        let logins = match endpoint.protocol {
            Protocol::Pop3 => vec![
                Command::text(&format!("USER {user}")),
                Command::text(&format!("PASS {password}")),
            ],
            _ => vec![imap_command("LOGIN", [user, password])],
        };
        for login in logins {
            session.command("login", login).await.ok()?;
        }
        let answer = session
            .command(command, Command::text(command))
            .await
            .ok()?;
        let unknown = !answer.continues && is_unknown(&answer.last);
        let shown = session.shown(&answer.last);
        session.close().await;
        unknown.then_some(shown)
    }
}

/// BAD says that a command is unknown or malformed; POP3 has nothing but `-ERR`.
fn is_unknown(message: &Message) -> bool {
    imap_status(message).is_some_and(|status| status.kind == StatusKind::Bad)
        || pop3_response(message).is_some_and(|response| !is_pop3_ok(response))
}

fn words(capabilities: &[String]) -> String {
    match capabilities.is_empty() {
        true => "nothing".to_owned(),
        false => capabilities.join(" "),
    }
}
