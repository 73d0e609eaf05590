//! mailspec's managed servers, really started. A server that is not installed is reported as
//! ignored, with the reason.

mod attached;
mod traces;

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

use self::traces::Traces;

/// A run of this program with this argument starts a server, says so, and waits to be killed.
const HOLD: &str = "--hold-server";

/// A test takes a server that has just been started.
type Test = fn(&Runtime, Target) -> Result<(), Failed>;

/// Tests, and what the server has to offer for them.
const TESTS: &[(&str, &[Protocol], Test)] = &[
    ("is wiped when stopped", &[], is_wiped_when_stopped),
    (
        "delivers, lists and removes",
        &[],
        delivers_lists_and_removes,
    ),
    ("is wiped when dropped", &[], is_wiped_when_dropped),
    (
        "is wiped after SIGKILL of mailspec",
        &[],
        is_wiped_after_sigkill,
    ),
    (
        "works for an ordinary user",
        &[],
        works_for_an_ordinary_user,
    ),
    ("obeys every control", &[], obeys_every_control),
    ("a death is noticed", &[], a_death_is_noticed),
    ("a crash is found in its log", IMAP, a_crash_is_found),
    (
        "takes odd names and logins",
        IMAP,
        takes_odd_names_and_logins,
    ),
    (
        "is put back as it was",
        BOTH,
        attached::is_put_back_as_it_was,
    ),
    (
        "mail that was there stays",
        BOTH,
        attached::mail_that_was_there_stays,
    ),
];

const IMAP: &[Protocol] = &[Protocol::Imap];
const BOTH: &[Protocol] = &[Protocol::Imap, Protocol::Pop3];

/// The first tests are enough for a variant, which is the same program.
const OF_A_VARIANT: usize = 2;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().collect();
    if let [_, flag, name] = arguments.as_slice()
        && flag == HOLD
    {
        return hold(name);
    }
    let mut trials = Vec::new();
    for &name in MANAGED {
        let count = if name.contains(':') {
            OF_A_VARIANT
        } else {
            TESTS.len()
        };
        for &(what, needs, test) in &TESTS[..count] {
            trials.push(Trial::ignorable_test(
                format!("{name}: {what}"),
                move || with_server(name, needs, test),
            ));
        }
    }
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

/// Starts the server for a test, in time.
fn with_server(name: &str, needs: &[Protocol], test: Test) -> Result<Completion, Failed> {
    let runtime = Runtime::new()?;
    let began = Instant::now();
    match runtime.block_on(start(name)) {
        Err(TargetError::Unavailable(why)) => Ok(Completion::ignored_with(why)),
        Err(error) => Err(error.into()),
        Ok(target) => {
            let took = began.elapsed();
            check(took < Duration::from_secs(60), || {
                format!("its start took {took:?}")
            })?;
            let lacks = |protocol: &&Protocol| target.endpoint(**protocol).is_none();
            if let Some(protocol) = needs.iter().find(lacks) {
                return Ok(Completion::ignored_with(format!(
                    "{protocol} is not offered"
                )));
            }
            if name == "mailutils" && needs == BOTH {
                let why = "its UIDs change, so that nothing can be put back";
                return Ok(Completion::ignored_with(why));
            }
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
    check(took < Duration::from_secs(10), || {
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
    let held = hold_and_kill(as_nobody(), name);
    if let Err(why) = &held
        && why
            .message()
            .is_some_and(|why| why.contains("by root only"))
    {
        return Ok(());
    }
    held?;
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
        for &control in target.controls() {
            let began = Instant::now();
            target.control(control).await?;
            let took = began.elapsed();
            check(took < Duration::from_secs(20), || {
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

/// A process of the server is ended by a signal while it serves a session.
fn a_crash_is_found(runtime: &Runtime, target: Target) -> Result<(), Failed> {
    let traces = Traces::of(&target)?;
    let (server, by) = match target.facts().name.as_str() {
        "dovecot" => ("imap", "SEGV"),
        "cyrus" => ("imapd", "SEGV"),
        "mailutils" => ("imap4d", "SEGV"),
        // Rust takes a SIGSEGV that comes from outside for none.
        "crymap" => ("crymap", "ABRT"),
        // Courier does not say it, and pymap is one process.
        _ => return Ok(()),
    };
    runtime.block_on(async {
        let account = target.lease(1).await?.remove(0);
        let security = first_security(&target, Protocol::Imap)?;
        let _session = imap(&target, &account, security).await?;
        equal(target.crashes().await, Vec::new())?;
        let last = traces.in_groups(server).into_iter().max();
        signal(last.ok_or("no process serves the session")?, by)?;
        let deadline = Instant::now() + Duration::from_secs(10);
        while target.crashes().await.is_empty() {
            check(Instant::now() < deadline, || {
                "its log says nothing".to_owned()
            })?;
            // Some servers look after their children only when the next client comes.
            drop(imap(&target, &account, security).await);
        }
        target.stop().await;
        Ok(())
    })
}

const MAIL: &[u8] = b"Message-ID: <one@mailspec>\r\nSubject: one\r\n\r\n.a line\r\n";
const LIMIT: Duration = Duration::from_secs(10);

fn delivers_lists_and_removes(runtime: &Runtime, target: Target) -> Result<(), Failed> {
    runtime.block_on(async {
        let account = target.lease(1).await?.remove(0);
        hand_in(&target, &account).await?;

        for security in securities(&target, Protocol::Imap) {
            let mut imap = imap(&target, &account, security).await?;
            let listed = imap.messages("INBOX").await?.ok_or("no INBOX")?;
            equal(listed.len(), 1)?;
            equal(listed[0].message_id.as_deref(), Some("<one@mailspec>"))?;
            let bodies = imap.bodies("INBOX").await?.ok_or("no INBOX")?;
            // How lines end is for scenarios to judge: pymap has LF.
            let body = String::from_utf8_lossy(&bodies[0].1).replace("\r\n", "\n");
            check(body.ends_with("\n\n.a line\n"), || {
                format!("other octets: {body:?}")
            })?;
            imap.logout().await;
        }
        for security in securities(&target, Protocol::Pop3) {
            let mut pop3 = pop3(&target, &account, security).await?;
            equal(pop3.unique_ids().await?.len(), 1)?;
            let ids = pop3.message_ids().await?;
            equal(ids, vec![(1, Some("<one@mailspec>".to_owned()))])?;
            let retrieved = pop3.retrieve(1).await?;
            check(retrieved.ends_with(b"\r\n\r\n.a line\r\n"), || {
                "other octets over POP3".to_owned()
            })?;
            pop3.quit().await?;
        }
        if target.endpoint(Protocol::Imap).is_none() {
            return Ok(());
        }
        let security = first_security(&target, Protocol::Imap)?;
        let mut imap = imap(&target, &account, security).await?;
        imap.create("A/B").await?;
        let flags = ["\\Seen".to_owned(), "\\Flagged".to_owned()];
        let date = Some("01-Feb-2026 03:04:05 +0000");
        let uid = imap.append("A/B", &flags, date, MAIL).await?;
        let listed = imap.messages("A/B").await?.ok_or("no A/B")?;
        check(uid.is_none_or(|uid| uid == listed[0].uid), || {
            format!("APPEND gave UID {uid:?}, FETCH {}", listed[0].uid)
        })?;
        check(
            // GNU Mailutils forgets the flags of APPEND.
            target.facts().name.starts_with("mailutils")
                || flags.iter().all(|flag| listed[0].flags.contains(flag)),
            || format!("flags are {:?}", listed[0].flags),
        )?;
        check(imap.uidvalidity("A/B").await?.is_some(), || {
            "no UIDVALIDITY".to_owned()
        })?;
        equal(imap.messages("Nowhere").await?, None)?;
        imap.remove_all("A/B").await?;
        equal(imap.messages("A/B").await?.ok_or("no A/B")?.len(), 0)?;
        imap.delete("A/B").await?;
        // pymap ends the connection.
        if !target.facts().name.starts_with("pymap") {
            equal(imap.messages("A/B").await?, None)?;
        }
        imap.logout().await;
        target.give_back(vec![account]).await?;
        target.stop().await;
        Ok(())
    })
}

/// Delivers the message in the way that the server has.
async fn hand_in(target: &Target, account: &Account) -> Result<(), Failed> {
    let Some(lmtp) = target.endpoint(Protocol::Lmtp) else {
        if target.has_drop() {
            return Ok(target.drop_in(account, MAIL).await?);
        }
        let security = first_security(target, Protocol::Imap)?;
        let mut client = imap(target, account, security).await?;
        client.append("INBOX", &[], None, MAIL).await?;
        client.logout().await;
        return Ok(());
    };
    let (address, recorder) = (&account.address, Recorder::new());
    let options = target.transport();
    deliver(lmtp, address, MAIL, "set-up", options, &recorder, LIMIT).await?;
    Ok(())
}

/// How a protocol is offered.
fn securities(target: &Target, protocol: Protocol) -> impl Iterator<Item = Security> {
    let endpoints = target.endpoints().iter();
    endpoints
        .filter(move |endpoint| endpoint.protocol == protocol)
        .map(|endpoint| endpoint.security)
}

fn first_security(target: &Target, protocol: Protocol) -> Result<Security, Failed> {
    let mut all = securities(target, protocol);
    Ok(all.next().ok_or("not offered")?)
}

fn takes_odd_names_and_logins(runtime: &Runtime, target: Target) -> Result<(), Failed> {
    runtime.block_on(async {
        let account = target.lease(1).await?.remove(0);
        let security = first_security(&target, Protocol::Imap)?;
        let mut client = imap(&target, &account, security).await?;
        for path in ["Entwürfe/日本語", "a b/c", "with \"quotes\" and \\"] {
            match client.create(path).await {
                // A server may allow fewer characters in names.
                Err(ClientError::Refused { .. }) if path.contains('"') => continue,
                created => created?,
            }
            client.append(path, &[], None, MAIL).await?;
            equal(client.messages(path).await?.ok_or("not there")?.len(), 1)?;
        }
        client.logout().await;
        for password in ["wrong", "", "\"", "\r\n", "é", &"x".repeat(300)] {
            let account = Account {
                password: password.to_owned(),
                ..account.clone()
            };
            match imap(&target, &account, security).await {
                Err(error @ ClientError::Refused { .. }) => {
                    let words = error.to_string();
                    let login = format!("LOGIN as {}", account.user);
                    check(words.contains(&login), || words.clone())?;
                    check(password.len() < 3 || !words.contains(password), || {
                        words.clone()
                    })?;
                }
                // A server may hang up at what it cannot make sense of.
                Err(ClientError::Closed { .. }) if password == "\r\n" => {}
                other => return Err(format!("{password:?}: {other:?}").into()),
            }
        }
        target.stop().await;
        Ok(())
    })
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

async fn start(name: &str) -> Result<Target, TargetError> {
    Target::start(&Spec::Managed(name.to_owned())).await
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
    signal(process, "KILL")
}

fn signal(process: u32, name: &str) -> Result<(), Failed> {
    let status = Command::new("kill")
        .args([&format!("-{name}"), &process.to_string()])
        .status()?;
    check(status.success(), || format!("cannot kill {process}"))
}
