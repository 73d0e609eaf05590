//! What a target offers, asked once before the first scenario: so that "not applicable" names what
//! is missing and where it was looked for.

use std::collections::BTreeMap;

use tokio::time::{Instant, timeout_at};

use super::Variant;
use super::deadline::Deadlines;
use super::retention;
use super::values::quoted;
use crate::engine::{Command, Event, Piece, Request};
use crate::scenario::{Actor, Capability, Control, Tls};
use crate::target::{self, Account, Target};
use crate::transport::{Connection, Endpoint, Recorder, Security};
use crate::wire::{Protocol, pop3};

/// What was advertised in one state of a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Answer {
    /// `before login`, `after login under TLS`
    place: String,
    /// In upper case, with arguments.
    offered: Vec<String>,
}

/// What a target offers.
#[derive(Debug, Default)]
pub(super) struct Inventory {
    /// What each protocol that is offered advertises, by where it was asked.
    capabilities: BTreeMap<Protocol, Vec<Answer>>,
    delivery: bool,
    tls: bool,
    /// How connections of each protocol are opened.
    securities: Vec<(Protocol, Security)>,
    accounts: usize,
    controls: Vec<target::Control>,
    clock: bool,
    retention: Option<target::Retention>,
}

impl Inventory {
    /// Asks every protocol of the target, logged in with this account.
    pub(super) async fn take(
        target: &Target,
        account: &Account,
        deadlines: &Deadlines,
    ) -> Result<Self, String> {
        let mut capabilities = BTreeMap::new();
        for protocol in [
            Protocol::Imap,
            Protocol::Pop3,
            Protocol::Smtp,
            Protocol::Lmtp,
        ] {
            let Some(endpoint) = target.endpoint(protocol) else {
                continue;
            };
            let mut answers = ask(target, endpoint, protocol, account, deadlines).await?;
            if let Some(secure) = secure_endpoint(target, endpoint) {
                answers.extend(ask_under_tls(target, secure, protocol, account, deadlines).await);
            }
            let claimed = target.claimed(protocol);
            if !claimed.is_empty() {
                answers.push(Answer {
                    place: "by the target file".to_owned(),
                    offered: claimed,
                });
            }
            capabilities.insert(protocol, answers);
        }
        let offers = |protocol| target.endpoint(protocol).is_some();
        Ok(Self {
            tls: tls_everywhere(target, &capabilities),
            securities: target
                .endpoints()
                .iter()
                .map(|e| (e.protocol, e.security))
                .collect(),
            capabilities,
            delivery: offers(Protocol::Lmtp) || offers(Protocol::Smtp) || target.has_drop(),
            accounts: target.capacity(),
            controls: target.controls().to_vec(),
            clock: target.has_clock(),
            retention: target.retention(),
        })
    }

    /// What a variant needs and the target lacks.
    pub(super) fn lacking(&self, variant: &Variant) -> Option<String> {
        let scenario = &variant.scenario;
        let needs = &scenario.needs;
        for protocol in scenario.protocols() {
            if !self.capabilities.contains_key(&protocol) {
                return Some(format!("{protocol} is not offered"));
            }
        }
        if let Some(reason) = scenario
            .actors
            .iter()
            .find_map(|actor| self.unopened(actor))
        {
            return Some(reason);
        }
        let of_values = variant.bindings.iter().flat_map(|(_, value)| &value.needs);
        let mut capabilities = needs.capabilities.iter().chain(of_values);
        if let Some(reason) = capabilities.find_map(|need| self.unmet(need)) {
            return Some(reason);
        }
        if needs.delivery && !self.delivery {
            return Some("no delivery channel (LMTP or SMTP) is offered".to_owned());
        }
        if needs.tls && !self.tls {
            return Some("TLS is not offered".to_owned());
        }
        if needs.accounts > self.accounts {
            return Some(format!(
                "{} accounts are needed, there are {}",
                needs.accounts, self.accounts
            ));
        }
        if let Some(reason) = retention::unsuited(scenario, self.retention) {
            return Some(reason);
        }
        if needs.clock && !self.clock {
            return Some("mailspec cannot put the clock of this server forward".to_owned());
        }
        let missing = needs.control.iter().find(|control| !self.can(**control));
        missing.map(|control| format!("mailspec cannot {} this server", verb(*control)))
    }

    /// Why an actor cannot connect with TLS, or without, as it wants to.
    fn unopened(&self, actor: &Actor) -> Option<String> {
        let (suit, how) = match actor.tls? {
            Tls::None => (Security::Plain, "without TLS"),
            Tls::Implicit => (Security::Implicit, "with implicit TLS"),
            Tls::StartTls => (Security::StartTls, "with STARTTLS"),
        };
        let mut offered = self.securities.iter();
        let suits = offered.any(|offer| *offer == (actor.protocol, suit));
        let upgrades = suit == Security::StartTls && self.upgrades(actor.protocol);
        (!suits && !upgrades).then(|| format!("{} {how} is not offered", actor.protocol))
    }

    /// True if a connection in clear is offered TLS.
    fn upgrades(&self, protocol: Protocol) -> bool {
        let answers = self.capabilities.get(&protocol).into_iter().flatten();
        let mut offered = answers.flat_map(|answer| &answer.offered);
        self.securities.contains(&(protocol, Security::Plain)) && offered.any(|one| is_upgrade(one))
    }

    fn unmet(&self, need: &Capability) -> Option<String> {
        let protocol = need.protocol;
        let Some(answers) = self.capabilities.get(&protocol) else {
            return (!need.absent).then(|| format!("{protocol} is not offered"));
        };
        let name = need.name.to_ascii_uppercase();
        let offers = |answer: &&Answer| answer.offered.iter().any(|one| has(one, &name));
        let where_found: Vec<&str> = answers
            .iter()
            .filter(offers)
            .map(|answer| answer.place.as_str())
            .collect();
        match (where_found.is_empty(), need.absent) {
            (false, false) | (true, true) => None,
            (true, false) => {
                let places: Vec<&str> = answers.iter().map(|one| one.place.as_str()).collect();
                let places = places.join(", ");
                let command = question(protocol);
                Some(format!(
                    "{protocol} {name} is not advertised ({command} {places})"
                ))
            }
            (false, true) => {
                let (command, places) = (question(protocol), where_found.join(", "));
                Some(format!(
                    "{protocol} {name} is advertised ({command} {places})"
                ))
            }
        }
    }

    /// What whoever asked for the run requires and the target lacks: `CONDSTORE` of any protocol,
    /// `pop3:UIDL` of one.
    pub(super) fn unmet_requirements(&self, required: &[String]) -> Vec<String> {
        let offered: Vec<Protocol> = self.capabilities.keys().copied().collect();
        let unmet = required.iter().filter_map(|wanted| {
            let (protocol, name) = match wanted.split_once(':') {
                Some((protocol, name)) => (Some(protocol.to_ascii_lowercase()), name),
                None => (None, wanted.as_str()),
            };
            let asked = |one: &&Protocol| protocol.as_ref().is_none_or(|p| *p == one.to_string());
            let reasons: Option<Vec<String>> = offered
                .iter()
                .filter(asked)
                .map(|&protocol| {
                    self.unmet(&Capability {
                        protocol,
                        name: name.to_owned(),
                        absent: false,
                    })
                })
                .collect();
            match reasons?.join("; ") {
                none if none.is_empty() => Some(format!("{wanted} is required: not offered")),
                reasons => Some(format!("{wanted} is required: {reasons}")),
            }
        });
        unmet.collect()
    }

    /// What is advertised, by protocol and place.
    pub(super) fn advertised(&self) -> BTreeMap<String, Vec<String>> {
        let answers = self.capabilities.iter().flat_map(|(protocol, answers)| {
            answers
                .iter()
                .map(move |one| (format!("{protocol} {}", one.place), one.offered.clone()))
        });
        answers.collect()
    }

    fn can(&self, control: Control) -> bool {
        let wanted = match control {
            Control::Restart => target::Control::Restart,
            Control::Kill => target::Control::Kill,
            Control::Stop => target::Control::Stop,
            Control::Start => target::Control::Start,
            Control::Backup => target::Control::Backup,
            Control::Restore => target::Control::Restore,
        };
        self.controls.contains(&wanted)
    }
}

/// True if a line of a capability list is the one asked for, or that with more behind: `SASL` and
/// `SASL CRAM-MD5` are both there with `SASL PLAIN CRAM-MD5`.
fn has(line: &str, asked: &str) -> bool {
    let mut words = line.split(' ');
    let mut asked = asked.split(' ');
    words.next() == asked.next() && asked.all(|word| words.clone().any(|other| other == word))
}

/// What is offered without a capability: APOP by the timestamp of the greeting (RFC 2449 §6).
fn implied(protocol: Protocol, event: &Event) -> Option<String> {
    let Event::GreetingReceived(greeting) = event else {
        return None;
    };
    let apop = protocol == Protocol::Pop3 && pop3::timestamp(&greeting.octets).is_some();
    apop.then(|| "APOP".to_owned())
}

fn verb(control: Control) -> &'static str {
    match control {
        Control::Restart => "restart",
        Control::Kill => "kill",
        Control::Stop => "stop",
        Control::Start => "start",
        Control::Backup => "back up",
        Control::Restore => "restore",
    }
}

/// What asks for capabilities.
fn question(protocol: Protocol) -> &'static str {
    match protocol {
        Protocol::Imap => "CAPABILITY",
        Protocol::Pop3 => "CAPA",
        Protocol::Smtp => "EHLO",
        Protocol::Lmtp => "LHLO",
    }
}

/// True for the capability that upgrades a connection to TLS.
fn is_upgrade(capability: &str) -> bool {
    ["STARTTLS", "STLS"].contains(&capability)
}

/// True if every protocol for clients offers TLS on an endpoint of its own or by upgrade.
fn tls_everywhere(target: &Target, capabilities: &BTreeMap<Protocol, Vec<Answer>>) -> bool {
    [Protocol::Imap, Protocol::Pop3]
        .into_iter()
        .all(|protocol| {
            let mut endpoints = target.endpoints().iter().filter(|e| e.protocol == protocol);
            let Some(answers) = capabilities.get(&protocol) else {
                return true;
            };
            let mut offered = answers.iter().flat_map(|answer| &answer.offered);
            endpoints.any(|endpoint| endpoint.security != Security::Plain)
                || offered.any(|name| is_upgrade(name))
        })
}

/// An endpoint of the same protocol with TLS, if the one that scenarios use has none.
fn secure_endpoint<'a>(target: &'a Target, used: &Endpoint) -> Option<&'a Endpoint> {
    let mut others = target.endpoints().iter();
    let in_clear = used.security == Security::Plain;
    let is_secure =
        |one: &&Endpoint| one.protocol == used.protocol && one.security != Security::Plain;
    others.find(is_secure).filter(|_| in_clear)
}

/// What a protocol advertises under TLS. Trouble is no reason to give up: scenarios in clear can
/// still run.
async fn ask_under_tls(
    target: &Target,
    endpoint: &Endpoint,
    protocol: Protocol,
    account: &Account,
    deadlines: &Deadlines,
) -> Vec<Answer> {
    match ask(target, endpoint, protocol, account, deadlines).await {
        Ok(answers) => answers,
        Err(why) => vec![Answer {
            place: format!("under TLS: {why}"),
            offered: Vec::new(),
        }],
    }
}

/// The capabilities that a protocol advertises on an endpoint, before login and after it.
async fn ask(
    target: &Target,
    endpoint: &Endpoint,
    protocol: Protocol,
    account: &Account,
    deadlines: &Deadlines,
) -> Result<Vec<Answer>, String> {
    let trouble = |what: &str| format!("{endpoint}: {what}");
    let recorder = Recorder::new();
    recorder.hide(&account.user, &account.password);
    let opened = Connection::open(endpoint, "(inventory)", target.transport(), &recorder).await;
    let mut connection = opened.map_err(|error| error.to_string())?;
    let deadline = Instant::now() + deadlines.step;
    let mut questions = questions(protocol, account).into_iter();
    let mut answers = Answers::new(protocol, endpoint.security);
    loop {
        match timeout_at(deadline, connection.next()).await {
            Err(_) => return Err(trouble("no answer in time")),
            Ok(None) => return Err(trouble("the connection was closed")),
            Ok(Some(stamped)) => match stamped.event {
                event @ (Event::GreetingReceived(_) | Event::CommandCompleted { .. }) => {
                    let mut capabilities = connection.capabilities().unwrap_or_default();
                    capabilities.extend(implied(protocol, &event));
                    answers.add(capabilities);
                    let Some((command, logs_in)) = questions.next() else {
                        break;
                    };
                    answers.logged_in |= logs_in;
                    connection.submit(Request::Commands(vec![command]));
                }
                // All has been asked: a server that says nothing to QUIT still told what it offers.
                Event::Closed { .. } | Event::FramingLost(_) if questions.len() == 0 => break,
                Event::Closed { .. } | Event::FramingLost(_) => {
                    return Err(trouble("the connection was closed"));
                }
                _ => {}
            },
        }
    }
    connection.close().await;
    Ok(answers.all)
}

/// Answers as they come, with the state in which they were given.
#[derive(Debug)]
struct Answers {
    has_login: bool,
    secure: bool,
    logged_in: bool,
    all: Vec<Answer>,
}

impl Answers {
    fn new(protocol: Protocol, security: Security) -> Self {
        Self {
            has_login: matches!(protocol, Protocol::Imap | Protocol::Pop3),
            secure: security != Security::Plain,
            logged_in: false,
            all: Vec::new(),
        }
    }

    fn add(&mut self, capabilities: Vec<String>) {
        let login = match (self.has_login, self.logged_in) {
            (false, _) => "",
            (true, false) => "before login",
            (true, true) => "after login",
        };
        let tls = if self.secure { "under TLS" } else { "" };
        let place = format!("{login} {tls}").trim().to_owned();
        let place = if place.is_empty() {
            "in clear".to_owned()
        } else {
            place
        };
        let at = self.all.iter().position(|one| one.place == place);
        let at = at.unwrap_or_else(|| {
            self.all.push(Answer {
                place,
                offered: Vec::new(),
            });
            self.all.len() - 1
        });
        let offered = &mut self.all[at].offered;
        for capability in capabilities {
            let capability = capability.to_ascii_uppercase();
            if !offered.contains(&capability) {
                offered.push(capability);
            }
        }
    }
}

/// What is asked, in this order, and whether it logs in.
fn questions(protocol: Protocol, account: &Account) -> Vec<(Command, bool)> {
    let ask = |text: &str| (Command::text(text), false);
    match protocol {
        Protocol::Imap => {
            let user = quoted(account.user.as_bytes());
            let password = quoted(account.password.as_bytes());
            let login = [b"LOGIN ".to_vec(), user, b" ".to_vec(), password].concat();
            let login = Command(vec![Piece::Text(login)]);
            vec![ask("CAPABILITY"), (login, true), ask("CAPABILITY")]
        }
        Protocol::Pop3 => vec![
            ask("CAPA"),
            ask(&format!("USER {}", account.user)),
            (Command::text(&format!("PASS {}", account.password)), true),
            ask("CAPA"),
            ask("QUIT"),
        ],
        Protocol::Smtp => vec![ask("EHLO mailspec.test")],
        Protocol::Lmtp => vec![ask("LHLO mailspec.test")],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn need(name: &str, absent: bool) -> Capability {
        Capability {
            protocol: Protocol::Pop3,
            name: name.into(),
            absent,
        }
    }

    fn inventory() -> Inventory {
        let mut answers = Answers::new(Protocol::Pop3, Security::Plain);
        answers.add(vec!["expire 14".into()]);
        answers.logged_in = true;
        answers.add(vec!["EXPIRE 14".into(), "UIDL".into()]);
        Inventory {
            capabilities: BTreeMap::from([(Protocol::Pop3, answers.all)]),
            ..Inventory::default()
        }
    }

    #[test]
    fn a_reason_says_in_which_states_the_server_was_asked() {
        let unmet = |name, absent| inventory().unmet(&need(name, absent));
        assert_eq!(
            unmet("TOP", false).as_deref(),
            Some("pop3 TOP is not advertised (CAPA before login, after login)")
        );
        assert_eq!(
            unmet("UIDL", true).as_deref(),
            Some("pop3 UIDL is advertised (CAPA after login)")
        );
    }

    #[test]
    fn what_is_required_has_to_be_advertised_by_one_protocol_or_by_that_one() {
        let unmet = |name: &str| inventory().unmet_requirements(&[name.to_owned()]);
        assert_eq!(unmet("uidl"), [""; 0]);
        assert_eq!(unmet("pop3:UIDL"), [""; 0]);
        assert_eq!(unmet("imap:UIDL"), ["imap:UIDL is required: not offered"]);
        let reason = "TOP is required: pop3 TOP is not advertised (CAPA before login, after login)";
        assert_eq!(unmet("TOP"), [reason]);
    }

    #[test]
    fn a_way_to_connect_that_is_not_offered_is_lacking() {
        let inventory = Inventory {
            securities: vec![(Protocol::Imap, Security::Implicit)],
            ..Inventory::default()
        };
        let lacking = |tls: Option<Tls>| {
            inventory.unopened(&Actor {
                name: "phone".into(),
                protocol: Protocol::Imap,
                account: 1,
                login: true,
                early: true,
                select: None,
                examine: None,
                enable: Vec::new(),
                tls,
            })
        };
        assert_eq!(lacking(None), None);
        assert_eq!(lacking(Some(Tls::Implicit)), None);
        let starttls = lacking(Some(Tls::StartTls));
        assert_eq!(
            starttls.as_deref(),
            Some("imap with STARTTLS is not offered")
        );
        let clear = lacking(Some(Tls::None));
        assert_eq!(clear.as_deref(), Some("imap without TLS is not offered"));
    }

    #[test]
    fn a_connection_in_clear_is_upgraded_only_where_that_is_advertised() {
        let mut inventory = inventory();
        inventory.securities = vec![(Protocol::Pop3, Security::Plain)];
        assert!(!inventory.upgrades(Protocol::Pop3));
        let answers = inventory.capabilities.get_mut(&Protocol::Pop3).unwrap();
        answers[0].offered.push("STLS".into());
        assert!(inventory.upgrades(Protocol::Pop3));
        assert!(!inventory.upgrades(Protocol::Imap));
    }

    #[test]
    fn a_capability_may_have_arguments() {
        let inventory = inventory();
        assert_eq!(inventory.unmet(&need("EXPIRE", false)), None);
        assert_eq!(inventory.unmet(&need("EXPIRE 14", false)), None);
        assert!(inventory.unmet(&need("EXPIRE 7", false)).is_some());
        assert_eq!(inventory.unmet(&need("UIDL", false)), None);
        assert!(
            inventory
                .unmet(&need("UID", false))
                .is_some_and(|r| r.contains("CAPA"))
        );
        assert!(inventory.unmet(&need("UIDL", true)).is_some());
        assert_eq!(inventory.unmet(&need("TOP", true)), None);
    }
}
