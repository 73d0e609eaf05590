//! POP3 servers that are busy behind a session whose client is lost: the lock on the maildrop goes
//! late, or the next connection is forgotten.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use mailspec::server::Ports;

use super::{foreign, run_against, text};

/// A scenario that asks for message-numbers behind a session that is lost.
const NUMBERED: &str = "pop3/core/every-session-begins-unmarked";

/// What happens once, behind a session with marked messages that has not ended with QUIT.
#[derive(Clone, Copy, PartialEq)]
enum Busy {
    /// A login is refused.
    Locked,
    /// A connection is not greeted.
    Mute,
}

/// A POP3 server in front of another; gives the port.
fn busy(busy: Busy, server: u16) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let lost = Arc::new(AtomicBool::new(false));
    thread::spawn(move || {
        for client in listener.incoming().flatten() {
            let lost = Arc::clone(&lost);
            thread::spawn(move || pass_on(client, server, busy, &lost));
        }
    });
    port
}

fn pass_on(mut client: TcpStream, server: u16, busy: Busy, lost: &AtomicBool) {
    if busy == Busy::Mute && lost.swap(false, Ordering::SeqCst) {
        let _ = client.read_to_end(&mut Vec::new());
        return;
    }
    let mut server = TcpStream::connect(("127.0.0.1", server)).unwrap();
    let mut replies = server.try_clone().unwrap();
    let mut to_client = client.try_clone().unwrap();
    thread::spawn(move || {
        let _ = std::io::copy(&mut replies, &mut to_client);
        let _ = to_client.shutdown(Shutdown::Both);
    });
    let commands = BufReader::new(client.try_clone().unwrap());
    for command in commands.lines().map_while(Result::ok) {
        let verb = command.split(' ').next().unwrap_or_default();
        if verb == "PASS" && busy == Busy::Locked && lost.swap(false, Ordering::SeqCst) {
            let _ = client.write_all(b"-ERR [IN-USE] a session is open\r\n");
            continue;
        }
        match verb {
            "DELE" => lost.store(true, Ordering::SeqCst),
            "QUIT" => lost.store(false, Ordering::SeqCst),
            _ => {}
        }
        let line = format!("{command}\r\n");
        if server.write_all(line.as_bytes()).is_err() {
            return;
        }
    }
    let _ = server.shutdown(Shutdown::Write);
}

async fn run_on_busy(kind: Busy, scenario: &'static str) -> (Option<i32>, String) {
    let server = foreign(&[]).await;
    let ports = server.ports();
    let ports = Ports {
        pop3: busy(kind, ports.pop3),
        ..ports
    };
    let home = tempfile::tempdir().unwrap();
    let arguments = [scenario, "--timeout-factor=0.2"];
    let output = tokio::task::spawn_blocking(move || run_against(&home, ports, &arguments));
    let output = output.await.unwrap();
    (output.status.code(), text(&output))
}

/// The numbers of a POP3 session are asked in one of our own just before it, which meets with a
/// lock that is about to go as the session itself does.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lock_that_goes_late_hides_no_message_number() {
    let (code, said) = run_on_busy(Busy::Locked, NUMBERED).await;
    assert_eq!(code, Some(0), "{said}");
}

/// One connection that is not greeted decides nothing else, and is told.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_forgotten_connection_is_made_again_and_told() {
    for scenario in [NUMBERED, "pop3/lock/half-closed-connection-gives-it-up"] {
        let (code, said) = run_on_busy(Busy::Mute, scenario).await;
        assert_eq!(code, Some(1), "{said}");
        assert!(said.contains("MUST pop3-no-greeting"), "{said}");
        assert!(said.contains("no greeting came in 2.00 s"), "{said}");
        assert_eq!(said.matches("rule: MUST").count(), 1, "{said}");
    }
}
