//! A server process in a group of its own, and the guard that ends it when mailspec cannot.
//!
//! The server never outlives mailspec: its group gets SIGKILL when a [`Process`] is dropped, and a
//! small shell, the guard, does the same and removes the directory when the pipe from mailspec
//! closes, so also after SIGKILL of mailspec itself.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::sys::signal::{Signal, kill, killpg};
use nix::unistd::Pid;
use tempfile::TempDir;
use tokio::io::AsyncWriteExt;
use tokio::process::{Child, ChildStdin, Command};
use tokio::time::{sleep, timeout};

const GUARD: &str = include_str!("../../../fixtures/servers/guard.sh");

/// Waits for a line before it becomes the server, so that the guard knows the group first.
const GATE: &str = r#"read -r go && exec "$@" </dev/null"#;

/// How long a group may take to vanish after SIGKILL.
const KILL_LIMIT: Duration = Duration::from_secs(5);

/// How often a condition is looked at.
const POLL: Duration = Duration::from_millis(5);

/// What to start.
#[derive(Clone, Debug)]
pub(super) struct Program {
    /// The executable.
    pub path: PathBuf,
    /// Its arguments.
    pub arguments: Vec<String>,
    /// SIGTERM goes to every process, not only to the first.
    ends_at_once: bool,
}

impl Program {
    /// A program in the environment of mailspec.
    pub(super) fn new(path: impl Into<PathBuf>, arguments: impl Into<Vec<String>>) -> Self {
        Self {
            path: path.into(),
            arguments: arguments.into(),
            ends_at_once: false,
        }
    }

    /// For a server whose first process ends the others itself, and looks once a second whether
    /// they have gone: to stop it, each is told.
    pub(super) fn ending_at_once(mut self) -> Self {
        self.ends_at_once = true;
        self
    }
}

/// A private directory and the shell that wipes it when mailspec has gone.
#[derive(Debug)]
pub(super) struct Guard {
    /// Dropped first: the guard sees the end of its input.
    input: Option<ChildStdin>,
    child: Child,
    directory: TempDir,
}

impl Guard {
    /// Makes the directory, with a path short enough for Unix sockets, and starts the guard.
    pub(super) fn start() -> io::Result<Self> {
        let directory = tempfile::Builder::new()
            .prefix("mailspec-")
            .tempdir_in("/tmp")?;
        let mut child = Command::new("/bin/sh")
            .args(["-c", GUARD, "mailspec-guard"])
            .arg(directory.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .current_dir("/")
            .process_group(0)
            .spawn()?;
        Ok(Self {
            input: child.stdin.take(),
            child,
            directory,
        })
    }

    /// The private directory.
    pub(super) fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// Names the group to end; `None` when nothing runs.
    async fn watch(&mut self, group: Option<Pid>) -> io::Result<()> {
        let line = group.map_or_else(|| "\n".to_owned(), |group| format!("{group}\n"));
        let input = self.input.as_mut().ok_or(io::ErrorKind::BrokenPipe)?;
        input.write_all(line.as_bytes()).await?;
        input.flush().await
    }

    /// Removes the directory and waits until the guard has gone.
    pub(super) async fn wipe(mut self) {
        self.input = None;
        let _ = timeout(KILL_LIMIT, self.child.wait()).await;
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.input = None;
        let deadline = Instant::now() + KILL_LIMIT;
        while matches!(self.child.try_wait(), Ok(None)) && Instant::now() < deadline {
            thread::sleep(POLL);
        }
    }
}

/// A running server: the leader of a process group.
#[derive(Debug)]
pub(super) struct Process {
    child: Child,
    group: Pid,
    ends_at_once: bool,
}

impl Process {
    /// Starts a program as the leader of a new group; what it says goes to the file `log`.
    pub(super) async fn start(
        guard: &mut Guard,
        program: &Program,
        log: &Path,
    ) -> io::Result<Self> {
        let log = fs::File::options().create(true).append(true).open(log)?;
        let mut child = Command::new("/bin/sh")
            .args(["-c", GATE, "mailspec-gate"])
            .arg(&program.path)
            .args(&program.arguments)
            .stdin(Stdio::piped())
            .stdout(log.try_clone()?)
            .stderr(log)
            .current_dir(guard.directory())
            .process_group(0)
            .kill_on_drop(true)
            .spawn()?;
        let id = child.id().ok_or(io::ErrorKind::NotFound)?;
        let group = Pid::from_raw(i32::try_from(id).map_err(io::Error::other)?);
        guard.watch(Some(group)).await?;
        let mut gate = child.stdin.take().ok_or(io::ErrorKind::BrokenPipe)?;
        gate.write_all(b"go\n").await?;
        let ends_at_once = program.ends_at_once;
        Ok(Self {
            child,
            group,
            ends_at_once,
        })
    }

    /// The exit status, if it has ended.
    pub(super) fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().ok().flatten()
    }

    /// Waits until the server ends, and says how. Cancel-safe.
    pub(super) async fn wait(&mut self) -> String {
        match self.child.wait().await {
            Ok(status) => status.to_string(),
            Err(error) => error.to_string(),
        }
    }

    /// SIGTERM for the server, and SIGKILL for what is left of the group after `grace`.
    pub(super) async fn stop(mut self, guard: &mut Guard, grace: Duration) {
        if self.ended().is_none() {
            let _ = match self.ends_at_once {
                true => killpg(self.group, Signal::SIGTERM),
                false => kill(self.group, Signal::SIGTERM),
            };
            let _ = timeout(grace, self.child.wait()).await;
        }
        self.kill(guard).await;
    }

    /// SIGKILL for the whole group; returns when it has gone.
    pub(super) async fn kill(mut self, guard: &mut Guard) {
        let _ = killpg(self.group, Signal::SIGKILL);
        let _ = timeout(KILL_LIMIT, self.child.wait()).await;
        let deadline = Instant::now() + KILL_LIMIT;
        while !has_gone(self.group) && Instant::now() < deadline {
            sleep(POLL).await;
        }
        let _ = guard.watch(None).await;
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = killpg(self.group, Signal::SIGKILL);
        let deadline = Instant::now() + KILL_LIMIT;
        while matches!(self.child.try_wait(), Ok(None)) || !has_gone(self.group) {
            if Instant::now() > deadline {
                break;
            }
            thread::sleep(POLL);
        }
    }
}

/// True if no process is left in a group. Zombies do not count: their ports and files are free
/// already, and it can take the first process of a container a second to collect them.
fn has_gone(group: Pid) -> bool {
    killpg(group, None) == Err(Errno::ESRCH) || only_zombies_in(group).unwrap_or(false)
}

/// Looks through `/proc`; an error where there is none.
fn only_zombies_in(group: Pid) -> io::Result<bool> {
    for entry in fs::read_dir("/proc")? {
        // A process that has gone since it was listed, or an entry that is no process.
        let Ok(stat) = fs::read_to_string(entry?.path().join("stat")) else {
            continue;
        };
        if member_state(&stat, group).is_some_and(|state| state != "Z" && state != "X") {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The state of a process if it belongs to the group: `id (name) state parent group …`, where the
/// name may hold anything.
fn member_state(stat: &str, group: Pid) -> Option<&str> {
    let (_, fields) = stat.rsplit_once(')')?;
    let mut fields = fields.split_ascii_whitespace();
    let state = fields.next()?;
    let member_of = fields.nth(1)?;
    (member_of == group.to_string()).then_some(state)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_is_known_by_the_third_field_behind_its_name() {
        let stat = "12 (a) b) S 1 77 77 0 -1";
        assert_eq!(member_state(stat, Pid::from_raw(77)), Some("S"));
        assert_eq!(member_state(stat, Pid::from_raw(1)), None);
        assert_eq!(member_state("12 (cut", Pid::from_raw(77)), None);
    }

    fn shell(script: &str) -> Program {
        Program::new("/bin/sh", ["-c".to_owned(), script.to_owned()])
    }

    #[tokio::test]
    async fn what_ignores_sigterm_gets_sigkill_with_its_children() {
        let mut guard = Guard::start().unwrap();
        let log = guard.directory().join("log");
        let program = shell("trap '' TERM; sleep 1000 & echo up; wait; wait");
        let process = Process::start(&mut guard, &program, &log).await.unwrap();
        let group = process.group;
        while fs::read_to_string(&log).unwrap() != "up\n" {
            sleep(POLL).await;
        }
        process.stop(&mut guard, Duration::from_millis(50)).await;
        assert!(has_gone(group));
    }

    #[tokio::test]
    async fn the_guard_ends_the_group_and_wipes_when_its_input_ends() {
        let mut guard = Guard::start().unwrap();
        let directory = guard.directory().to_owned();
        let log = directory.join("log");
        let mut process = Process::start(&mut guard, &shell("sleep 1000 & wait"), &log)
            .await
            .unwrap();
        guard.input = None;
        process.wait().await;
        guard.child.wait().await.unwrap();
        // SIGKILL takes effect a moment after it was sent.
        let gone = async {
            while !has_gone(process.group) {
                sleep(POLL).await;
            }
        };
        let gone = timeout(Duration::from_secs(10), gone).await;
        assert!(gone.is_ok(), "the group outlives its guard");
        assert!(!directory.exists());
    }
}
