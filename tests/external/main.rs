//! Servers that mailspec did not start: one that behaves, with a canary for its passwords, and
//! several that do not. Whatever they send, a run ends in time, in bounded memory and in words.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot set up its server has failed"
)]

mod busy;

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use mailspec::server::{Options, Ports, Server};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

const PASSWORD: &str = "c4nary:Pa55/w0rd";

/// The binary, with a journal of its own.
fn mailspec(home: &tempfile::TempDir, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mailspec"));
    command
        .args(arguments)
        .env("XDG_STATE_HOME", home.path())
        .env_remove("COLUMNS");
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

fn text(output: &Output) -> String {
    let streams = [output.stdout.as_slice(), output.stderr.as_slice()].concat();
    String::from_utf8_lossy(&streams).into_owned()
}

/// A server in this process, with two accounts.
async fn foreign(faults: &[&str]) -> Server {
    let faults = faults
        .iter()
        .map(|id| mailspec::server::Fault::find(id).unwrap())
        .collect();
    let accounts = ["anna", "ben"]
        .map(|user| (user.to_owned(), PASSWORD.to_owned()))
        .to_vec();
    Server::start(Options {
        faults,
        accounts,
        ..Options::default()
    })
    .await
    .unwrap()
}

fn target_arguments(ports: Ports) -> Vec<String> {
    let url = |scheme: &str, port: u16| format!("--target={scheme}://127.0.0.1:{port}");
    vec![
        url("imap", ports.imap),
        url("pop3", ports.pop3),
        url("lmtp", ports.lmtp),
        format!("--account=anna:{PASSWORD}"),
        format!("--account=ben:{PASSWORD}"),
    ]
}

fn run_against(home: &tempfile::TempDir, ports: Ports, more: &[&str]) -> Output {
    let target = target_arguments(ports);
    let mut arguments = vec!["run"];
    arguments.extend(target.iter().map(String::as_str));
    arguments.extend(more);
    mailspec(home, &arguments).output().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_by_url_is_tested_and_left_as_it_was() {
    let server = foreign(&[]).await;
    let ports = server.ports();
    let home = tempfile::tempdir().unwrap();
    let output = tokio::task::spawn_blocking(move || {
        let first = run_against(
            &home,
            ports,
            &["mixed/deletion", "imap/core/mailboxes-at-any-depth"],
        );
        // The mailboxes must be as empty as before, or the second run is refused.
        (first, run_against(&home, ports, &["pop3/uidl"]))
    });
    let (first, second) = output.await.unwrap();
    assert_eq!(first.status.code(), Some(0), "{}", text(&first));
    assert_eq!(second.status.code(), Some(0), "{}", text(&second));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mailbox_with_mail_is_refused() {
    let server = foreign(&[]).await;
    let ports = server.ports();
    let mut imap = Line::open(ports.imap);
    imap.ask("a LOGIN anna \"c4nary:Pa55/w0rd\"\r\n", "a OK");
    imap.ask("b APPEND INBOX {4+}\r\nx\r\n\n\r\n", "b ");
    let home = tempfile::tempdir().unwrap();
    let output = tokio::task::spawn_blocking(move || run_against(&home, ports, &["pop3/core"]));
    let output = output.await.unwrap();
    assert_eq!(output.status.code(), Some(3), "{}", text(&output));
    assert!(text(&output).contains("anna"), "{}", text(&output));
    assert!(
        text(&output).contains("--allow-non-empty"),
        "{}",
        text(&output)
    );
}

/// No output may hold a password or one of its encoded forms, whatever fails.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn passwords_reach_no_output() {
    let server = foreign(&["pop3-rset-keeps-marks", "peek-sets-seen"]).await;
    let ports = server.ports();
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().to_owned();
    let outputs = tokio::task::spawn_blocking(move || {
        let formats = ["json", "junit", "tap", "transcript", "oneline"];
        let reports: Vec<String> = formats
            .iter()
            .map(|format| format!("--report={format}:{}", home.path().join(format).display()))
            .collect();
        let mut arguments: Vec<&str> = reports.iter().map(String::as_str).collect();
        arguments.extend(["-v", "pop3/core", "pop3/ext", "imap/core"]);
        let output = run_against(&home, ports, &arguments);
        assert_eq!(output.status.code(), Some(1), "{}", text(&output));
        let mut outputs = vec![("the streams".to_owned(), text(&output))];
        for format in formats {
            let report = fs::read_to_string(home.path().join(format)).unwrap();
            assert!(report.len() > 100, "{format} is nearly empty");
            outputs.push((format.to_owned(), report));
        }
        drop(home);
        outputs
    });
    let outputs = outputs.await.unwrap();
    assert!(!folder.exists());
    use base64::Engine;
    let encode = |text: String| base64::engine::general_purpose::STANDARD.encode(text);
    let secrets = [
        PASSWORD.to_owned(),
        encode(PASSWORD.to_owned()),
        encode(format!("\0anna\0{PASSWORD}")),
        encode(format!("anna\0anna\0{PASSWORD}")),
    ];
    for (name, output) in outputs {
        for secret in &secrets {
            assert!(!output.contains(secret), "{name} holds {secret}");
        }
    }
}

/// A client that speaks line by line, for setting up.
struct Line(BufReader<TcpStream>);

impl Line {
    fn open(port: u16) -> Self {
        let stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(10)))
            .unwrap();
        Self(BufReader::new(stream))
    }

    fn ask(&mut self, command: &str, until: &str) {
        self.0.get_mut().write_all(command.as_bytes()).unwrap();
        let mut line = String::new();
        while !line.starts_with(until) {
            line.clear();
            assert!(
                self.0.read_line(&mut line).unwrap() > 0,
                "the server closed"
            );
        }
    }
}

/// What a hostile IMAP server does once it is asked to SELECT.
type Deed = fn(&mut TcpStream);

/// Starts a server that is a plain empty IMAP server until SELECT, and then does `deed`.
fn hostile(greeting: &'static str, deed: Deed) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            thread::spawn(move || serve(stream, greeting, deed));
        }
    });
    port
}

fn serve(mut stream: TcpStream, greeting: &str, deed: Deed) {
    if greeting.is_empty() || stream.write_all(greeting.as_bytes()).is_err() {
        // Says nothing, and holds the connection until the client gives up.
        let _ = stream.read_to_end(&mut Vec::new());
        return;
    }
    let Ok(clone) = stream.try_clone() else {
        return;
    };
    for line in BufReader::new(clone).lines().map_while(Result::ok) {
        let mut words = line.split(' ');
        let tag = words.next().unwrap_or_default();
        let verb = words.next().unwrap_or_default().to_ascii_uppercase();
        let untagged = match verb.as_str() {
            "CAPABILITY" => "* CAPABILITY IMAP4rev1\r\n",
            "LIST" if line.ends_with("\"\"") => "* LIST (\\Noselect) \"/\" \"\"\r\n",
            "LIST" => "* LIST () \"/\" INBOX\r\n",
            "EXAMINE" => {
                "* FLAGS (\\Seen)\r\n* 0 EXISTS\r\n* 0 RECENT\r\n\
                 * OK [UIDVALIDITY 1] v\r\n* OK [UIDNEXT 1] n\r\n"
            }
            "LOGOUT" => "* BYE bye\r\n",
            "SELECT" => return deed(&mut stream),
            _ => "",
        };
        if stream
            .write_all(format!("{untagged}{tag} OK done\r\n").as_bytes())
            .is_err()
        {
            return;
        }
    }
}

const GREETING: &str = "* OK ready\r\n";

fn endless_line(stream: &mut TcpStream) {
    while stream.write_all(&[b'x'; 65536]).is_ok() {}
}

fn literal_of_4_gib(stream: &mut TcpStream) {
    let _ = stream.write_all(b"* 1 FETCH (BODY[] {4294967295}\r\n");
    endless_line(stream);
}

fn endless_responses(stream: &mut TcpStream) {
    while stream
        .write_all("* 1 EXISTS\r\n".repeat(4096).as_bytes())
        .is_ok()
    {}
}

fn hang_up(_: &mut TcpStream) {}

fn silence(stream: &mut TcpStream) {
    let _ = stream.read_to_end(&mut Vec::new());
}

fn garbage(stream: &mut TcpStream) {
    let octets: Vec<u8> = (0..=255).cycle().take(4096).collect();
    let _ = stream.write_all(&octets);
    silence(stream);
}

/// Exit code, output, time taken, and the most memory held, in KiB.
fn attempt(port: u16) -> (Option<i32>, String, Duration, u64) {
    let home = tempfile::tempdir().unwrap();
    let target = format!("--target=imap://127.0.0.1:{port}");
    let scenario = "imap/core/noop-always-succeeds";
    let arguments = [
        "run",
        &target,
        "--account=anna:secret-word",
        "--timeout-factor=0.2",
        scenario,
    ];
    let began = Instant::now();
    let mut child = mailspec(&home, &arguments).spawn().unwrap();
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    let deadline = began + Duration::from_secs(60);
    while child.try_wait().unwrap().is_none() {
        if let Some(now) = fs::read_to_string(&status)
            .ok()
            .as_deref()
            .and_then(peak_kib)
        {
            peak = now;
        }
        if Instant::now() > deadline {
            child.kill().unwrap();
            panic!("{scenario} against {port} did not end");
        }
        thread::sleep(Duration::from_millis(5));
    }
    let output = child.wait_with_output().unwrap();
    (output.status.code(), text(&output), began.elapsed(), peak)
}

fn peak_kib(status: &str) -> Option<u64> {
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().trim_end_matches(" kB").parse().ok()
}

#[test]
fn hostile_servers_end_in_a_finding_or_exit_3() {
    let table: [(&str, u16, &[i32], &str); 8] = [
        ("silent from the start", hostile("", hang_up), &[3], ""),
        (
            "hangs up after the greeting",
            hang_up_after_greeting(),
            &[3],
            "",
        ),
        (
            "endless line",
            hostile(GREETING, endless_line),
            &[1],
            "imap-over-limit",
        ),
        (
            "4 GiB literal",
            hostile(GREETING, literal_of_4_gib),
            &[1],
            "imap-",
        ),
        (
            "endless responses",
            hostile(GREETING, endless_responses),
            &[1],
            "",
        ),
        (
            "hangs up at SELECT",
            hostile(GREETING, hang_up),
            &[1],
            "ended the connection",
        ),
        (
            "never answers SELECT",
            hostile(GREETING, silence),
            &[1],
            "not completed",
        ),
        ("garbage", hostile(GREETING, garbage), &[1], "imap-"),
    ];
    let mut complaints = Vec::new();
    for (name, port, codes, words) in table {
        let (code, output, took, peak) = attempt(port);
        let fits = code.is_some_and(|code| codes.contains(&code)) && output.contains(words);
        if !fits || took > Duration::from_secs(30) || peak > 400 * 1024 {
            complaints.push(format!("{name}: {code:?}, {took:?}, {peak} KiB\n{output}"));
        }
        assert!(!output.contains("panicked"), "{name}: {output}");
    }
    assert!(complaints.is_empty(), "{}", complaints.join("\n\n"));
}

/// Greets and closes at once, every time.
fn hang_up_after_greeting() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let _ = stream.write_all(GREETING.as_bytes());
        }
    });
    port
}

/// A server in a process of its own, which can be killed and stopped.
struct Victim {
    child: Child,
    targets: Vec<String>,
}

impl Victim {
    fn start() -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_mailspec"))
            .arg("serve")
            .args(["anna", "ben"].map(|user| format!("--account={user}:{PASSWORD}")))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let urls = lines.take(6).map(Result::unwrap);
        let wanted = |url: &String| !url.starts_with("imaps") && !url.starts_with("pop3s");
        let targets = urls.filter(wanted).map(|url| format!("--target={url}"));
        Self {
            targets: targets.collect(),
            child,
        }
    }

    fn signal(&self, signal: Signal) {
        send(self.child.id(), signal);
    }
}

impl Drop for Victim {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn send(process: u32, signal: Signal) {
    kill(Pid::from_raw(i32::try_from(process).unwrap()), signal).unwrap();
}

/// Starts a run, waits until it has decided a few scenarios, does `deed`, and gives the archived
/// result with what was written and the exit code.
fn disturbed(arguments: &[&str], deed: impl FnOnce(&Child)) -> (serde_json::Value, String, i32) {
    const LIMIT: Duration = Duration::from_secs(120);
    let home = tempfile::tempdir().unwrap();
    let archive = home.path().join("result.json");
    let report = format!("--report=json:{}", archive.display());
    let mut all = vec!["run", "-v", "--jobs=2", "--timeout-factor=0.3", &report];
    all.extend(arguments);
    let mut child = mailspec(&home, &all).spawn().unwrap();
    let began = Instant::now();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let (mut words, mut passed) = (Vec::new(), 0);
    while passed < 3 {
        let line = lines.next().unwrap_or_else(|| panic!("{words:?}")).unwrap();
        passed += usize::from(line.starts_with("pass"));
        words.push(line);
    }
    deed(&child);
    let rest = thread::spawn(move || lines.map_while(Result::ok).collect::<Vec<_>>());
    let output = thread::spawn(move || {
        let mut output = String::new();
        let mut stdout = child.stdout.take().unwrap();
        stdout.read_to_string(&mut output).unwrap();
        (output, child.wait().unwrap().code().unwrap())
    });
    let (output, code) = output.join().unwrap();
    words.extend(rest.join().unwrap());
    let words = words.join("\n") + &output;
    assert!(began.elapsed() < LIMIT, "{:?}: {words}", began.elapsed());
    let archive = fs::read_to_string(archive).unwrap_or_else(|_| panic!("{words}"));
    (serde_json::from_str(&archive).unwrap(), words, code)
}

/// The scenario in which the server died is named, what ran with it is undecided, and all that
/// had not begun is blocked.
fn assert_dead(result: &serde_json::Value, words: &str, code: i32, why: &str) {
    let scenarios = result["scenarios"].as_array().unwrap();
    let of = |outcome: &str| {
        let all = scenarios.iter().filter(|it| it["outcome"] == outcome);
        all.map(|it| it["reason"].as_str().unwrap_or_default())
            .collect::<Vec<_>>()
    };
    assert_eq!(code, 6, "{words}");
    assert_eq!(of("fail"), Vec::<&str>::new(), "{words}");
    assert!(!of("pass").is_empty(), "{words}");
    let (died, blocked) = (of("error"), of("blocked"));
    assert!(!died.is_empty(), "{words}");
    let while_it_ran = |it: &&&str| it.starts_with("the server died while it ran");
    assert_eq!(
        died.iter().filter(while_it_ran).count(),
        died.len(),
        "{died:?}"
    );
    assert!(blocked.len() > 10, "{words}");
    assert!(
        blocked.iter().all(|it| it.contains("dead already")),
        "{words}"
    );
    let trouble = result["troubles"][0].as_str().unwrap();
    let named = scenarios
        .iter()
        .filter(|it| it["outcome"] == "error")
        .any(|it| trouble.contains(it["id"].as_str().unwrap()));
    assert!(named, "{trouble}");
    assert!(trouble.starts_with("the server died while "), "{trouble}");
    assert!(trouble.contains(why), "{trouble}");
}

#[test]
fn a_server_that_is_killed_blocks_the_rest() {
    let victim = Victim::start();
    let anna = format!("--account=anna:{PASSWORD}");
    let ben = format!("--account=ben:{PASSWORD}");
    let mut arguments: Vec<&str> = victim.targets.iter().map(String::as_str).collect();
    arguments.extend([&*anna, &*ben, "mixed"]);
    let (result, words, code) = disturbed(&arguments, |_| victim.signal(Signal::SIGKILL));
    assert_dead(&result, &words, code, "refused");
}

#[test]
fn a_server_that_hangs_blocks_the_rest() {
    let victim = Victim::start();
    let anna = format!("--account=anna:{PASSWORD}");
    let ben = format!("--account=ben:{PASSWORD}");
    let mut arguments: Vec<&str> = victim.targets.iter().map(String::as_str).collect();
    arguments.extend([&*anna, &*ben, "mixed"]);
    let (result, words, code) = disturbed(&arguments, |_| victim.signal(Signal::SIGSTOP));
    assert_dead(&result, &words, code, "no answer from 127.0.0.1");
}

/// The same for a server that mailspec started.
#[test]
fn a_managed_server_that_is_killed_or_hangs_blocks_the_rest() {
    if !std::path::Path::new("/usr/sbin/dovecot").exists() {
        return;
    }
    for (signal, why) in [
        (Signal::SIGKILL, "dovecot ended"),
        (Signal::SIGSTOP, "dovecot hangs"),
    ] {
        let arguments = ["--target=dovecot", "mixed"];
        let (result, words, code) = disturbed(&arguments, |run| {
            for leader in family(run.id(), "dovecot") {
                // Its whole group: login processes greet without their master.
                let group = Pid::from_raw(-i32::try_from(leader).unwrap());
                kill(group, signal).unwrap();
            }
        });
        assert_dead(&result, &words, code, why);
    }
}

/// The children of a process that have this name, whichever of its threads started them.
fn family(parent: u32, name: &str) -> Vec<u32> {
    let threads = fs::read_dir(format!("/proc/{parent}/task")).unwrap();
    let lists = threads
        .flatten()
        .filter_map(|thread| fs::read_to_string(thread.path().join("children")).ok());
    let ids: Vec<u32> = lists
        .flat_map(|list| {
            let ids = list.split_whitespace().map(|id| id.parse().unwrap());
            ids.collect::<Vec<u32>>()
        })
        .collect();
    let is_named = |id: &u32| {
        let comm = fs::read_to_string(format!("/proc/{id}/comm")).unwrap_or_default();
        comm.trim() == name
    };
    ids.into_iter().filter(is_named).collect()
}
