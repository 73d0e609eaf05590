//! One endpoint: name, port, TLS, greeting, and what it advertises before login.

use std::net::IpAddr;

use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;

use super::Report;
use super::banner::{self, Banner};
use super::certificate;
use super::clock;
use super::diagnosis::{Check, Diagnosis};
use super::peek::{Answer, first_line, heard, last_line, who_answers};
use crate::engine::Command;
use crate::target::client::{
    ClientError, Session, imap_status, is_pop3_ok, pop3_response, reply_code,
};
use crate::transport::{Endpoint, Options, Recorder, Security, TransportError, Trust};
use crate::wire::imap::StatusKind;
use crate::wire::{Message, Protocol};

/// The name of the doctor's connections in records.
pub(super) const ACTOR: &str = "(doctor)";

/// Looks at an endpoint; gives what it advertises before login, or `None` if it is of no use.
pub(super) async fn examine(
    endpoint: &Endpoint,
    options: &Options,
    report: &mut Report<'_>,
) -> Option<Vec<String>> {
    let visit = Visit { endpoint, options };
    match visit.all(report).await {
        Ok(capabilities) => Some(capabilities),
        Err(diagnosis) => {
            report(diagnosis);
            None
        }
    }
}

/// One look at one endpoint. An `Err` is what makes it useless.
#[derive(Clone, Copy)]
struct Visit<'a> {
    endpoint: &'a Endpoint,
    options: &'a Options,
}

impl Visit<'_> {
    async fn all(self, report: &mut Report<'_>) -> Result<Vec<String>, Diagnosis> {
        self.resolve(report).await?;
        self.connect(report).await?;
        let recorder = Recorder::new();
        let limit = self.options.connect_timeout;
        let opened = Session::open(self.endpoint, ACTOR, self.options, &recorder, limit).await;
        let (mut session, greeting) = match opened {
            Ok(opened) => opened,
            Err(error) => return Err(self.explain(&error, &recorder.received()).await),
        };
        self.greeting(&greeting, &session)?;
        if let Some(tls) = self.tls() {
            report(tls);
        }
        report(self.ok(Check::Greeting, first_line(&greeting.octets)));
        let capabilities = self.capabilities(&mut session).await?;
        session.close().await;
        Ok(capabilities)
    }

    async fn resolve(self, report: &mut Report<'_>) -> Result<(), Diagnosis> {
        let Endpoint { host, port, .. } = self.endpoint;
        if host.parse::<IpAddr>().is_ok() {
            return Ok(());
        }
        let cure = "check the spelling of the host, and that this machine can resolve names";
        let failed = |finding: String| self.fail(Check::Dns, finding).cure(cure);
        let looking = timeout(self.options.connect_timeout, lookup_host((&**host, *port)));
        let addresses: Vec<String> = match looking.await {
            Ok(Ok(found)) => found.map(|address| address.ip().to_string()).collect(),
            Ok(Err(error)) => {
                return Err(failed(format!("{host} has no address")).observed(error.to_string()));
            }
            Err(_) => return Err(failed(format!("the name server says nothing about {host}"))),
        };
        report(self.ok(Check::Dns, addresses.join(", ")));
        Ok(())
    }

    async fn connect(self, report: &mut Report<'_>) -> Result<(), Diagnosis> {
        let Endpoint { host, port, .. } = self.endpoint;
        let limit = self.options.connect_timeout;
        let fail = |finding: String| self.fail(Check::Port, finding);
        match timeout(limit, TcpStream::connect((&**host, *port))).await {
            Ok(Ok(_)) => {
                report(self.ok(Check::Port, format!("{port} takes connections")));
                Ok(())
            }
            Ok(Err(error)) if error.kind() == std::io::ErrorKind::ConnectionRefused => {
                let registered =
                    banner::registered_port(self.endpoint.protocol, self.endpoint.security);
                Err(fail(format!("nothing listens at port {port}"))
                    .observed(error.to_string())
                    .cure(format!(
                        "start the server, or give its port (registered: {registered})"
                    )))
            }
            Ok(Err(error)) => Err(fail(format!("{host} cannot be reached"))
                .observed(error.to_string())
                .cure("check host, network and firewall")),
            Err(_) => Err(fail(format!("no answer from port {port}"))
                .observed(format!("nothing within {}", clock::limit(limit)))
                .cure("a firewall drops connections to it: open the port, or give another")),
        }
    }

    /// What TLS is worth, if it is used.
    fn tls(self) -> Option<Diagnosis> {
        if self.endpoint.security == Security::Plain {
            return None;
        }
        Some(match self.options.trust {
            Trust::Insecure => self
                .warn(Check::Tls, "nobody checks the certificate")
                .cure("give the authority's certificate with --ca to have it checked"),
            _ => self.ok(Check::Tls, "trusted, in date, and of that name"),
        })
    }

    /// Is it the right protocol, and does it want us?
    fn greeting(self, greeting: &Message, session: &Session) -> Result<(), Diagnosis> {
        let octets = &greeting.octets;
        let banner = Banner::of(octets).unwrap_or(Banner::Other);
        if !banner.fits(self.endpoint.protocol) {
            let line = first_line(octets);
            return Err(self.other(&Answer { banner, line }));
        }
        let welcome = match self.endpoint.protocol {
            Protocol::Imap => imap_status(greeting).is_some_and(|it| it.kind != StatusKind::Bye),
            Protocol::Pop3 => pop3_response(greeting).is_some_and(is_pop3_ok),
            Protocol::Smtp | Protocol::Lmtp => reply_code(greeting) == Some(220),
        };
        if welcome {
            return Ok(());
        }
        Err(self
            .fail(Check::Greeting, "the server refuses sessions")
            .observed(session.shown(greeting))
            .cure("its log says why: too many connections, or this machine is not allowed"))
    }

    async fn capabilities(self, session: &mut Session) -> Result<Vec<String>, Diagnosis> {
        let (command, other) = match self.endpoint.protocol {
            Protocol::Imap => ("CAPABILITY", None),
            Protocol::Pop3 => ("CAPA", None),
            Protocol::Smtp => ("EHLO localhost", Some(("LHLO localhost", Protocol::Lmtp))),
            Protocol::Lmtp => ("LHLO localhost", Some(("EHLO localhost", Protocol::Smtp))),
        };
        let answer = self.ask(session, command).await?;
        let Some((hello, protocol)) = other.filter(|_| !is_positive(&answer)) else {
            return Ok(session.capabilities());
        };
        // SMTP and LMTP greet alike: only the verb tells them apart (RFC 2033 §4.1).
        let observed = session.shown(&answer);
        let wrong = self.fail(Check::Greeting, format!("{command} is refused"));
        if !is_positive(&self.ask(session, hello).await?) {
            let cure = "its log says why";
            return Err(wrong.observed(observed).cure(cure));
        }
        let there = Endpoint {
            protocol,
            ..self.endpoint.clone()
        };
        let name = protocol.to_string().to_uppercase();
        let finding = format!("an {name} server answers here: it takes {hello}, not {command}");
        let cure = format!("write {there}");
        Err(Diagnosis { finding, ..wrong }.observed(observed).cure(cure))
    }

    async fn ask(self, session: &mut Session, command: &str) -> Result<Message, Diagnosis> {
        match session.command(command, Command::text(command)).await {
            Ok(answer) => Ok(answer.last),
            Err(error) => Err(self
                .fail(Check::Greeting, format!("{command} is not answered"))
                .observed(error.observed())
                .cure("the server hangs or breaks off: its log says why")),
        }
    }

    /// Why no session began; `received` is what the server sent until then.
    async fn explain(self, error: &ClientError, received: &[u8]) -> Diagnosis {
        let answer = heard(received.to_vec());
        let is_other = |it: &Answer| !it.banner.fits(self.endpoint.protocol);
        if let Some(answer) = answer.as_ref().filter(|it| is_other(it)) {
            return self.other(answer);
        }
        let cause = match error {
            ClientError::Transport(TransportError::Tls { source, .. }) => {
                certificate::explain(&self.endpoint.host, source)
            }
            _ => None,
        };
        if let Some(trouble) = cause {
            return self
                .fail(Check::Tls, trouble.finding)
                .observed(error.observed())
                .cure(trouble.cure);
        }
        if let ClientError::Transport(TransportError::Certificates(why)) = error {
            return self
                .fail(Check::Tls, "the certificates to trust cannot be read")
                .observed(why.clone())
                .cure("give a PEM file with --ca");
        }
        match self.endpoint.security {
            Security::StartTls if answer.is_some() => self.no_upgrade(error, received).await,
            _ => self.silence(error).await,
        }
    }

    /// The server greets, and then does not begin TLS.
    async fn no_upgrade(self, error: &ClientError, received: &[u8]) -> Diagnosis {
        let verb = upgrade(self.endpoint.protocol);
        let clear = self.with(Security::Plain);
        let mut ignored = |_: Diagnosis| {};
        let visit = Visit {
            endpoint: &clear,
            options: self.options,
        };
        let offered = Box::pin(visit.all(&mut ignored)).await.unwrap_or_default();
        let refused = last_line(received);
        if !offered.iter().any(|name| name == verb) {
            return self
                .fail(Check::Tls, format!("the server does not offer {verb}"))
                .observed(refused)
                .cure(format!("switch TLS on in the server, or write {clear}"));
        }
        let observed = match is_refusal(&refused) {
            true => refused,
            false => error.observed(),
        };
        self.fail(Check::Tls, format!("{verb} is advertised and fails"))
            .observed(observed)
            .cure("the server has no certificate or key that it can use: its log says why")
    }

    /// The server does not greet.
    async fn silence(self, error: &ClientError) -> Diagnosis {
        let secure = self.endpoint.security == Security::Implicit;
        match who_answers(self.endpoint, self.options).await {
            Some(answer) if answer.banner == Banner::Tls && !secure => self
                .fail(Check::Tls, "the server speaks TLS from the first octet")
                .observed(answer.line)
                .cure(format!("write {}", self.with(Security::Implicit))),
            Some(answer) if secure && answer.banner.protocol().is_some() => self.in_clear(&answer),
            Some(answer) if answer.banner.fits(self.endpoint.protocol) => self
                .fail(Check::Greeting, "the server's greeting is none")
                .observed(answer.line)
                .cure("its log says why; another program may use the port"),
            Some(answer) if answer.banner != Banner::Tls => self.other(&answer),
            _ if matches!(error, ClientError::Closed { .. }) => self
                .fail(Check::Greeting, "the server hangs up without a greeting")
                .observed(error.observed())
                .cure("its log says why: too many connections, or this machine is not allowed"),
            _ if is_silence(error) => self
                .fail(
                    Check::Greeting,
                    "the server takes connections and says nothing",
                )
                .observed(error.observed())
                .cure("it hangs, or is overloaded: restart it, and look into its log"),
            _ => self
                .fail(Check::Tls, "the TLS handshake fails")
                .observed(error.observed())
                .cure("the server's log says why: TLS versions, ciphers, certificate and key"),
        }
    }

    fn in_clear(self, answer: &Answer) -> Diagnosis {
        let protocol = answer.banner.protocol().unwrap_or(self.endpoint.protocol);
        let with = |security| Endpoint {
            protocol,
            security,
            ..self.endpoint.clone()
        };
        self.fail(Check::Tls, "the server speaks in clear, not TLS")
            .observed(answer.line.clone())
            .cure(format!(
                "write {} or {}",
                with(Security::StartTls),
                with(Security::Plain)
            ))
    }

    fn other(self, answer: &Answer) -> Diagnosis {
        let finding = format!(
            "{} answers here, not {}",
            answer.banner.server(),
            self.endpoint.protocol.to_string().to_uppercase()
        );
        self.fail(Check::Greeting, finding)
            .observed(answer.line.clone())
            .cure(banner::cure(self.endpoint, answer.banner))
    }

    fn with(self, security: Security) -> Endpoint {
        Endpoint {
            security,
            ..self.endpoint.clone()
        }
    }

    fn ok(self, check: Check, finding: impl Into<String>) -> Diagnosis {
        Diagnosis::ok(check, self.endpoint, finding)
    }

    fn warn(self, check: Check, finding: impl Into<String>) -> Diagnosis {
        Diagnosis::warn(check, self.endpoint, finding)
    }

    fn fail(self, check: Check, finding: impl Into<String>) -> Diagnosis {
        Diagnosis::fail(check, self.endpoint, finding)
    }
}

/// The command that begins TLS.
pub(super) fn upgrade(protocol: Protocol) -> &'static str {
    match protocol {
        Protocol::Pop3 => "STLS",
        Protocol::Imap | Protocol::Smtp | Protocol::Lmtp => "STARTTLS",
    }
}

fn is_silence(error: &ClientError) -> bool {
    matches!(
        error,
        ClientError::Timeout { .. } | ClientError::Transport(TransportError::Timeout { .. })
    )
}

/// True for a line that says no in any of the protocols.
fn is_refusal(line: &str) -> bool {
    let no = |word: &str| word == "NO" || word == "BAD" || word == "-ERR";
    line.split(' ').take(2).any(no) || line.starts_with(['4', '5'])
}

/// True for a completion or reply that says yes.
pub(super) fn is_positive(message: &Message) -> bool {
    if let Some(status) = imap_status(message) {
        return status.kind == StatusKind::Ok;
    }
    if let Some(response) = pop3_response(message) {
        return is_pop3_ok(response);
    }
    reply_code(message).is_some_and(|code| (200..300).contains(&code))
}
