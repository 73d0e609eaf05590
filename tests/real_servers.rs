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
use mailspec::target::client::{ClientError, ImapClient, Pop3Client, deliver};
use mailspec::target::{
    Account, Control, External, Journal, MANAGED, Spec, Target, TargetError, clear_left_over,
};
use mailspec::transport::{Endpoint, Recorder, Security};
use mailspec::wire::Protocol;
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
    ("delivers, lists and removes", delivers_lists_and_removes),
    ("takes odd names and logins", takes_odd_names_and_logins),
    ("is put back as it was", is_put_back_as_it_was),
    ("mail that was there stays", mail_that_was_there_stays),
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
    let name = &target.facts().name;
    let as_nobody = || {
        let mut command = Command::new("setpriv");
        command.args(["--reuid=nobody", "--regid=nogroup", "--clear-groups"]);
        command.arg(&program);
        command
    };
    hold_and_kill(as_nobody(), name)?;
    let test = format!("{name}: delivers, lists and removes");
    let output = as_nobody()
        .args(["--exact", &test])
        .current_dir("/")
        .output()?;
    let said = String::from_utf8_lossy(&output.stdout);
    check(said.contains("1 passed"), || said.clone().into_owned())
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

const MAIL: &[u8] = b"Message-ID: <one@mailspec>\r\nSubject: one\r\n\r\n.a line\r\n";
const LIMIT: Duration = Duration::from_secs(10);

fn delivers_lists_and_removes(runtime: &Runtime, target: Target) -> Result<(), Failed> {
    runtime.block_on(async {
        let account = target.lease(1).await?.remove(0);
        let lmtp = target.endpoint(Protocol::Lmtp).ok_or("no LMTP")?;
        let recorder = Recorder::new();
        let address = &account.address;
        deliver(
            lmtp,
            address,
            MAIL,
            "set-up",
            target.transport(),
            &recorder,
            LIMIT,
        )
        .await?;

        for security in [Security::Plain, Security::StartTls, Security::Implicit] {
            let mut imap = imap(&target, &account, security).await?;
            let listed = imap.messages("INBOX").await?.ok_or("no INBOX")?;
            equal(listed.len(), 1)?;
            equal(listed[0].message_id.as_deref(), Some("<one@mailspec>"))?;
            let bodies = imap.bodies("INBOX").await?.ok_or("no INBOX")?;
            check(bodies[0].1.ends_with(b"\r\n\r\n.a line\r\n"), || {
                "other octets".to_owned()
            })?;
            imap.logout().await;

            let mut pop3 = pop3(&target, &account, security).await?;
            equal(pop3.unique_ids().await?.len(), 1)?;
            let ids = pop3.message_ids().await?;
            equal(ids, vec![(1, Some("<one@mailspec>".to_owned()))])?;
            check(pop3.retrieve(1).await? == bodies[0].1, || {
                "POP3 differs".to_owned()
            })?;
            pop3.quit().await?;
        }
        let mut imap = imap(&target, &account, Security::Plain).await?;
        imap.create("A/B").await?;
        let flags = ["\\Seen".to_owned(), "$Mark".to_owned()];
        let date = Some("01-Feb-2026 03:04:05 +0000");
        let uid = imap.append("A/B", &flags, date, MAIL).await?;
        let listed = imap.messages("A/B").await?.ok_or("no A/B")?;
        equal(Some(listed[0].uid), uid)?;
        check(
            flags.iter().all(|flag| listed[0].flags.contains(flag)),
            || format!("flags are {:?}", listed[0].flags),
        )?;
        check(imap.uidvalidity("A/B").await?.is_some(), || {
            "no UIDVALIDITY".to_owned()
        })?;
        equal(imap.messages("Nowhere").await?, None)?;
        imap.remove_all("A/B").await?;
        equal(imap.messages("A/B").await?.ok_or("no A/B")?.len(), 0)?;
        imap.delete("A/B").await?;
        equal(imap.messages("A/B").await?, None)?;
        imap.logout().await;
        target.give_back(vec![account]).await?;
        target.stop().await;
        Ok(())
    })
}

fn takes_odd_names_and_logins(runtime: &Runtime, target: Target) -> Result<(), Failed> {
    runtime.block_on(async {
        let account = target.lease(1).await?.remove(0);
        let mut client = imap(&target, &account, Security::Plain).await?;
        for path in ["Entwürfe/日本語", "with \"quotes\" and \\", "a b/c"] {
            client.create(path).await?;
            client.append(path, &[], None, MAIL).await?;
            equal(client.messages(path).await?.ok_or("not there")?.len(), 1)?;
        }
        client.logout().await;
        for password in ["wrong", "", "\"", "\r\n", "é", &"x".repeat(300)] {
            let account = Account {
                password: password.to_owned(),
                ..account.clone()
            };
            match imap(&target, &account, Security::Plain).await {
                Err(error @ ClientError::Refused { .. }) => {
                    let words = error.to_string();
                    check(words.contains("LOGIN as s1"), || words.clone())?;
                    check(password.len() < 3 || !words.contains(password), || {
                        words.clone()
                    })?;
                }
                other => return Err(format!("{password:?}: {other:?}").into()),
            }
        }
        target.stop().await;
        Ok(())
    })
}

/// The managed server plays a server that runs already.
async fn external(target: &Target, journal: &Path) -> Result<External, Failed> {
    let endpoint = |protocol| target.endpoint(protocol).cloned().ok_or("not offered");
    Ok(External {
        name: "test".to_owned(),
        endpoints: vec![endpoint(Protocol::Imap)?, endpoint(Protocol::Pop3)?],
        accounts: target.lease(2).await?,
        journal: Some(journal.to_owned()),
        ..External::default()
    })
}

fn is_put_back_as_it_was(runtime: &Runtime, target: Target) -> Result<(), Failed> {
    let directory = tempfile::tempdir()?;
    let journal = Journal::new(directory.path().join("journal"));
    runtime.block_on(async {
        let mut external = external(&target, journal.path()).await?;
        let attached = Target::start(&Spec::External(external.clone())).await?;
        equal(attached.capacity(), 2)?;
        let leased = attached.lease(2).await?;
        equal(journal.in_use()?.len(), 2)?;
        fill(&target, &leased[0]).await?;
        // Somebody waits for an account until one comes back.
        let (waited, given) = tokio::join!(attached.lease(1), attached.give_back(leased));
        given?;
        let waited = waited?;
        equal(contents(&target, &waited[0]).await?, Vec::new())?;
        fill(&target, &waited[0]).await?;
        attached.stop().await;
        equal(contents(&target, &waited[0]).await?, Vec::new())?;
        check(!journal.path().exists(), || {
            "the journal is still there".to_owned()
        })?;

        // A run that is killed leaves its traces, which the next refuses and cleaning removes.
        let attached = Target::start(&Spec::External(external.clone())).await?;
        let leased = attached.lease(1).await?;
        fill(&target, &leased[0]).await?;
        drop(attached);
        let refused = Target::start(&Spec::External(external.clone())).await;
        let words = refused.err().ok_or("it was not refused")?.to_string();
        check(words.contains("doctor --clean"), || words.clone())?;
        let cleared = clear_left_over(&external, target.transport()).await?;
        equal(cleared, vec![leased[0].user.clone()])?;
        Target::start(&Spec::External(external.clone()))
            .await?
            .stop()
            .await;

        // Over POP3 alone.
        external.endpoints.remove(0);
        let attached = Target::start(&Spec::External(external.clone())).await?;
        let leased = attached.lease(1).await?;
        let mut client = imap(&target, &leased[0], Security::Plain).await?;
        client.append("INBOX", &[], None, MAIL).await?;
        client.logout().await;
        attached.give_back(leased).await?;
        attached.stop().await;
        equal(contents(&target, &external.accounts[0]).await?, Vec::new())?;

        external.accounts[0].password.push('x');
        let refused = Target::start(&Spec::External(external)).await;
        check(matches!(refused, Err(TargetError::Unsafe(_))), || {
            format!("{refused:?}")
        })?;
        target.stop().await;
        Ok(())
    })
}

fn mail_that_was_there_stays(runtime: &Runtime, target: Target) -> Result<(), Failed> {
    let directory = tempfile::tempdir()?;
    runtime.block_on(async {
        let mut external = external(&target, &directory.path().join("journal")).await?;
        external.accounts.truncate(1);
        let account = external.accounts[0].clone();
        fill(&target, &account).await?;
        let mut client = imap(&target, &account, Security::Plain).await?;
        client
            .append("INBOX", &["\\Deleted".to_owned()], None, MAIL)
            .await?;
        let before = contents(&target, &account).await?;
        equal(before.len(), 3)?;

        let refused = Target::start(&Spec::External(external.clone())).await;
        let words = refused.err().ok_or("it was not refused")?.to_string();
        for part in [&*account.user, "INBOX", "2 messages", "--allow-non-empty"] {
            check(words.contains(part), || words.clone())?;
        }

        external.allow_non_empty = true;
        let attached = Target::start(&Spec::External(external)).await?;
        let leased = attached.lease(1).await?;
        client.append("INBOX", &[], None, MAIL).await?;
        client.append("Family", &[], None, MAIL).await?;
        client.create("New/Child").await?;
        client.append("New/Child", &[], None, MAIL).await?;
        client.logout().await;
        equal(contents(&target, &account).await?.len(), 6)?;
        attached.give_back(leased).await?;
        equal(contents(&target, &account).await?, before)?;
        attached.stop().await;
        target.stop().await;
        Ok(())
    })
}

/// Puts a message into INBOX and one into a mailbox of its own.
async fn fill(target: &Target, account: &Account) -> Result<(), Failed> {
    let mut client = imap(target, account, Security::Plain).await?;
    client.append("INBOX", &[], None, MAIL).await?;
    client.create("Family").await?;
    client.append("Family", &[], None, MAIL).await?;
    client.logout().await;
    Ok(())
}

/// Each message: mailbox, UID and flags.
async fn contents(
    target: &Target,
    account: &Account,
) -> Result<Vec<(String, u32, Vec<String>)>, Failed> {
    let mut client = imap(target, account, Security::Plain).await?;
    let mut found = Vec::new();
    for mailbox in client.mailboxes().await? {
        for message in client.messages(&mailbox.path).await?.unwrap_or_default() {
            let mut flags = message.flags;
            flags.retain(|flag| flag != "\\Recent");
            found.push((mailbox.path.clone(), message.uid, flags));
        }
    }
    client.logout().await;
    found.sort();
    Ok(found)
}

fn offered(
    target: &Target,
    protocol: Protocol,
    security: Security,
) -> Result<&Endpoint, ClientError> {
    let mut endpoints = target.endpoints().iter();
    endpoints
        .find(|endpoint| endpoint.protocol == protocol && endpoint.security == security)
        .ok_or_else(|| ClientError::Closed {
            endpoint: protocol.to_string(),
            what: "choosing an endpoint".to_owned(),
        })
}

async fn imap(
    target: &Target,
    account: &Account,
    security: Security,
) -> Result<ImapClient, ClientError> {
    let endpoint = offered(target, Protocol::Imap, security)?;
    let recorder = Recorder::new();
    ImapClient::connect(
        endpoint,
        account,
        "test",
        target.transport(),
        &recorder,
        LIMIT,
    )
    .await
}

async fn pop3(
    target: &Target,
    account: &Account,
    security: Security,
) -> Result<Pop3Client, ClientError> {
    let endpoint = offered(target, Protocol::Pop3, security)?;
    let recorder = Recorder::new();
    Pop3Client::connect(
        endpoint,
        account,
        "test",
        target.transport(),
        &recorder,
        LIMIT,
    )
    .await
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

fn equal<T: PartialEq + std::fmt::Debug>(found: T, wanted: T) -> Result<(), Failed> {
    check(found == wanted, || {
        format!("found {found:?}, wanted {wanted:?}")
    })
}

fn kill(process: u32) -> Result<(), Failed> {
    let status = Command::new("kill")
        .args(["-KILL", &process.to_string()])
        .status()?;
    check(status.success(), || format!("cannot kill {process}"))
}
