//! What a target offers, asked once before the first scenario: so that "not applicable" names what
//! is missing and where it was looked for.

use std::collections::BTreeMap;

use tokio::time::{Instant, timeout_at};

use super::deadline::Deadlines;
use super::values::quoted;
use crate::engine::{Command, Event, Piece, Request};
use crate::scenario::{Capability, Control, Scenario};
use crate::target::{self, Account, Target};
use crate::transport::{Connection, Recorder};
use crate::wire::Protocol;

/// What a target offers.
#[derive(Debug, Default)]
pub(super) struct Inventory {
    capabilities: BTreeMap<Protocol, Vec<String>>,
    delivery: bool,
    tls: bool,
    accounts: usize,
    controls: Vec<target::Control>,
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
            if let Some(offered) = ask(target, protocol, account, deadlines).await? {
                capabilities.insert(protocol, offered);
            }
        }
        let offers = |protocol| target.endpoint(protocol).is_some();
        Ok(Self {
            tls: tls_everywhere(target, &capabilities),
            capabilities,
            delivery: offers(Protocol::Lmtp) || offers(Protocol::Smtp),
            accounts: target.capacity(),
            controls: target.controls().to_vec(),
        })
    }

    /// What a scenario needs and the target lacks.
    pub(super) fn lacking(&self, scenario: &Scenario) -> Option<String> {
        let needs = &scenario.needs;
        for actor in &scenario.actors {
            if !self.capabilities.contains_key(&actor.protocol) {
                return Some(format!("{} is not offered", actor.protocol));
            }
        }
        if let Some(reason) = needs.capabilities.iter().find_map(|need| self.unmet(need)) {
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
        let missing = needs.control.iter().find(|control| !self.can(**control));
        missing.map(|control| format!("mailspec cannot {} this server", verb(*control)))
    }

    fn unmet(&self, need: &Capability) -> Option<String> {
        let Some(offered) = self.capabilities.get(&need.protocol) else {
            return (!need.absent).then(|| format!("{} is not offered", need.protocol));
        };
        let name = need.name.to_ascii_uppercase();
        let has = offered.iter().any(|capability| {
            capability == &name
                || capability
                    .strip_prefix(&name)
                    .is_some_and(|r| r.starts_with(' '))
        });
        let asked = match need.protocol {
            Protocol::Imap => "CAPABILITY before and after login",
            Protocol::Pop3 => "CAPA before and after login",
            Protocol::Smtp => "EHLO",
            Protocol::Lmtp => "LHLO",
        };
        match (has, need.absent) {
            (true, false) | (false, true) => None,
            (false, false) => Some(format!(
                "{} {name} is not advertised ({asked})",
                need.protocol
            )),
            (true, true) => Some(format!("{} {name} is advertised ({asked})", need.protocol)),
        }
    }

    fn can(&self, control: Control) -> bool {
        let wanted = match control {
            Control::Restart => target::Control::Restart,
            Control::Kill => target::Control::Kill,
            Control::Stop => target::Control::Stop,
            Control::Start => target::Control::Start,
        };
        self.controls.contains(&wanted)
    }
}

fn verb(control: Control) -> &'static str {
    match control {
        Control::Restart => "restart",
        Control::Kill => "kill",
        Control::Stop => "stop",
        Control::Start => "start",
    }
}

/// True if every protocol for clients offers TLS on an endpoint of its own or by upgrade.
fn tls_everywhere(target: &Target, capabilities: &BTreeMap<Protocol, Vec<String>>) -> bool {
    use crate::transport::Security;
    [Protocol::Imap, Protocol::Pop3]
        .into_iter()
        .all(|protocol| {
            let mut endpoints = target.endpoints().iter().filter(|e| e.protocol == protocol);
            let upgrade = ["STARTTLS", "STLS"];
            let offered = capabilities.get(&protocol);
            offered.is_none()
                || endpoints.any(|endpoint| endpoint.security != Security::Plain)
                || offered
                    .is_some_and(|all| all.iter().any(|name| upgrade.contains(&name.as_str())))
        })
}

/// The capabilities that a protocol advertises, before login and after it; `None` if it is not
/// offered.
async fn ask(
    target: &Target,
    protocol: Protocol,
    account: &Account,
    deadlines: &Deadlines,
) -> Result<Option<Vec<String>>, String> {
    let Some(endpoint) = target.endpoint(protocol) else {
        return Ok(None);
    };
    let trouble = |what: &str| format!("{endpoint}: {what}");
    let recorder = Recorder::new();
    recorder.hide(&account.user, &account.password);
    let opened = Connection::open(endpoint, "(inventory)", target.transport(), &recorder).await;
    let mut connection = opened.map_err(|error| error.to_string())?;
    let deadline = Instant::now() + deadlines.step;
    let mut questions = questions(protocol, account).into_iter();
    let mut capabilities = Vec::new();
    loop {
        match timeout_at(deadline, connection.next()).await {
            Err(_) => return Err(trouble("no answer in time")),
            Ok(None) => return Err(trouble("the connection was closed")),
            Ok(Some(stamped)) => match stamped.event {
                Event::GreetingReceived(_) | Event::CommandCompleted { .. } => {
                    capabilities.extend(connection.capabilities().unwrap_or_default());
                    let Some(command) = questions.next() else {
                        break;
                    };
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
    Ok(Some(
        capabilities
            .into_iter()
            .map(|name| name.to_ascii_uppercase())
            .collect(),
    ))
}

fn questions(protocol: Protocol, account: &Account) -> Vec<Command> {
    match protocol {
        Protocol::Imap => {
            let user = quoted(account.user.as_bytes());
            let password = quoted(account.password.as_bytes());
            let login = [b"LOGIN ".to_vec(), user, b" ".to_vec(), password].concat();
            let login = Command(vec![Piece::Text(login)]);
            vec![
                Command::text("CAPABILITY"),
                login,
                Command::text("CAPABILITY"),
            ]
        }
        Protocol::Pop3 => vec![
            Command::text("CAPA"),
            Command::text(&format!("USER {}", account.user)),
            Command::text(&format!("PASS {}", account.password)),
            Command::text("CAPA"),
            Command::text("QUIT"),
        ],
        Protocol::Smtp => vec![Command::text("EHLO mailspec.test")],
        Protocol::Lmtp => vec![Command::text("LHLO mailspec.test")],
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

    #[test]
    fn a_capability_may_have_arguments() {
        let offered = ["EXPIRE 14", "UIDL"].map(str::to_owned).to_vec();
        let inventory = Inventory {
            capabilities: BTreeMap::from([(Protocol::Pop3, offered)]),
            ..Inventory::default()
        };
        assert_eq!(inventory.unmet(&need("EXPIRE", false)), None);
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
