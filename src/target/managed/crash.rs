//! Signs in a server's log that it, or one of its processes, crashed.

use std::collections::BTreeMap;
use std::iter;

/// What servers and their libraries write when something in them breaks.
const SIGNS: &[&str] = &[
    // Dovecot
    PANIC,
    "killed with signal",
    "Raw backtrace:",
    // Cyrus
    "signaled to death by",
    // Mailutils
    "terminated on signal",
    // every C program
    "ssertion failed",
    "Assertion `",
    "core dumped",
    "Segmentation fault",
    "double free or corruption",
    "corrupted size vs. prev_size",
    "free(): invalid",
    "malloc(): ",
    "stack smashing detected",
    "AddressSanitizer",
    // Rust
    "panicked at",
];

/// What Python writes in front of the calls that led to an exception, which stand indented. The
/// exception's own line comes behind them.
const TRACEBACK: &str = "Traceback (most recent call last)";

/// Signals that come from whoever ends the server, from mailspec too: no process sends itself one.
const ENDED: &[&str] = &["death by signal 9 ", "death by signal 15 "];

/// What Dovecot's master says when its clock was put forward, when it takes a process that just
/// begins for late because of that, and when that process has ended.
const LATE: [&str; 3] = [
    "Time moved forwards",
    "Initial status notification not received",
    "killed with signal 9",
];

/// What a process of Dovecot says last when it ends itself. Its own name, user and number stand in
/// front, the calls that led to it come behind, and then its master's word that it has ended.
const PANIC: &str = ": Panic: ";

/// The most lines that are told.
const MOST: usize = 20;

/// The most lines that differ in numbers alone: a server that crashes in one place all the time
/// hides no crash in another.
const MOST_OF_A_KIND: usize = 5;

/// The lines of a log that tell of a crash, the first ones of each kind. A panic of Dovecot's and
/// an exception of Python's are told by their own line.
pub(super) fn crashes(log: &str) -> Vec<String> {
    let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
    let mut told = Vec::new();
    for line in telling(log) {
        let kind = line.chars().filter(|c| !c.is_ascii_digit()).collect();
        let of_the_kind = kinds.entry(kind).or_default();
        *of_the_kind += 1;
        if *of_the_kind <= MOST_OF_A_KIND && told.len() < MOST {
            told.push(line.to_owned());
        }
    }
    told
}

/// Every line that tells of a crash.
fn telling(log: &str) -> impl Iterator<Item = &str> {
    let mut lines = log.lines().peekable();
    let [jump, late, killed] = LATE;
    let (mut has_jumped, mut are_late) = (false, 0);
    let mut panicked: Vec<&str> = Vec::new();
    iter::from_fn(move || {
        while let Some(line) = lines.next() {
            has_jumped |= line.contains(jump);
            are_late += usize::from(has_jumped && line.contains(late));
            if are_late > 0 && line.contains(killed) {
                are_late -= 1;
                continue;
            }
            if panicked.iter().any(|pid| belongs_to_panic(line, pid)) {
                continue;
            }
            if line.contains(PANIC) && panicked.len() < MOST {
                panicked.extend(process(line));
            }
            if line.contains(TRACEBACK) {
                while lines.next_if(|line| line.starts_with(' ')).is_some() {}
                return Some(lines.next().unwrap_or(line));
            }
            if SIGNS.iter().any(|sign| line.contains(sign))
                && !ENDED.iter().any(|sign| line.contains(sign))
            {
                return Some(line);
            }
        }
        None
    })
}

/// The number of the process that wrote `imap(user)<number><session>: …` to Dovecot's log.
fn process(line: &str) -> Option<&str> {
    Some(line.split_once('<')?.1.split_once('>')?.0)
}

/// True for what Dovecot writes of a process behind its panic.
fn belongs_to_panic(line: &str, panicked: &str) -> bool {
    let backtrace = line.contains("Raw backtrace:") && process(line) == Some(panicked);
    backtrace || line.contains(&format!(": child {panicked} killed with signal 6"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crashes_of_each_server_are_seen() {
        let table = [
            "Nov 24 21:00:00 imap(s1)<77><x>: Panic: file mail-index-sync.c: line 12 (f): assertion failed: (a)",
            "Nov 24 21:00:00 imap(s1)<77><x>: Fatal: master: service(imap): child 77 killed with signal 11 (core dumped)",
            "cyrus/master[7]: process type:SERVICE name:imap path:/usr/lib/cyrus/bin/imapd age:1.0s pid:9 signaled to death by signal 11",
            "cyrus/imap[9]: Fatal error: Internal error: assertion failed: imap/index.c: 12: a",
            "imap4d: process 12 terminated on signal 11",
            "solid-pop3d[44] killed with signal 11",
            "thread 'main' panicked at src/account/mailbox.rs:1:2:",
            "imapd: malloc(): corrupted top size",
        ];
        for line in table {
            assert_eq!(crashes(line), [line]);
        }
    }

    #[test]
    fn what_servers_say_on_good_days_is_no_crash() {
        let log = "\
Nov 24 21:00:00 master: Info: Dovecot v2.3.19.1 starting up for imap, pop3, lmtp
Nov 24 21:00:00 imap-login: Info: Login: user=<s1>, method=PLAIN, rip=127.0.0.1, mpid=7
Nov 24 21:00:00 imap(s1)<7><x>: Info: Disconnected: Logged out in=10 out=400 deleted=0
Nov 24 21:00:00 master: Warning: Killed with signal 15 (by pid=1 uid=0 code=kill)
cyrus/imap[9]: login: localhost [127.0.0.1] s1 plaintext User logged in
cyrus/master[7]: process type:SERVICE name:imap path:imapd age:1.0s pid:9 exited, status 75
cyrus/master[7]: process type:SERVICE name:pop3 pid:20 signaled to death by signal 15 (Terminated)
imapd: LOGIN, user=s1, ip=[::ffff:127.0.0.1], port=[4000], protocol=IMAP
imap4d: user `s1@localhost' logged in";
        assert_eq!(crashes(log), Vec::<String>::new());
    }

    #[test]
    fn who_is_late_because_the_clock_was_put_forward_has_not_crashed() {
        let jump = "master: Warning: Time moved forwards by 89970.0 seconds - adjusting timeouts.";
        let late = "master: Error: service(imap): Initial status notification not received in 30 \
                    seconds, killing the process";
        let killed = "imap: Fatal: master: service(imap): child 44 killed with signal 9";
        let told = |lines: &[&str]| crashes(&lines.join("\n")).len();
        assert_eq!(told(&[jump, late, killed]), 0);
        assert_eq!(told(&[jump, late, killed, killed]), 1);
        assert_eq!(told(&[late, killed]), 1);
        assert_eq!(told(&[jump, killed]), 1);
    }

    #[test]
    fn a_panic_is_told_by_its_own_line() {
        let panic = "pop3(s1)<79><x/A>: Panic: fcntl(log, write-lock) locking failed";
        let log = "\
pop3(s1)<79><x/A>: Panic: fcntl(log, write-lock) locking failed
pop3(s1)<79><x/A>: Error: Raw backtrace: #0 t_askpass[0x7f5d] -> #1 backtrace_append[0x7f5e]
pop3(s1)<79><x/A>: Fatal: master: service(pop3): child 79 killed with signal 6 (core dumps disabled)
pop3(s1)<80><x/B>: Error: Raw backtrace: #0 t_askpass[0x7f5d]
pop3(s1)<80><x/B>: Fatal: master: service(pop3): child 80 killed with signal 6
pop3(s1)<79><x/C>: Fatal: master: service(pop3): child 79 killed with signal 11";
        let lines: Vec<&str> = log.lines().collect();
        assert_eq!(crashes(log), [panic, lines[3], lines[4], lines[5]]);
    }

    #[test]
    fn an_exception_is_told_by_its_own_line() {
        let log = "\
ERROR:asyncio:Task exception was never retrieved
Traceback (most recent call last):
  File \"imap/__init__.py\", line 124, in __call__
    await conn.run(state)
          ^^^^^^^^^^^^^^^
KeyError: 'Work'

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File \"layout.py\", line 204, in add_folder
    raise FileNotFoundError(path)
FileNotFoundError: base/s1/.Work
ERROR:asyncio:Task exception was never retrieved";
        let own = ["KeyError: 'Work'", "FileNotFoundError: base/s1/.Work"];
        assert_eq!(crashes(log), own);
    }

    #[test]
    fn a_log_that_ends_within_a_traceback_tells_of_it() {
        let log = "Traceback (most recent call last):\n  File \"a.py\", line 1, in f\n";
        assert_eq!(crashes(log), ["Traceback (most recent call last):"]);
    }

    #[test]
    fn what_happens_all_the_time_hides_nothing_else() {
        let children = (1..=50).map(|child| format!("child {child} panicked at a.rs:1\n"));
        let other = "child 51 panicked at b.rs:2";
        let told = crashes(&(children.collect::<String>() + other));
        assert_eq!(told.len(), MOST_OF_A_KIND + 1);
        assert_eq!(told[MOST_OF_A_KIND], other);
    }

    #[test]
    fn there_is_a_limit() {
        let letters = ('a'..='z').map(|name| format!("panicked at {name}\n"));
        assert_eq!(crashes(&letters.collect::<String>()).len(), MOST);
    }
}
