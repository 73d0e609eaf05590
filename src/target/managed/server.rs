//! A managed server while it runs: started, controlled, wiped.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::task::spawn_blocking;

use super::process::{Guard, Process, Program};
use super::site::Site;
use super::{Recipe, recipe};
use crate::target::made_account::made_account;
use crate::target::ready::all_greet;
use crate::target::{Account, Control, Facts, TargetError};
use crate::transport::{Endpoint, Options, Trust};
use crate::wire::Limits;

/// How long a server may take from its start to its greetings.
const START_LIMIT: Duration = Duration::from_secs(20);

/// How long a server may take to end in good order.
const STOP_LIMIT: Duration = Duration::from_secs(10);

/// How often a start is tried when somebody else took a port.
const ATTEMPTS: usize = 3;

/// A server that mailspec started.
#[derive(Debug)]
pub(crate) struct Managed {
    recipe: Arc<dyn Recipe>,
    site: Arc<Site>,
    facts: Facts,
    program: Program,
    /// How many accounts were made.
    made: AtomicU64,
    state: Mutex<State>,
}

/// The process is dropped, and so ended, before its directory is.
#[derive(Debug)]
struct State {
    process: Option<Process>,
    guard: Guard,
}

/// Why a start did not succeed.
enum Failure {
    PortTaken(String),
    Other(String),
}

impl Managed {
    /// Starts the server of this name and waits until every endpoint greets.
    pub(crate) async fn start(name: &str) -> Result<Self, TargetError> {
        let recipe: Arc<dyn Recipe> = recipe(name)?.into();
        let version = {
            let recipe = Arc::clone(&recipe);
            blocking(move || Ok(recipe.version()))
                .await
                .map_err(|error| TargetError::Unreachable(error.to_string()))??
        };
        let facts = Facts {
            name: name.to_owned(),
            version: Some(version),
        };
        let mut why = String::new();
        for _ in 0..ATTEMPTS {
            match Self::try_start(&recipe, &facts).await {
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

    async fn try_start(recipe: &Arc<dyn Recipe>, facts: &Facts) -> Result<Self, Failure> {
        let other = |error: io::Error| Failure::Other(error.to_string());
        let mut guard = Guard::start().map_err(other)?;
        let directory = guard.directory().to_owned();
        let maker = Arc::clone(recipe);
        let (site, program) = blocking(move || {
            let site = Site::prepare(&directory, maker.services())?;
            let program = maker.configure(&site)?;
            Ok((site, program))
        })
        .await
        .map_err(other)?;
        let process = launch(&mut guard, &program, &site).await?;
        Ok(Self {
            recipe: Arc::clone(recipe),
            site: Arc::new(site),
            facts: facts.clone(),
            program,
            made: AtomicU64::new(0),
            state: Mutex::new(State {
                process: Some(process),
                guard,
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
        let account = made_account(self.made.fetch_add(1, Ordering::Relaxed) + 1);
        let (recipe, site) = (Arc::clone(&self.recipe), Arc::clone(&self.site));
        let made = account.clone();
        blocking(move || recipe.add_account(&site, &made))
            .await
            .map_err(|error| self.unreachable(&format!("cannot add an account: {error}")))?;
        Ok(account)
    }

    /// Removes an account and its mail.
    pub(crate) async fn remove_account(&self, account: Account) -> Result<(), TargetError> {
        let (recipe, site) = (Arc::clone(&self.recipe), Arc::clone(&self.site));
        blocking(move || recipe.remove_account(&site, &account))
            .await
            .map_err(|error| self.unreachable(&format!("cannot remove an account: {error}")))
    }

    /// Does what [`Control`] says; stopping what is stopped and starting what runs do nothing.
    pub(crate) async fn control(&self, control: Control) -> Result<(), TargetError> {
        let mut state = self.state.lock().await;
        let State { process, guard } = &mut *state;
        if control != Control::Start
            && let Some(process) = process.take()
        {
            match control {
                Control::Kill => process.kill(guard).await,
                _ => process.stop(guard, STOP_LIMIT).await,
            }
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

    /// `Some(why)` if the server ended although nobody asked it to.
    pub(crate) async fn death(&self) -> Option<String> {
        let mut state = self.state.lock().await;
        let status = state.process.as_mut()?.ended()?;
        Some(format!(
            "{} ended ({status}): {}",
            self.facts.name,
            self.site.log_tail()
        ))
    }

    /// Ends the server and removes its directory. Nothing of it is kept, so it need not end in good
    /// order.
    pub(crate) async fn stop(self) {
        let State { process, mut guard } = self.state.into_inner();
        if let Some(process) = process {
            process.kill(&mut guard).await;
        }
        guard.wipe().await;
    }

    fn unreachable(&self, what: &str) -> TargetError {
        TargetError::Unreachable(format!("{}: {what}", self.facts.name))
    }
}

fn trust(site: &Site) -> Trust {
    Trust::Authorities(site.certificate.authority.clone().into_bytes())
}

/// Starts the program and waits until every endpoint greets, or it ends.
async fn launch(guard: &mut Guard, program: &Program, site: &Site) -> Result<Process, Failure> {
    let log = site.log();
    let mut process = Process::start(guard, program, &log)
        .await
        .map_err(|error| Failure::Other(error.to_string()))?;
    let options = Options {
        trust: trust(site),
        limits: Limits::default(),
        connect_timeout: START_LIMIT,
    };
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
