//! Looks at a server that runs already before any scenario does: is it what the user says it is,
//! and can scenarios run there? What is wrong is named with its cause and its cure.
//!
//! `run` does the short form, [`admit`]; `mailspec doctor` does all of it, [`examine`].

mod banner;
mod capability;
mod certificate;
mod clock;
mod delivery;
mod diagnosis;
mod endpoint;
mod login;
mod mail;
mod peek;
mod sessions;

use std::time::Duration;

use super::attached::{PROPAGATION_LIMIT, refusal, was_left};
use super::contents::Access;
use super::journal::{Baseline, InUse, Journal};
use super::url::default_address;
use super::{Account, External};
use crate::transport::{Endpoint, Options};
use crate::wire::Protocol;
use login::Advertised;
use mail::subject;

pub use diagnosis::{Check, Diagnosis, Health};

/// Hears each diagnosis as it is made.
pub type Report<'a> = dyn FnMut(Diagnosis) + Send + 'a;

/// How often something that has to come by itself is looked for.
const POLL: Duration = Duration::from_millis(50);

/// How long a server that may be about to start is waited for, and how often it is tried.
const START_LIMIT: Duration = Duration::from_secs(10);

/// What is in an account before anything is done to it.
#[derive(Clone, Debug)]
pub(super) struct Admitted {
    pub(super) account: Account,
    pub(super) baseline: Baseline,
}

/// The short form: every endpoint greets, every account logs in and is empty. The error is the
/// first thing that is wrong.
pub(super) async fn admit(
    external: &External,
    options: &Options,
) -> Result<(Access, Vec<Admitted>), Diagnosis> {
    for endpoint in &external.endpoints {
        answers(endpoint, options).await?;
    }
    let access = access(external, &external.endpoints, options)?;
    let mut admitted = Vec::with_capacity(external.accounts.len());
    for account in &external.accounts {
        for endpoint in for_logins(&external.endpoints) {
            login::log_in(endpoint, account, options).await?;
        }
        let baseline = empty(external, &access, account).await?;
        admitted.push(Admitted {
            account: account.clone(),
            baseline,
        });
    }
    Ok((access, admitted))
}

/// Waits a while for an endpoint that refuses connections: the server may be about to start.
async fn answers(endpoint: &Endpoint, options: &Options) -> Result<(), Diagnosis> {
    let deadline = tokio::time::Instant::now() + START_LIMIT;
    loop {
        match look(endpoint, options).await {
            Ok(_) => return Ok(()),
            Err(diagnosis) => {
                let may_pass = matches!(diagnosis.check, Check::Port | Check::Greeting);
                if !may_pass || tokio::time::Instant::now() + POLL >= deadline {
                    return Err(diagnosis);
                }
            }
        }
        tokio::time::sleep(POLL).await;
    }
}

/// One endpoint alone: what it advertises before login, or why it is of no use.
pub async fn look(endpoint: &Endpoint, options: &Options) -> Result<Vec<String>, Diagnosis> {
    let mut wrong = None;
    let mut keep = |diagnosis: Diagnosis| {
        if diagnosis.is_fail() {
            wrong.get_or_insert(diagnosis);
        }
    };
    let offered = endpoint::examine(endpoint, options, &mut keep).await;
    match (offered, wrong) {
        (Some(offered), None) => Ok(offered),
        (_, Some(diagnosis)) => Err(diagnosis),
        (None, None) => Err(Diagnosis::fail(
            Check::Greeting,
            endpoint,
            "it does not answer",
        )),
    }
}

/// The whole examination. Accounts are left as they were.
pub async fn examine(external: &External, options: &Options, report: &mut Report<'_>) {
    let hooks = &external.account_hooks;
    let mut made = Vec::new();
    // Two, for what needs a second account.
    for number in 1..=2 {
        let address = |user: &str| default_address(user, &external.endpoints);
        match hooks.create(number, address).await {
            Ok(None) => break,
            Ok(Some(account)) => {
                let finding = format!("made account {}", account.user);
                report(Diagnosis::ok(Check::Hooks, "hook create", finding));
                made.push(account);
            }
            Err(diagnosis) => {
                report(diagnosis);
                break;
            }
        }
    }
    if hooks.create.is_none() {
        return examine_accounts(external, options, report).await;
    }
    let external = External {
        accounts: made.clone(),
        ..external.clone()
    };
    if !made.is_empty() {
        examine_accounts(&external, options, report).await;
    }
    for hook in [&hooks.reset, &hooks.delete].into_iter().flatten() {
        for account in &made {
            let done = hook.run_for(account).await.map(|()| {
                let subject = format!("hook {}", hook.name);
                Diagnosis::ok(Check::Hooks, subject, format!("account {}", account.user))
            });
            report(done.unwrap_or_else(|diagnosis| diagnosis));
        }
    }
}

async fn examine_accounts(external: &External, options: &Options, report: &mut Report<'_>) {
    let mut before_login = Vec::new();
    for endpoint in &external.endpoints {
        if let Some(offered) = endpoint::examine(endpoint, options, report).await {
            before_login.push((endpoint.clone(), offered));
        }
    }
    let usable: Vec<Endpoint> = before_login.iter().map(|(it, _)| it.clone()).collect();
    let access = match access(external, &usable, options) {
        Ok(access) => access,
        Err(diagnosis) if usable.len() == external.endpoints.len() => return report(diagnosis),
        // The endpoint that would do has been found wrong already.
        Err(_) => return,
    };
    let mut patient = Patient {
        external,
        access,
        usable,
        before_login,
        propagation_limit: external.propagation_limit.unwrap_or(PROPAGATION_LIMIT),
        clock_seen: false,
        report,
    };
    patient.examine().await;
}

/// A server while it is looked at.
struct Patient<'a> {
    external: &'a External,
    access: Access,
    /// The endpoints that greet.
    usable: Vec<Endpoint>,
    /// What each of them advertises.
    before_login: Vec<(Endpoint, Vec<String>)>,
    propagation_limit: Duration,
    /// The clock has been compared.
    clock_seen: bool,
    report: &'a mut Report<'a>,
}

impl Patient<'_> {
    fn say(&mut self, diagnosis: Diagnosis) {
        (self.report)(diagnosis);
    }

    /// The endpoint to use for a protocol.
    fn usable(&self, protocol: Protocol) -> Option<&Endpoint> {
        self.usable.iter().find(|it| it.protocol == protocol)
    }

    async fn examine(&mut self) {
        let external = self.external;
        let mut advertised = Vec::new();
        let mut accounts: Vec<Admitted> = Vec::new();
        for account in &external.accounts {
            let Some(all) = self.logins(account).await else {
                continue;
            };
            if advertised.is_empty() {
                advertised = all;
            }
            self.leftovers(account);
            match empty(external, &self.access, account).await {
                Ok(baseline) => {
                    let finding = match external.allow_non_empty {
                        true => "what is there will be left alone",
                        false => "no mail, and no mailbox of anybody's",
                    };
                    self.say(Diagnosis::ok(Check::Empty, subject(account), finding));
                    accounts.push(Admitted {
                        account: account.clone(),
                        baseline,
                    });
                }
                Err(diagnosis) => self.say(diagnosis),
            }
        }
        let Some(first) = external.accounts.first().filter(|_| !advertised.is_empty()) else {
            return;
        };
        self.capabilities(first, &advertised).await;
        self.sessions(first).await;
        self.mail_of(accounts).await;
    }

    /// Logs in everywhere; `None` if that fails somewhere.
    async fn logins(&mut self, account: &Account) -> Option<Vec<(Endpoint, Advertised)>> {
        let options = self.access.options.clone();
        let mut advertised = Vec::new();
        let mut failed = Vec::new();
        for endpoint in for_logins(&self.usable) {
            match login::log_in(endpoint, account, &options).await {
                Ok(all) => advertised.push((endpoint.clone(), all)),
                Err(diagnosis) => failed.push(diagnosis),
            }
        }
        let urls: Vec<String> = advertised.iter().map(|(it, _)| it.to_string()).collect();
        if !urls.is_empty() {
            let finding = urls.join(", ");
            self.say(Diagnosis::ok(Check::Login, subject(account), finding));
        }
        let all = failed.is_empty();
        for mut diagnosis in failed {
            if let Some(works) = urls.first() {
                diagnosis.finding.push_str(&format!("; {works} takes it"));
            }
            self.say(diagnosis);
        }
        all.then_some(advertised)
    }

    /// Is the account still written down as in use?
    fn leftovers(&mut self, account: &Account) {
        let journal = self.external.journal.clone().map(Journal::new);
        if was_left(journal.as_ref(), &self.external.name, &account.user) {
            let finding = "a run that was killed left it in use, or one uses it now";
            let warning = Diagnosis::warn(Check::Leftovers, subject(account), finding)
                .cure("if no run uses it now: mailspec doctor --clean");
            self.say(warning);
        }
    }

    /// Whatever puts mail into accounts; it is removed afterwards.
    async fn mail_of(&mut self, admitted: Vec<Admitted>) {
        let journal = self.external.journal.clone().map(Journal::new);
        let target = &self.external.name;
        for Admitted { account, baseline } in &admitted {
            let in_use = InUse {
                target: target.clone(),
                user: account.user.clone(),
                baseline: baseline.clone(),
            };
            if let Some(Err(error)) = journal.as_ref().map(|journal| journal.lease(in_use)) {
                let finding = "the journal cannot be written; nothing was put into accounts";
                let fail = Diagnosis::fail(Check::Leftovers, subject(account), finding)
                    .observed(error.to_string())
                    .cure("make the directory of the journal writable");
                return self.say(fail);
            }
        }
        let accounts: Vec<&Account> = admitted.iter().map(|it| &it.account).collect();
        self.mail(&accounts).await;
        self.delivery(&accounts).await;
        for Admitted { account, baseline } in &admitted {
            let cleared = match self.access.clear(account, baseline).await {
                Ok(()) => journal
                    .as_ref()
                    .map_or(Ok(()), |journal| journal.give_back(target, &account.user))
                    .map_err(|error| error.to_string()),
                Err(error) => Err(error.observed()),
            };
            if let Err(observed) = cleared {
                let finding = "what the doctor put there cannot be removed";
                let fail = Diagnosis::fail(Check::Write, subject(account), finding)
                    .observed(observed)
                    .cure("mailspec doctor --clean, when the account may be written again");
                self.say(fail);
            }
        }
    }
}

/// Endpoints that accounts log in to.
pub(super) fn for_logins(endpoints: &[Endpoint]) -> impl Iterator<Item = &Endpoint> {
    let has_accounts =
        |endpoint: &&Endpoint| matches!(endpoint.protocol, Protocol::Imap | Protocol::Pop3);
    endpoints.iter().filter(has_accounts)
}

/// How accounts are looked at and cleared: IMAP shows all of one; POP3 will do where there is no
/// IMAP.
pub(super) fn access(
    external: &External,
    usable: &[Endpoint],
    options: &Options,
) -> Result<Access, Diagnosis> {
    let of = |protocol| usable.iter().find(move |it| it.protocol == protocol);
    let endpoint = of(Protocol::Imap).or_else(|| of(Protocol::Pop3));
    match endpoint {
        Some(endpoint) => Ok(Access {
            endpoint: endpoint.clone(),
            options: options.clone(),
        }),
        None => {
            let finding = "there is no imap or pop3 endpoint to look into accounts with";
            Err(Diagnosis::fail(Check::Login, &external.name, finding).cure("give one"))
        }
    }
}

/// What is in an account, if nothing speaks against using it.
async fn empty(
    external: &External,
    access: &Access,
    account: &Account,
) -> Result<Baseline, Diagnosis> {
    let (baseline, occupied) = access.look(account).await.map_err(|error| {
        Diagnosis::fail(Check::Empty, subject(account), "it cannot be looked into")
            .observed(error.observed())
            .cure("the server's log says why")
    })?;
    match occupied.filter(|_| !external.allow_non_empty) {
        None => Ok(baseline),
        Some(occupied) => {
            let journal = external.journal.clone().map(Journal::new);
            let killed = was_left(journal.as_ref(), &external.name, &account.user);
            Err(refusal(account, &occupied, killed))
        }
    }
}
