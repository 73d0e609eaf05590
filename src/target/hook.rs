//! Commands of a target file that do on the user's server what no protocol can: make accounts,
//! stop and start it, set its clock.
//!
//! A hook is run by `/bin/sh -c` in the folder of the target file. It reads one line of JSON on
//! standard input and answers on standard output; its exit status says whether it succeeded, and
//! the last line of its standard error why not.

use std::io;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use serde::Deserialize;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, Command};
use tokio::time::timeout;

use super::doctor::{Check, Diagnosis};
use super::{Account, Control};

/// The most octets that a hook may write to each stream.
const MOST: u64 = 64 << 10;

/// How much of a line is shown.
const SHOWN: usize = 200;

/// One command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hook {
    /// Its name in the target file: `create`, `restart` …
    pub name: &'static str,
    /// For `/bin/sh -c`.
    pub command: String,
    /// Where it runs.
    pub directory: PathBuf,
    /// How long it may take.
    pub limit: Duration,
}

/// The hooks for accounts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AccountHooks {
    /// Makes an account.
    pub create: Option<Hook>,
    /// Empties an account.
    pub reset: Option<Hook>,
    /// Removes an account that `create` made.
    pub delete: Option<Hook>,
}

/// The hooks that do something to the server itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ControlHooks {
    /// Stops it in good order and starts it again.
    pub restart: Option<Hook>,
    /// Kills it and starts it again.
    pub kill: Option<Hook>,
    /// Stops it.
    pub stop: Option<Hook>,
    /// Starts it after `stop`.
    pub start: Option<Hook>,
    /// Stops it, copies all mail to a safe place, and starts it.
    pub backup: Option<Hook>,
    /// Stops it, puts that copy in the place of its mail, and starts it.
    pub restore: Option<Hook>,
    /// Puts its clock forward.
    pub clock: Option<Hook>,
}

impl ControlHooks {
    /// The hook for what is to be done.
    pub(super) fn of(&self, control: Control) -> Option<&Hook> {
        match control {
            Control::Restart => self.restart.as_ref(),
            Control::Kill => self.kill.as_ref(),
            Control::Stop => self.stop.as_ref(),
            Control::Start => self.start.as_ref(),
            Control::Backup => self.backup.as_ref(),
            Control::Restore => self.restore.as_ref(),
            Control::Clock(_) => self.clock.as_ref(),
        }
    }
}

/// What `create` answers.
#[derive(Deserialize)]
struct Created {
    user: String,
    password: String,
    address: Option<String>,
}

impl AccountHooks {
    /// A new account, if there is a hook for that. `address` gives the address of a user where the
    /// hook does not.
    pub(super) async fn create(
        &self,
        number: usize,
        address: impl Fn(&str) -> String,
    ) -> Result<Option<Account>, Diagnosis> {
        let Some(hook) = &self.create else {
            return Ok(None);
        };
        let question = serde_json::json!({"hook": hook.name, "number": number});
        let answer = hook.run(&question, None).await?;
        let created: Created = serde_json::from_slice(&answer).map_err(|error| {
            // The answer itself holds a password.
            let place = format!("column {} of line {}", error.column(), error.line());
            let category = match error.classify() {
                serde_json::error::Category::Data => "a field is missing or of the wrong kind",
                _ => "it is no JSON",
            };
            hook.fail("its answer cannot be used")
                .observed(format!("{category}, at {place}"))
                .cure("print {\"user\": …, \"password\": …, \"address\": …} and nothing else")
        })?;
        if created.user.is_empty() || created.password.is_empty() {
            return Err(hook
                .fail("its answer cannot be used")
                .observed("user or password is empty")
                .cure("give both"));
        }
        Ok(Some(Account {
            address: created.address.unwrap_or_else(|| address(&created.user)),
            user: created.user,
            password: created.password,
        }))
    }
}

impl Hook {
    /// Runs it for an account that is there.
    pub(super) async fn run_for(&self, account: &Account) -> Result<(), Diagnosis> {
        let question = serde_json::json!({
            "hook": self.name,
            "user": account.user,
            "address": account.address,
        });
        self.run(&question, Some(&account.password)).await.map(drop)
    }

    /// Runs it for the server.
    pub(super) async fn run_control(&self, control: Control) -> Result<(), Diagnosis> {
        let question = match control {
            Control::Clock(ahead) => {
                serde_json::json!({"hook": self.name, "seconds": ahead.as_secs()})
            }
            _ => serde_json::json!({"hook": self.name}),
        };
        self.run(&question, None).await.map(drop)
    }

    /// What it writes to standard output.
    async fn run(
        &self,
        question: &serde_json::Value,
        secret: Option<&str>,
    ) -> Result<Vec<u8>, Diagnosis> {
        let broken = |error: io::Error| {
            self.fail("it cannot be run")
                .observed(error.to_string())
                .cure("check the command, and the folder of the target file")
        };
        let mut child = self.start().map_err(broken)?;
        let group = child.id().and_then(|id| i32::try_from(id).ok());
        let finished = timeout(self.limit, finish(&mut child, question)).await;
        let Ok(finished) = finished else {
            if let Some(group) = group.map(Pid::from_raw) {
                // Whatever it started goes with it.
                let _ = killpg(group, Signal::SIGKILL);
            }
            return Err(self
                .fail(format!("it did not end within {:?}", self.limit))
                .cure("let it end by itself, or give it more time (limit:)"));
        };
        let Finished {
            status,
            output,
            errors,
        } = finished.map_err(broken)?;
        if status.success() {
            return Ok(output);
        }
        let words = last_line(&errors);
        let words = match secret {
            Some(secret) => words.replace(secret, "[password]"),
            None => words,
        };
        Err(self
            .fail(format!("it failed ({status})"))
            .observed(words)
            .cure("run it by hand with the same line on standard input"))
    }

    fn start(&self) -> io::Result<Child> {
        Command::new("/bin/sh")
            .args(["-c", &self.command])
            .current_dir(&self.directory)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .kill_on_drop(true)
            .spawn()
    }

    fn fail(&self, finding: impl Into<String>) -> Diagnosis {
        Diagnosis::fail(Check::Hooks, format!("hook {}", self.name), finding)
    }
}

struct Finished {
    status: ExitStatus,
    output: Vec<u8>,
    errors: Vec<u8>,
}

/// Asks, and reads until the command has ended and its output is closed.
async fn finish(child: &mut Child, question: &serde_json::Value) -> io::Result<Finished> {
    let line = format!("{question}\n");
    let pipes = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let (Some(mut input), Some(output), Some(errors)) = pipes else {
        return Err(io::ErrorKind::BrokenPipe.into());
    };
    let asking = async {
        // A hook that does not care need not read.
        let _ = input.write_all(line.as_bytes()).await;
        drop(input);
    };
    // A server that the hook starts may keep the streams open: its end counts, not theirs.
    let (mut said, mut complained) = (Vec::new(), Vec::new());
    let status = {
        let reading = async {
            tokio::join!(
                asking,
                read(output, &mut said),
                read(errors, &mut complained)
            )
        };
        tokio::pin!(reading);
        tokio::select! {
            _ = &mut reading => child.wait().await?,
            status = child.wait() => {
                let status = status?;
                let _ = timeout(DRAIN, reading).await;
                status
            }
        }
    };
    Ok(Finished {
        status,
        output: said,
        errors: complained,
    })
}

/// How long what a command wrote may take to be read once it has ended.
const DRAIN: Duration = Duration::from_millis(200);

async fn read(stream: impl AsyncRead + Unpin, octets: &mut Vec<u8>) {
    // What came before an error is what there is.
    let _ = stream.take(MOST).read_to_end(octets).await;
}

fn last_line(octets: &[u8]) -> String {
    let text = String::from_utf8_lossy(octets);
    let line = text.lines().rev().find(|line| !line.trim().is_empty());
    let line = line.unwrap_or("it wrote nothing to standard error").trim();
    line.chars().take(SHOWN).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hook(command: &str) -> Hook {
        Hook {
            name: "create",
            command: command.to_owned(),
            directory: PathBuf::from("/"),
            limit: Duration::from_secs(10),
        }
    }

    async fn create(command: &str) -> Result<Account, String> {
        let hooks = AccountHooks {
            create: Some(hook(command)),
            ..AccountHooks::default()
        };
        let created = hooks.create(3, |user| format!("{user}@h")).await;
        created.map(Option::unwrap).map_err(|it| it.to_string())
    }

    #[tokio::test]
    async fn create_reads_a_line_and_answers_with_an_account() {
        let command = r#"read -r line; test "$line" = '{"hook":"create","number":3}' &&
            echo '{"user": "u3", "password": "sesame"}'"#;
        let account = create(command).await.unwrap();
        assert_eq!(account.user, "u3");
        assert_eq!(account.address, "u3@h");
    }

    #[tokio::test]
    async fn whatever_goes_wrong_is_said_without_the_answer() {
        let table = [
            (
                "echo no >&2; echo what >&2; exit 3",
                "it failed (exit status: 3) (what)",
            ),
            ("exit 1", "wrote nothing"),
            ("echo '{\"user\": \"u\"}'", "a field is missing"),
            ("echo sesame", "it is no JSON, at column 1 of line 1"),
            (
                "echo '{\"user\": \"\", \"password\": \"sesame\"}'",
                "is empty",
            ),
            ("exec head -c 1000000 /dev/zero", "it failed (signal: 13"),
            ("no-such-command-anywhere", "not found"),
        ];
        for (command, words) in table {
            let error = create(command).await.unwrap_err();
            assert!(error.contains(words), "{command}: {error}");
            assert!(error.starts_with("hook create: "), "{error}");
            assert!(!error.contains("sesame"), "{error}");
        }
    }

    #[tokio::test]
    async fn a_hook_that_does_not_end_is_ended_with_all_that_it_started() {
        let mut hook = hook("sleep 1000 & wait");
        hook.limit = Duration::from_millis(100);
        let question = serde_json::json!({});
        let error = hook.run(&question, None).await.unwrap_err();
        assert!(
            error.finding.contains("did not end within 100ms"),
            "{error}"
        );
    }

    #[tokio::test]
    async fn a_password_on_standard_error_is_not_repeated() {
        let account = Account {
            user: "u".to_owned(),
            password: "sesame".to_owned(),
            address: "u@h".to_owned(),
        };
        let hook = hook("echo cannot use sesame >&2; exit 1");
        let error = hook.run_for(&account).await.unwrap_err().to_string();
        assert!(error.contains("cannot use [password]"), "{error}");
    }
}
