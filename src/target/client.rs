//! mailspec's own well-behaved clients: set-up, delivery, clean-up and looking at mailboxes.
