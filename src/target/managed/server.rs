//! A managed server while it runs: started, controlled, wiped.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::task::spawn_blocking;

use super::catalogue::{Found, find};
use super::clock::{self, with_clock};
use super::crash::crashes;
use super::log_slice;
use super::maildir::{drop_in, maildir_of};
use super::namespace::{self, in_namespace};
use super::process::{Guard, Process, Program};
use super::site::Site;
use super::syslog::Syslog;
use super::{Isolation, Recipe};
use crate::target::made_account::made_account;
use crate::target::ready::all_greet;
use crate::target::{Account, Control, Facts, Retention, TargetError};
use crate::transport::{Endpoint, Options, Trust};
use crate::wire::Limits;

/// How long a server may take from its start to its greetings.
const START_LIMIT: Duration = Duration::from_secs(20);

/// How long a server may take to end in good order.
const STOP_LIMIT: Duration = Duration::from_secs(10);

/// How long a server that runs may take to greet before it counts as hanging.
const HANG_LIMIT: Duration = Duration::from_secs(10);

/// How often a start is tried when somebody else took a port.
const ATTEMPTS: usize = 3;

/// A server that mailspec started.
#[derive(Debug)]
pub(crate) struct Managed {
    recipe: Arc<dyn Recipe>,
    site: Arc<Site>,
    facts: Facts,
    program: Program,
    /// Its clock can be put forward.
    clock: bool,
    /// What it does with popped and with old mail.
    retention: Retention,
    /// How many accounts were made.
    made: AtomicU64,
    state: Mutex<State>,
}

/// The process is dropped, and so ended, before its directory is.
#[derive(Debug)]
struct State {
    process: Option<Process>,
    guard: Guard,
    /// Takes what the server tells syslog, as long as the server lives.
    _syslog: Option<Syslog>,
}

/// Why a start did not succeed.
enum Failure {
    PortTaken(String),
    Other(String),
}

impl Managed {
    /// Starts the server of this name and waits until every endpoint greets.
    pub(crate) async fn start(name: &str) -> Result<Self, TargetError> {
        let wanted = name.to_owned();
        let found = blocking(move || Ok(find(&wanted)))
            .await
            .map_err(|error| TargetError::Unreachable(error.to_string()))??;
        let Found {
            recipe,
            version,
            clock,
            retention,
        } = found;
        let recipe: Arc<dyn Recipe> = recipe.into();
        let facts = Facts {
            name: name.to_owned(),
            version: Some(version),
        };
        let mut why = String::new();
        for _ in 0..ATTEMPTS {
            match Self::try_start(&recipe, &facts, clock, retention).await {
                Ok(managed) => return Ok(managed),
                Err(Failure::PortTaken(text)) => why = text,
                Err(Failure::Other(text)) => {
                    why = text;
                    break;
                }
            }
        }
        Err(TargetError::Unreachable(format!(
            "{name} did not start: {why}"
        )))
    }

    async fn try_start(
        recipe: &Arc<dyn Recipe>,
        facts: &Facts,
        clock: bool,
        retention: Retention,
    ) -> Result<Self, Failure> {
        let other = |error: io::Error| Failure::Other(error.to_string());
        let mut guard = Guard::start().map_err(other)?;
        let directory = guard.directory().to_owned();
        let maker = Arc::clone(recipe);
        let (site, program) = blocking(move || {
            let site = Site::prepare(&directory, maker.services())?;
            let program = prepare(&*maker, &site, clock)?;
            Ok((site, program))
        })
        .await
        .map_err(other)?;
        let syslog = (recipe.isolation() != Isolation::None)
            .then(|| Syslog::start(&site.directory, &site.log()))
            .transpose()
            .map_err(other)?;
        let process = launch(&mut guard, &program, &site).await?;
        Ok(Self {
            recipe: Arc::clone(recipe),
            site: Arc::new(site),
            facts: facts.clone(),
            program,
            clock,
            retention,
            made: AtomicU64::new(0),
            state: Mutex::new(State {
                process: Some(process),
                guard,
                _syslog: syslog,
            }),
        })
    }

    pub(crate) fn facts(&self) -> &Facts {
        &self.facts
    }

    pub(crate) fn endpoints(&self) -> &[Endpoint] {
        &self.site.endpoints
    }

    pub(crate) fn trust(&self) -> Trust {
        trust(&self.site)
    }

    pub(crate) fn propagation_limit(&self) -> Duration {
        self.recipe.propagation_limit()
    }

    /// A new account.
    pub(crate) async fn add_account(&self) -> Result<Account, TargetError> {
        let made = made_account(self.made.fetch_add(1, Ordering::Relaxed) + 1);
        let account = self.recipe.credentials(made);
        let (recipe, site) = (Arc::clone(&self.recipe), Arc::clone(&self.site));
        let made = account.clone();
        blocking(move || recipe.add_account(&site, &made))
            .await
            .map_err(|error| self.unreachable(&format!("cannot add an account: {error}")))?;
        Ok(account)
    }

    /// The retention profile that it is configured for.
    pub(crate) fn retention(&self) -> Option<Retention> {
        Some(self.retention)
    }

    /// Removes an account and its mail.
    pub(crate) async fn remove_account(&self, account: Account) -> Result<(), TargetError> {
        let (recipe, site) = (Arc::clone(&self.recipe), Arc::clone(&self.site));
        blocking(move || recipe.remove_account(&site, &account))
            .await
            .map_err(|error| self.unreachable(&format!("cannot remove an account: {error}")))
    }

    /// True if it tells changes by times in whole seconds.
    pub(crate) fn counts_seconds(&self) -> bool {
        self.recipe.counts_seconds()
    }

    /// True if messages are delivered by [`Self::drop_in`].
    pub(crate) fn has_drop(&self) -> bool {
        self.recipe.maildir().is_some()
    }

    /// Puts a message into an account's INBOX.
    pub(crate) async fn drop_in(
        &self,
        account: &Account,
        octets: &[u8],
    ) -> Result<(), TargetError> {
        let Some(maildir) = self.recipe.maildir() else {
            return Err(TargetError::Unsupported("take a message as a file"));
        };
        let maildir = maildir_of(&self.site, maildir, account);
        let (site, octets) = (Arc::clone(&self.site), octets.to_vec());
        blocking(move || drop_in(&maildir, &octets, &site.mail_owner))
            .await
            .map_err(|error| self.unreachable(&format!("cannot deliver: {error}")))
    }

    /// Does what [`Control`] says; stopping what is stopped and starting what runs do nothing.
    pub(crate) async fn control(&self, control: Control) -> Result<(), TargetError> {
        if let Control::Clock(ahead) = control {
            return self.set_clock(ahead).await;
        }
        let mut state = self.state.lock().await;
        let State { process, guard, .. } = &mut *state;
        if control != Control::Start
            && let Some(process) = process.take()
        {
            match control {
                Control::Kill => process.kill(guard).await,
                _ => process.stop(guard, STOP_LIMIT).await,
            }
        }
        if matches!(control, Control::Backup | Control::Restore) {
            self.copy_store(control).await?;
        }
        if control != Control::Stop && process.is_none() {
            let started = launch(guard, &self.program, &self.site).await;
            let started = started.map_err(|failure| match failure {
                Failure::PortTaken(why) | Failure::Other(why) => {
                    self.unreachable(&format!("did not start again: {why}"))
                }
            })?;
            *process = Some(started);
        }
        Ok(())
    }

    /// Saves the folders of all mail, or puts back those saved; the server has stopped.
    async fn copy_store(&self, control: Control) -> Result<(), TargetError> {
        let (recipe, site) = (Arc::clone(&self.recipe), Arc::clone(&self.site));
        blocking(move || match control {
            Control::Backup => site.back_up(recipe.store()),
            _ => site.restore(recipe.store()),
        })
        .await
        .map_err(|error| self.unreachable(&format!("its mail cannot be copied: {error}")))
    }

    async fn set_clock(&self, ahead: Duration) -> Result<(), TargetError> {
        if !self.clock {
            return Err(TargetError::Unsupported("have its clock set"));
        }
        let site = Arc::clone(&self.site);
        blocking(move || clock::set(&site, ahead))
            .await
            .map_err(|error| self.unreachable(&format!("its clock cannot be set: {error}")))
    }

    /// What can be done to it.
    pub(crate) fn controls(&self) -> &'static [Control] {
        let all = &Control::ALL;
        if self.clock {
            all
        } else {
            &all[..all.len() - 1]
        }
    }

    /// The lines of the server's log that tell of a crash.
    pub(crate) async fn crashes(&self) -> Vec<String> {
        let site = Arc::clone(&self.site);
        let log = blocking(move || site.read_log_from(0)).await;
        log.map(|log| crashes(&log)).unwrap_or_default()
    }

    /// How long the server's log is, in octets.
    pub(crate) fn log_length(&self) -> u64 {
        self.site.log_length()
    }

    /// The lines that the server wrote about these accounts behind that octet of its log.
    pub(crate) async fn log_about(&self, accounts: &[Account], start: u64) -> Vec<String> {
        let site = Arc::clone(&self.site);
        let log = blocking(move || site.read_log_from(start)).await;
        log.map(|log| log_slice::about(&log, accounts))
            .unwrap_or_default()
    }

    /// `Some(why)` if the server ended, or hangs, although nobody asked it to.
    pub(crate) async fn death(&self) -> Option<String> {
        let mut state = self.state.lock().await;
        let name = &self.facts.name;
        if let Some(status) = state.process.as_mut()?.ended() {
            let log = self.site.log_tail();
            return Some(format!("{name} ended ({status}): {log}"));
        }
        let options = options(&self.site);
        let greeted = all_greet(&self.site.endpoints, &options, HANG_LIMIT).await;
        greeted.err().map(|why| format!("{name} hangs: {why}"))
    }

    /// Ends the server and removes its directory. Nothing of it is kept, so it need not end in good
    /// order.
    pub(crate) async fn stop(self) {
        let State {
            process, mut guard, ..
        } = self.state.into_inner();
        if let Some(process) = process {
            process.kill(&mut guard).await;
        }
        guard.wipe().await;
    }

    fn unreachable(&self, what: &str) -> TargetError {
        TargetError::Unreachable(format!("{}: {what}", self.facts.name))
    }
}

/// Writes the configuration and says what to start, with the clock and the namespaces that it has.
fn prepare(recipe: &dyn Recipe, site: &Site, clock: bool) -> io::Result<Program> {
    let mut program = recipe.configure(site)?;
    if clock {
        program = with_clock(site, program)?;
    }
    // What libfaketime shares between processes lies in a private place then, and goes with it.
    let isolated = match recipe.isolation() {
        Isolation::None => clock,
        Isolation::Wanted => clock || namespace::available(),
        Isolation::Needed => true,
    };
    Ok(if isolated {
        in_namespace(program)
    } else {
        program
    })
}

fn trust(site: &Site) -> Trust {
    Trust::Authorities(site.certificate.authority.clone().into_bytes())
}

fn options(site: &Site) -> Options {
    Options {
        trust: trust(site),
        limits: Limits::default(),
        connect_timeout: START_LIMIT,
    }
}

/// Starts the program and waits until every endpoint greets, or it ends.
async fn launch(guard: &mut Guard, program: &Program, site: &Site) -> Result<Process, Failure> {
    let log = site.log();
    let mut process = Process::start(guard, program, &log)
        .await
        .map_err(|error| Failure::Other(error.to_string()))?;
    let options = options(site);
    let greeted = tokio::select! {
        greeted = all_greet(&site.endpoints, &options, START_LIMIT) => greeted,
        status = process.wait() => Err(format!("it ended ({status})")),
    };
    match greeted {
        Ok(()) => Ok(process),
        Err(why) => {
            process.kill(guard).await;
            let log = site.log_tail();
            let why = format!("{why}: {log}");
            // The words of EADDRINUSE.
            if log.contains("ddress already in use") {
                Err(Failure::PortTaken(why))
            } else {
                Err(Failure::Other(why))
            }
        }
    }
}

/// Runs what may block on a thread of its own.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    spawn_blocking(work).await.map_err(io::Error::other)?
}
