//! `mailspec doctor`: can scenarios run on this target, and if not, why not?

use clap::{Args, ValueEnum};
use serde::Serialize;
use tokio::runtime::Runtime;

use super::exit::{INCOMPLETE, OK, Refusal, TARGET};
use super::screen::{Screen, print};
use super::signals::Signals;
use super::target_arguments::TargetArguments;
use crate::report::doctor::{Entry, Mark, Sheet};
use crate::target::doctor::{Diagnosis, Health, Report, examine};
use crate::target::{External, Spec, Target, TargetError, clear_left_over, options};

/// Check a target before any scenario: ports, TLS, logins, mailboxes, delivery, clock
#[derive(Args, Clone, Debug)]
pub(super) struct DoctorArguments {
    #[command(flatten)]
    target: TargetArguments,
    /// First remove what a run that was killed left in the accounts
    #[arg(long)]
    clean: bool,
    /// What standard output shows
    #[arg(long, value_enum, default_value = "pretty")]
    format: Form,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Form {
    /// A list for people, line by line
    Pretty,
    /// All of it, as JSON
    Json,
}

/// The list as JSON.
#[derive(Serialize)]
struct Chart<'a> {
    target: String,
    diagnoses: &'a [Diagnosis],
    exit: u8,
}

/// Examines, and says how it ended.
pub(super) fn execute(arguments: &DoctorArguments, screen: &Screen) -> Result<u8, Refusal> {
    let spec = arguments.target.spec()?;
    let mut sheet = Sheet::new(screen.out);
    let mut diagnoses = Vec::new();
    let pretty = arguments.format == Form::Pretty;
    let mut written = Ok(());
    let mut report = |diagnosis: Diagnosis| {
        if pretty && written.is_ok() {
            written = print(&sheet.add(&entry(&diagnosis)));
        }
        diagnoses.push(diagnosis);
    };
    let runtime = Runtime::new().map_err(Refusal::internal)?;
    let finished = runtime.block_on(async {
        let signals = Signals::listen().map_err(Refusal::internal)?;
        tokio::select! {
            done = visit(&spec, arguments.clean, &mut report) => {
                done.map(|()| true).map_err(unfit)
            }
            () = signals.reached(1) => Ok(false),
        }
    })?;
    written?;
    let wrong = diagnoses.iter().any(Diagnosis::is_fail);
    let code = match (finished, wrong) {
        (_, true) => TARGET,
        (false, false) => INCOMPLETE,
        (true, false) => OK,
    };
    if pretty {
        print(&sheet.summary())?;
    } else {
        let chart = Chart {
            target: arguments.target.name(),
            diagnoses: &diagnoses,
            exit: code,
        };
        let json = serde_json::to_string_pretty(&chart).map_err(Refusal::internal)?;
        print(&(json + "\n"))?;
    }
    Ok(code)
}

/// Examines a server that runs already, or starts one and examines that.
async fn visit(spec: &Spec, clean: bool, report: &mut Report<'_>) -> Result<(), TargetError> {
    if let Spec::External(external) = spec {
        let options = options(external);
        if clean {
            for user in clear_left_over(external, &options).await? {
                report(Diagnosis::cleared(&user));
            }
        }
        examine(external, &options, report).await;
        return Ok(());
    }
    let target = Target::start(spec).await?;
    let external = External {
        name: target.facts().name.clone(),
        endpoints: target.endpoints().to_vec(),
        accounts: target.lease(2).await?,
        trust: target.transport().trust.clone(),
        propagation_limit: Some(target.propagation_limit()),
        ..External::default()
    };
    examine(&external, target.transport(), report).await;
    target.stop().await;
    Ok(())
}

fn unfit(error: TargetError) -> Refusal {
    Refusal {
        code: TARGET,
        message: error.to_string(),
    }
}

fn entry(diagnosis: &Diagnosis) -> Entry<'_> {
    Entry {
        check: diagnosis.check.name(),
        subject: &diagnosis.subject,
        mark: match diagnosis.health {
            Health::Ok => Mark::Ok,
            Health::Warn => Mark::Warn,
            Health::Fail => Mark::Fail,
        },
        finding: &diagnosis.finding,
        observed: diagnosis.observed.as_deref(),
        cure: diagnosis.cure.as_deref(),
    }
}
