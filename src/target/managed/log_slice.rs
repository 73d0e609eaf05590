//! What a server's log says of one scenario: scenarios run at the same time, each on accounts of
//! its own, so the lines that name those accounts are its lines.

use crate::target::Account;

/// The most lines, the last ones.
const MOST: usize = 20;
/// The most characters of a line.
const LONGEST: usize = 400;

/// The lines that name one of these accounts, without passwords.
pub(super) fn about(log: &str, accounts: &[Account]) -> Vec<String> {
    let names = |line: &&str| accounts.iter().any(|account| has_word(line, &account.user));
    let lines: Vec<&str> = log.lines().filter(names).collect();
    let last = lines[lines.len().saturating_sub(MOST)..].iter();
    last.map(|line| {
        let shown: String = line.chars().take(LONGEST).collect();
        accounts.iter().fold(shown, |line, account| {
            line.replace(&account.password, "[password]")
        })
    })
    .collect()
}

/// True if the word stands there by itself: `s1` is not in `s12`.
fn has_word(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let behind = line[at + word.len()..].chars().next();
        !before.is_some_and(char::is_alphanumeric) && !behind.is_some_and(char::is_alphanumeric)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(user: &str, password: &str) -> Account {
        Account {
            user: user.to_owned(),
            password: password.to_owned(),
            address: String::new(),
        }
    }

    #[test]
    fn lines_of_others_are_left_out() {
        let log = "imap(s1)<7>: Info: Logged out\nimap(s12)<8>: Info: Logged out\nmaster: s1x\n\
                   login: localhost s1 plaintext hunter2 User logged in\n";
        let lines = about(log, &[account("s1", "hunter2")]);
        let login = "login: localhost s1 plaintext [password] User logged in";
        assert_eq!(lines, ["imap(s1)<7>: Info: Logged out", login]);
    }

    #[test]
    fn there_is_a_limit() {
        let log = format!("s1 {}\n", "x".repeat(1000)).repeat(50);
        let lines = about(&log, &[account("s1", "p")]);
        assert_eq!(lines.len(), MOST);
        assert_eq!(lines[0].len(), LONGEST);
    }
}
