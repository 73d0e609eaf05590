//! mailspec's managed servers, really started. A server that is not installed is reported as ignored,
//! with the reason.

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use libtest_mimic::{Arguments, Completion, Failed, Trial};
use mailspec::target::{Control, MANAGED, Spec, Target, TargetError};
use tokio::runtime::Runtime;

/// A run of this program with this argument starts a server, says so, and waits to be killed.
const HOLD: &str = "--hold-server";

/// A test takes a server that has just been started.
type Test = fn(&Runtime, Target) -> Result<(), Failed>;

const TESTS: &[(&str, Test)] = &[
    ("is wiped when stopped", is_wiped_when_stopped),
    ("is wiped when dropped", is_wiped_when_dropped),
    ("is wiped after SIGKILL of mailspec", is_wiped_after_sigkill),
    ("works for an ordinary user", works_for_an_ordinary_user),
    ("obeys every control", obeys_every_control),
    ("a death is noticed", a_death_is_noticed),
];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().collect();
    if let [_, flag, name] = arguments.as_slice()
        && flag == HOLD
    {
        return hold(name);
    }
    let mut trials = Vec::new();
    for &name in MANAGED {
        for &(what, test) in TESTS {
            trials.push(Trial::ignorable_test(
                format!("{name}: {what}"),
                move || with_server(name, test),
            ));
        }
    }
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

/// Starts the server for a test, in time.
fn with_server(name: &str, test: Test) -> Result<Completion, Failed> {
    let runtime = Runtime::new()?;
    let began = Instant::now();
    match runtime.block_on(start(name)) {
        Err(TargetError::Unavailable(why)) => Ok(Completion::ignored_with(why)),
        Err(error) => Err(error.into()),
        Ok(target) => {
            let took = began.elapsed();
            check(took < Duration::from_secs(2), || {
                format!("its start took {took:?}")
            })?;
            test(&runtime, target)?;
            Ok(Completion::Completed)
        }
    }
}

fn is_wiped_when_stopped(runtime: &Runtime, target: Target) -> Result<(), Failed> {
    let traces = Traces::of(&target)?;
    check(target.facts().version.is_some(), || "no version".to_owned())?;
    let began = Instant::now();
    runtime.block_on(target.stop());
    let took = began.elapsed();
    check(took < Duration::from_secs(3), || {
        format!("its stop took {took:?}")
    })?;
    traces.check_gone(Duration::ZERO)
}

fn is_wiped_when_dropped(runtime: &Runtime, target: Target) -> Result<(), Failed> {
    let traces = Traces::of(&target)?;
    let _entered = runtime.enter();
    drop(target);
    traces.check_gone(Duration::ZERO)
}

fn is_wiped_after_sigkill(_: &Runtime, target: Target) -> Result<(), Failed> {
    let program = std::env::current_exe()?;
    hold_and_kill(Command::new(program), &target.facts().name)
}

fn works_for_an_ordinary_user(_: &Runtime, target: Target) -> Result<(), Failed> {
    if !nix::unistd::Uid::effective().is_root() {
        return Ok(());
    }
    // The other user may not be able to reach the build directory.
    let reachable = tempfile::Builder::new()
        .prefix("held-")
        .tempdir_in("/tmp")?;
    fs::set_permissions(reachable.path(), fs::Permissions::from_mode(0o755))?;
    let program = reachable.path().join("real_servers");
    fs::copy(std::env::current_exe()?, &program)?;
    let mut command = Command::new("setpriv");
    command.args(["--reuid=nobody", "--regid=nogroup", "--clear-groups"]);
    command.arg(program);
    hold_and_kill(command, &target.facts().name)
}

/// Has another process hold the server, and kills that process.
fn hold_and_kill(mut command: Command, name: &str) -> Result<(), Failed> {
    let mut holder = command
        .args([HOLD, name])
        .current_dir("/")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()?;
    let mut said = String::new();
    let stdout = holder.stdout.take().ok_or("no output")?;
    BufReader::new(stdout).read_line(&mut said)?;
    let traces = said.trim().parse().map(Traces::on_port);
    holder.kill()?;
    holder.wait()?;
    let traces = traces.map_err(|_| format!("it did not start: {said}"))??;
    traces.check_gone(Duration::from_secs(5))
}

/// Starts a server, prints one of its ports, and waits.
#[expect(
    clippy::print_stdout,
    reason = "the process that waits for it reads a pipe"
)]
fn hold(name: &str) -> ExitCode {
    let runtime = Runtime::new().expect("a runtime can be made");
    runtime.block_on(async {
        let started = start(name).await;
        match &started {
            Ok(target) => println!("{}", target.endpoints()[0].port),
            Err(error) => println!("{error}"),
        }
        std::future::pending().await
    })
}

fn obeys_every_control(runtime: &Runtime, target: Target) -> Result<(), Failed> {
    let traces = Traces::of(&target)?;
    runtime.block_on(async {
        for control in [
            Control::Restart,
            Control::Kill,
            Control::Stop,
            Control::Start,
        ] {
            let began = Instant::now();
            target.control(control).await?;
            let took = began.elapsed();
            check(took < Duration::from_secs(4), || {
                format!("{control:?} took {took:?}")
            })?;
            let answers = traces.anyone_listens();
            check(answers == (control != Control::Stop), || {
                format!("after {control:?} answers: {answers}")
            })?;
            let death = target.death().await;
            check(death.is_none(), || {
                format!("dead after {control:?}: {death:?}")
            })?;
        }
        target.stop().await;
        traces.check_gone(Duration::ZERO)
    })
}

fn a_death_is_noticed(runtime: &Runtime, target: Target) -> Result<(), Failed> {
    let traces = Traces::of(&target)?;
    runtime.block_on(async {
        kill(traces.leader()?)?;
        let deadline = Instant::now() + Duration::from_secs(5);
        while target.death().await.is_none() {
            check(Instant::now() < deadline, || {
                "no death was noticed".to_owned()
            })?;
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        target.control(Control::Restart).await?;
        let death = target.death().await;
        check(death.is_none(), || format!("still dead: {death:?}"))?;
        target.stop().await;
        traces.check_gone(Duration::ZERO)
    })
}

/// What a running server leaves if it is not wiped.
struct Traces {
    port: u16,
    directory: PathBuf,
}

impl Traces {
    fn of(target: &Target) -> Result<Self, Failed> {
        Self::on_port(target.endpoints()[0].port)
    }

    /// Finds the directory by the port that a file in it names.
    fn on_port(port: u16) -> Result<Self, Failed> {
        let text = format!("port = {port}\n");
        let names_port = |directory: &PathBuf| {
            let mut files = fs::read_dir(directory).into_iter().flatten().flatten();
            files.any(|file| {
                fs::read_to_string(file.path()).is_ok_and(|config| config.contains(&text))
            })
        };
        let directory = fs::read_dir("/tmp")?
            .flatten()
            .map(|entry| entry.path())
            .filter(|path| path.starts_with("/tmp") && file_name(path).starts_with("mailspec-"))
            .find(names_port)
            .ok_or("the server's directory is not to be found")?;
        Ok(Self { port, directory })
    }

    fn anyone_listens(&self) -> bool {
        std::net::TcpStream::connect(("127.0.0.1", self.port)).is_ok()
    }

    /// Processes that name the directory in their arguments, or work in it.
    fn processes(&self) -> Vec<u32> {
        let named = self.directory.to_string_lossy();
        fs::read_dir("/proc")
            .into_iter()
            .flatten()
            .flatten()
            .filter_map(|entry| {
                let id = file_name(&entry.path()).parse().ok()?;
                let arguments = fs::read(entry.path().join("cmdline")).unwrap_or_default();
                let inside = fs::read_link(entry.path().join("cwd"))
                    .is_ok_and(|cwd| cwd.starts_with(&self.directory));
                (inside || String::from_utf8_lossy(&arguments).contains(&*named)).then_some(id)
            })
            .collect()
    }

    /// The process that leads the server's group.
    fn leader(&self) -> Result<u32, Failed> {
        self.processes()
            .into_iter()
            .find(|id| {
                let arguments = fs::read(format!("/proc/{id}/cmdline")).unwrap_or_default();
                !String::from_utf8_lossy(&arguments).contains("mailspec-guard")
            })
            .ok_or_else(|| "the server's process is not to be found".into())
    }

    /// Everything must be gone before a time limit.
    fn check_gone(&self, limit: Duration) -> Result<(), Failed> {
        let deadline = Instant::now() + limit;
        loop {
            let left = self.processes();
            let listens = self.anyone_listens();
            let exists = self.directory.exists();
            if !exists && left.is_empty() && !listens {
                return Ok(());
            }
            check(Instant::now() < deadline, || {
                format!("left: directory {exists}, processes {left:?}, listens {listens}")
            })?;
            thread::sleep(Duration::from_millis(5));
        }
    }
}

async fn start(name: &str) -> Result<Target, TargetError> {
    Target::start(&Spec::Managed(name.to_owned())).await
}

fn file_name(path: &Path) -> String {
    path.file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

fn check(holds: bool, why: impl FnOnce() -> String) -> Result<(), Failed> {
    if holds { Ok(()) } else { Err(why().into()) }
}

fn kill(process: u32) -> Result<(), Failed> {
    let status = Command::new("kill")
        .args(["-KILL", &process.to_string()])
        .status()?;
    check(status.success(), || format!("cannot kill {process}"))
}
