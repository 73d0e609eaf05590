//! Logging in: every account, over every protocol that has accounts.

use super::diagnosis::{Check, Diagnosis};
use super::endpoint::{ACTOR, is_positive};
use crate::engine::Command;
use crate::target::Account;
use crate::target::client::{ClientError, Session, imap_command, imap_status};
use crate::transport::{Endpoint, Options, Recorder, Security};
use crate::wire::imap::StatusKind;
use crate::wire::{Message, Protocol};

/// What a server advertised to somebody who logged in.
#[derive(Clone, Debug, Default)]
pub(super) struct Advertised {
    /// Before login.
    pub(super) before: Vec<String>,
    /// After login.
    pub(super) after: Vec<String>,
}

/// Logs in and out again. An `Err` says why that is not possible.
pub(super) async fn log_in(
    endpoint: &Endpoint,
    account: &Account,
    options: &Options,
) -> Result<Advertised, Diagnosis> {
    let recorder = Recorder::new();
    recorder.hide(&account.user, &account.password);
    let limit = options.connect_timeout;
    let attempt = Attempt { endpoint, account };
    let opened = Session::open(endpoint, ACTOR, options, &recorder, limit).await;
    let (mut session, greeting) = opened.map_err(|error| attempt.broken(&error))?;
    let status = imap_status(&greeting);
    let advertised = match endpoint.protocol {
        Protocol::Pop3 => attempt.pop3(&mut session).await,
        _ if status.is_some_and(|it| it.kind == StatusKind::Preauth) => {
            attempt.preauth(&mut session).await
        }
        _ => attempt.imap(&mut session).await,
    };
    session.close().await;
    advertised
}

#[derive(Clone, Copy)]
struct Attempt<'a> {
    endpoint: &'a Endpoint,
    account: &'a Account,
}

impl Attempt<'_> {
    async fn imap(self, session: &mut Session) -> Result<Advertised, Diagnosis> {
        let before = self.capabilities(session, "CAPABILITY").await?;
        // A client must not try then (RFC 3501 §6.2.3).
        if before.iter().any(|name| name == "LOGINDISABLED") {
            return Err(self.disabled("CAPABILITY lists LOGINDISABLED"));
        }
        let Account { user, password, .. } = self.account;
        let login = imap_command("LOGIN", [user, password]);
        let answer = self.run(session, "LOGIN", login).await?;
        if !is_positive(&answer) {
            return Err(self.refused(session, &answer));
        }
        let after = self.capabilities(session, "CAPABILITY").await?;
        self.leave(session, "LOGOUT").await;
        Ok(Advertised { before, after })
    }

    /// The server knows who comes without a password (RFC 3501 §7.1.4).
    async fn preauth(self, session: &mut Session) -> Result<Advertised, Diagnosis> {
        let after = self.capabilities(session, "CAPABILITY").await?;
        self.leave(session, "LOGOUT").await;
        Ok(Advertised {
            before: after.clone(),
            after,
        })
    }

    async fn pop3(self, session: &mut Session) -> Result<Advertised, Diagnosis> {
        let before = self.capabilities(session, "CAPA").await?;
        let Account { user, password, .. } = self.account;
        if [user, password]
            .iter()
            .any(|it| it.contains(['\r', '\n', '\0']))
        {
            let finding = "the name or the password holds octets that POP3 cannot carry";
            return Err(self.fail(finding).cure("give an account without them"));
        }
        for (what, command) in [("USER", user), ("PASS", password)] {
            let command = Command::text(&format!("{what} {command}"));
            let answer = self.run(session, what, command).await?;
            if is_positive(&answer) {
                continue;
            }
            // What CAPA does not list may work all the same (RFC 2449 §6.2), but this did not.
            let listed = |name: &str| before.iter().any(|it| it.split(' ').next() == Some(name));
            if !before.is_empty() && !listed("USER") {
                let shown = session.shown(&answer);
                return Err(self.disabled(&format!("CAPA does not list USER; {shown}")));
            }
            return Err(self.refused(session, &answer));
        }
        let after = self.capabilities(session, "CAPA").await?;
        self.leave(session, "QUIT").await;
        Ok(Advertised { before, after })
    }

    async fn capabilities(
        self,
        session: &mut Session,
        command: &str,
    ) -> Result<Vec<String>, Diagnosis> {
        self.run(session, command, Command::text(command)).await?;
        Ok(session.capabilities())
    }

    async fn run(
        self,
        session: &mut Session,
        what: &str,
        command: Command,
    ) -> Result<Message, Diagnosis> {
        match session.command(what, command).await {
            Ok(answer) => Ok(answer.last),
            Err(error) => Err(self.broken(&error)),
        }
    }

    /// Says goodbye; what the server answers does not matter any more.
    async fn leave(self, session: &mut Session, command: &str) {
        let _ = session.command(command, Command::text(command)).await;
    }

    fn refused(self, session: &Session, answer: &Message) -> Diagnosis {
        let observed = session.shown(answer);
        let upper = observed.to_ascii_uppercase();
        if upper.contains("[PRIVACYREQUIRED]") {
            return self.disabled(&observed);
        }
        let temporary = [
            "[UNAVAILABLE]",
            "[INUSE]",
            "[IN-USE]",
            "[LIMIT]",
            "[LOGIN-DELAY",
            "[SYS/",
        ];
        let (finding, cure) = if temporary.iter().any(|code| upper.contains(code)) {
            (
                "the server does not let this account in now",
                "it is busy or broken: its log says why; end what else uses the account",
            )
        } else {
            (
                "the server refuses the name or the password",
                "correct the account (--account USER:PASSWORD, or accounts: in the target file), \
                 or let it use this protocol in the server",
            )
        };
        self.fail(finding).observed(observed).cure(cure)
    }

    /// Login needs TLS here.
    fn disabled(self, observed: &str) -> Diagnosis {
        let secure = Endpoint {
            security: Security::StartTls,
            ..self.endpoint.clone()
        };
        let diagnosis = match self.endpoint.security {
            Security::Plain => self
                .fail("the server takes no password in clear")
                .cure(format!("write {secure}, or allow it in the server")),
            Security::StartTls | Security::Implicit => self
                .fail("the server takes no password")
                .cure("switch password login on in the server"),
        };
        diagnosis.observed(observed)
    }

    fn broken(self, error: &ClientError) -> Diagnosis {
        self.fail("login does not come to an end")
            .observed(error.observed())
            .cure("the server hangs or breaks off: its log says why")
    }

    fn fail(self, finding: &str) -> Diagnosis {
        let finding = format!("{}: {finding}", self.endpoint);
        let subject = format!("account {}", self.account.user);
        Diagnosis::fail(Check::Login, subject, finding)
    }
}
