//! Accounts that mailspec makes up on servers of its own.

use super::Account;

/// The account with this number: `s1`, `s2` … and a password that is always the same for it.
pub(super) fn made_account(number: u64) -> Account {
    let user = format!("s{number}");
    Account {
        address: format!("{user}@localhost"),
        password: password(number),
        user,
    }
}

/// Sixteen letters and digits: the bits of a mixed number, five at a time.
fn password(number: u64) -> String {
    const DIGITS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let mut state = number;
    let mut mix = || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    };
    (0..16)
        .map(|_| char::from(DIGITS[(mix() >> 59) as usize]))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_the_same_each_time_and_like_no_other() {
        assert_eq!(made_account(1), made_account(1));
        assert_eq!(made_account(7).user, "s7");
        assert_eq!(made_account(7).address, "s7@localhost");
        assert_eq!(made_account(7).password.len(), 16);
        assert_ne!(made_account(1).password, made_account(2).password);
    }
}
