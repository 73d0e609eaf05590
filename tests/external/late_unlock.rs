//! A server whose lock on a maildrop goes a moment after the session that held it.

use std::io::{BufRead, BufReader, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use mailspec::server::Ports;

use super::{foreign, run_against, text};

/// A POP3 server that has not noticed yet that a session with marked messages is lost: it refuses
/// the next login once.
fn slow_to_unlock(server: u16) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let locked = Arc::new(AtomicBool::new(false));
    thread::spawn(move || {
        for client in listener.incoming().flatten() {
            let locked = Arc::clone(&locked);
            thread::spawn(move || pass_on(client, server, &locked));
        }
    });
    port
}

fn pass_on(mut client: TcpStream, server: u16, locked: &AtomicBool) {
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
        if verb == "PASS" && locked.swap(false, Ordering::SeqCst) {
            let _ = client.write_all(b"-ERR [IN-USE] a session is open\r\n");
            continue;
        }
        match verb {
            "DELE" => locked.store(true, Ordering::SeqCst),
            "QUIT" => locked.store(false, Ordering::SeqCst),
            _ => {}
        }
        if server
            .write_all(format!("{command}\r\n").as_bytes())
            .is_err()
        {
            return;
        }
    }
    let _ = server.shutdown(Shutdown::Write);
}

/// The numbers of a POP3 session are asked in one of our own just before it, which meets with a
/// lock that is about to go as the session itself does.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lock_that_goes_late_hides_no_message_number() {
    let server = foreign(&[]).await;
    let ports = server.ports();
    let ports = Ports {
        pop3: slow_to_unlock(ports.pop3),
        ..ports
    };
    let home = tempfile::tempdir().unwrap();
    let scenario = "pop3/core/every-session-begins-unmarked";
    let output = tokio::task::spawn_blocking(move || run_against(&home, ports, &[scenario]));
    let output = output.await.unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
}
