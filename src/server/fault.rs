//! Deliberate bugs of the embedded server, each with a stable kebab-case id.

/// A protocol in which a fault can be seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FaultProtocol {
    /// IMAP.
    Imap,
    /// POP3.
    Pop3,
    /// SMTP.
    Smtp,
    /// LMTP.
    Lmtp,
}

use FaultProtocol::{Imap, Lmtp, Pop3, Smtp};

/// One line for each fault: `Variant: id, summary, origin, protocols`.
macro_rules! faults {
    ($($variant:ident: $id:literal, $summary:literal, $origin:literal, [$($protocol:ident),+];)+) => {
        /// One deliberate bug. Its code is one visible branch at the point of misbehaviour.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Fault {
            $(#[doc = concat!("`", $id, "`: ", $summary, ".")] $variant,)+
        }

        impl Fault {
            /// Every fault.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The stable id.
            pub fn id(self) -> &'static str {
                match self { $(Self::$variant => $id),+ }
            }

            /// The misbehaviour, one line.
            pub fn summary(self) -> &'static str {
                match self { $(Self::$variant => $summary),+ }
            }

            /// The real bug that it stands for.
            pub fn origin(self) -> &'static str {
                match self { $(Self::$variant => $origin),+ }
            }

            /// The protocols in which it can be seen.
            pub fn protocols(self) -> &'static [FaultProtocol] {
                match self { $(Self::$variant => &[$($protocol),+]),+ }
            }
        }
    };
}

// Sections by protocol, sorted by id within each.
#[rustfmt::skip]
faults! {
    // The store, or more than one protocol
    AckBeforeFsync: "ack-before-fsync", "the newest message of each mailbox is lost when the server is killed", "Dovecot before 2.3.2", [Lmtp, Smtp, Imap];
    AppenduidWrongOnEmptyMailbox: "appenduid-wrong-on-empty-mailbox", "APPENDUID and COPYUID of an empty mailbox are one too great", "Dovecot 1.0 release candidates", [Imap];
    CondstoreChangeWithoutModseq: "condstore-change-without-modseq", "a flag change leaves the mod-sequence as it was", "Dovecot 2.2.31", [Imap];
    CondstoreHighestmodseqConstant: "condstore-highestmodseq-constant", "HIGHESTMODSEQ is always 1", "Dovecot 2.1.4", [Imap];
    CopyDeduplicates: "copy-deduplicates", "COPY leaves out messages whose content is in the other mailbox already", "Stalwart", [Imap];
    CopyLosesKeywords: "copy-loses-keywords", "COPY and MOVE keep system flags only", "Dovecot 2.3.5", [Imap];
    CopyResetsDate: "copy-resets-date", "COPY and MOVE give the message the date of now", "bug class: a copy delivered anew", [Imap];
    DedupPurgeLosesLiveBody: "dedup-purge-loses-live-body", "when a message is expunged, another one with the same content becomes empty", "Sora before 2026-03", [Imap, Pop3];
    DeleteRemovesChildren: "delete-removes-children", "DELETE removes the inferior mailboxes too", "bug class: a directory removed with all below", [Imap];
    ExpungeStopsAtLimit: "expunge-stops-at-limit", "an expunge removes 16 messages at most", "Cyrus before 3.12", [Imap];
    ExpungedMessageResurrects: "expunged-message-resurrects", "messages that were removed are back after the server was down", "mox before 2023-09", [Imap, Pop3];
    FlagUpdateLostOnConcurrentDelivery: "flag-update-lost-on-concurrent-delivery", "a delivery takes the flags of the message before it away", "Dovecot 1.1 release candidates", [Imap, Lmtp, Smtp];
    FromLineSplitsMessage: "from-line-splits-message", "an empty line followed by a line with From and a space begins another message", "Dovecot 1.0, mbox", [Imap, Pop3, Lmtp, Smtp];
    MoveLeavesOriginal: "move-leaves-original", "MOVE leaves the message in the mailbox that it came from", "Dovecot 2.2 to 2.3.10, two sessions at once", [Imap];
    RecentForEverySession: "recent-for-every-session", "every session sees the same messages as recent", "bug class: \\Recent kept as a flag", [Imap];
    RenameForgetsChildren: "rename-forgets-children", "RENAME leaves the inferior mailboxes under the old name", "bug class: one record renamed", [Imap];
    RenameInboxUidnextStale: "rename-inbox-uidnext-stale", "RENAME of INBOX leaves UIDNEXT of the new mailbox at 1", "mox before 2023-06-30", [Imap];
    RetentionDeletesSameMessageId: "retention-deletes-same-message-id", "a new message replaces those with the same Message-ID", "Dovecot 2.3.19", [Imap, Pop3, Lmtp, Smtp];
    StarttlsCommandInjection: "starttls-command-injection", "commands sent in clear behind STARTTLS or STLS are answered inside TLS", "CVE-2011-0411 (Postfix), CVE-2021-33515 (Dovecot)", [Imap, Pop3, Smtp];
    StoredMessageTruncatedAtBuffer: "stored-message-truncated-at-buffer", "messages are cut after 8 KiB", "Dovecot before 1.0.9", [Imap, Pop3, Lmtp, Smtp];
    SubscriptionDiesWithMailbox: "subscription-dies-with-mailbox", "DELETE ends the subscription", "bug class: subscriptions as a mark on the mailbox", [Imap];
    TombstoneLeaksIntoRecreatedMailbox: "tombstone-leaks-into-recreated-mailbox", "a recreated mailbox has the messages of the deleted one", "Cyrus before 3.0.15", [Imap];
    UidReusedAfterExpungeLast: "uid-reused-after-expunge-last", "UIDNEXT falls when the last message is removed", "Stalwart 0.11.7", [Imap, Pop3];
    UidlReusedWhenEmptied: "uidl-reused-when-emptied", "a mailbox that became empty counts its UIDs from 1 again", "a UID counter lost with the last message", [Imap, Pop3];
    UidvalidityChangesOnRestart: "uidvalidity-changes-on-restart", "every UIDVALIDITY is new after the server was down", "servers that keep it in memory", [Imap, Pop3];
    UidvalidityReusedOnRecreate: "uidvalidity-reused-on-recreate", "a recreated mailbox has the UIDVALIDITY of the deleted one", "Dovecot 1.0.2", [Imap];
    UnchangedsinceIgnored: "unchangedsince-ignored", "STORE with UNCHANGEDSINCE changes every message", "bug class: a modifier that is parsed and not used", [Imap];
    UnseenCountDrifts: "unseen-count-drifts", "COPY and MOVE take \\Seen away", "Cyrus before 3.4.8", [Imap];

    // IMAP
    AppendIgnoresDate: "append-ignores-date", "APPEND gives the message the date of now", "bug class: an argument that is parsed and not used", [Imap];
    AppendIgnoresFlags: "append-ignores-flags", "APPEND gives the message no flags", "bug class: an argument that is parsed and not used", [Imap];
    CaseSensitiveKeywords: "case-sensitive-keywords", "a command in lower case is unknown", "Proton Gluon", [Imap];
    CloseSendsExpunge: "close-sends-expunge", "CLOSE tells what it removes", "bug class: CLOSE made of EXPUNGE", [Imap];
    CondstoreModseqNotEnabled: "condstore-modseq-not-enabled", "unsolicited FETCH has MODSEQ and UID though CONDSTORE is not in use", "Dovecot 2.2.13", [Imap];
    CopyuidSourceUidvalidity: "copyuid-source-uidvalidity", "COPYUID names the UIDVALIDITY of the mailbox that was copied from", "GreenMail before 2.0", [Imap];
    EnableSaysNothing: "enable-says-nothing", "ENABLE has no ENABLED response", "bug class: an untagged response forgotten", [Imap];
    EnvelopeRawUtf8InQuoted: "envelope-raw-utf8-in-quoted", "ENVELOPE has raw UTF-8 in quoted strings for IMAP4rev1 too", "Stalwart 0.16", [Imap];
    EnvelopeSpaceBetweenAddresses: "envelope-space-between-addresses", "ENVELOPE has a space between two addresses of a list", "GreenMail before 2.1.12", [Imap];
    EsearchAnsweredBySearch: "esearch-answered-by-search", "SEARCH with RETURN is answered by SEARCH, not by ESEARCH", "Cyrus 2.4.16", [Imap];
    ExamineSaysReadWrite: "examine-says-read-write", "EXAMINE completes with READ-WRITE", "bug class: EXAMINE made of SELECT", [Imap];
    ExamineSetsSeen: "examine-sets-seen", "FETCH sets \\Seen in a mailbox opened by EXAMINE, and CLOSE expunges there", "Proton Gluon, Apache James before 2026", [Imap];
    ExistsIgnoresPendingExpunge: "exists-ignores-pending-expunge", "EXISTS does not count messages whose EXPUNGE has not been sent yet", "Archiveopteryx before 2.1", [Imap];
    ExistsShrinksWithoutExpunge: "exists-shrinks-without-expunge", "a smaller EXISTS takes the place of EXPUNGE", "bug class: the mailbox read anew, without EXPUNGE", [Imap];
    ExpungeNumbersNotRenumbered: "expunge-numbers-not-renumbered", "EXPUNGE responses do not count those sent before them", "GreenMail before 2.1.10", [Imap];
    ExpungeSentDuringFetch: "expunge-sent-during-fetch", "EXPUNGE comes before the end of FETCH, STORE and SEARCH", "hMailServer before 5.5", [Imap];
    FailedSelectKeepsMailbox: "failed-select-keeps-mailbox", "a SELECT that fails leaves the mailbox before it selected", "bug class: the state is changed at success only", [Imap];
    FetchBeforeExists: "fetch-before-exists", "FETCH of a new message comes before its EXISTS", "Cyrus IMAP <2.4.18", [Imap];
    FetchCacheReturnsPreviousMessage: "fetch-cache-returns-previous-message", "FETCH of several bodies gives each the body of the message before it", "Dovecot 2.2.25", [Imap];
    FetchDummyBodyAfterPop3Delete: "fetch-dummy-body-after-pop3-delete", "FETCH of a message that others removed gives an invented text", "Courier-IMAP", [Imap];
    FetchNstringAsAtom: "fetch-nstring-as-atom", "ENVELOPE has Date, Subject and Message-ID without quotes", "Cyrus before 3.10.1", [Imap];
    FetchUsesGlobalSeqnum: "fetch-uses-global-seqnum", "FETCH responses number messages by the mailbox, not by what the session was told", "go-imap v2 server", [Imap];
    FlagsStaleBetweenSessions: "flags-stale-between-sessions", "a session shows the flags that it knows, whatever others changed", "bug class: flags cached for each session", [Imap];
    FlagsTrailingSpace: "flags-trailing-space", "FLAGS has a space before the closing parenthesis", "bug class: lists with a space behind each item", [Imap];
    HeaderFieldsDropsFoldedLines: "header-fields-drops-folded-lines", "BODY[HEADER.FIELDS] leaves out the continuation lines of folded fields", "hMailServer, DBMail", [Imap];
    IdleMissesExpunge: "idle-misses-expunge", "IDLE tells of new messages but not of expunged ones", "bug class: EXPUNGE held back in IDLE", [Imap];
    IdleOneEventLate: "idle-one-event-late", "IDLE tells of a change only when the next one comes", "mox before 2023-07", [Imap];
    ImapPipelinedMoveLosesExpunge: "imap-pipelined-move-loses-expunge", "MOVE leaves the original if another command is there already", "Dovecot before 2.2.22", [Imap];
    LeadingStarMeansFirst: "leading-star-means-first", "* in front of a range means 1", "mox before 2024-01", [Imap];
    ListEscapeCorruptsNames: "list-escape-corrupts-names", "LIST gives ^ in a name as ^5E", "Dovecot before 2.3.17", [Imap];
    ListStatusMissingForParent: "list-status-missing-for-parent", "LIST with RETURN (STATUS) gives none for a mailbox with inferior ones", "Dovecot 2.2.1,2.3.17", [Imap];
    LiteralLengthOffByOne: "literal-length-off-by-one", "the literal of a FETCH response announces one octet more than it has", "bug class: terminating NUL counted", [Imap];
    LogoutExpunges: "logout-expunges", "LOGOUT removes messages marked \\Deleted", "bug class: LOGOUT made of CLOSE", [Imap];
    LogoutWithoutBye: "logout-without-bye", "LOGOUT has no BYE", "bug class: an untagged response forgotten", [Imap];
    ModifiedNotTold: "modified-not-told", "STORE with UNCHANGEDSINCE does not name the messages left alone", "bug class: a response code forgotten", [Imap];
    Mutf7AmpersandBroken: "mutf7-ampersand-broken", "LIST gives a name with & unencoded", "Stalwart <0.3.8", [Imap];
    PartialFetchPastEndGarbage: "partial-fetch-past-end-garbage", "a partial FETCH behind the end gives the whole text", "Cyrus before 2.4.18, CVE-2015-8077", [Imap];
    PeekSetsSeen: "peek-sets-seen", "BODY.PEEK sets \\Seen like BODY", "bug class: PEEK not looked at", [Imap];
    PipelinedStoreExpungeReordered: "pipelined-store-expunge-reordered", "of two pipelined commands the second is run first", "Stalwart 0.16.x", [Imap];
    QresyncMatchDataWrong: "qresync-match-data-wrong", "SELECT with QRESYNC leaves out VANISHED (EARLIER)", "Apache James 3.7", [Imap];
    QresyncSendsExpunge: "qresync-sends-expunge", "EXPUNGE goes on after QRESYNC is enabled", "bug class: a mode that one path does not know", [Imap];
    SearchDuplicatesMultiFlag: "search-duplicates-multi-flag", "SEARCH lists a message with several flags twice", "go-imap-sql (maddy)", [Imap];
    SearchEmptyTrailingSpace: "search-empty-trailing-space", "SEARCH without a hit ends with a space", "GreenMail before 1.5.8", [Imap];
    SearchModseqExclusive: "search-modseq-exclusive", "SEARCH MODSEQ leaves out the messages that have just this mod-sequence", "Cyrus 3.0 development versions", [Imap];
    SearchNotSetWrong: "search-not-set-wrong", "SEARCH NOT of a sequence set gives the set", "Dovecot before 1.0.6", [Imap];
    SearchSeqsetAsUid: "search-seqset-as-uid", "SEARCH takes message sequence numbers for UIDs", "Stalwart 0.5.2", [Imap];
    SelectDoubleCountsPending: "select-double-counts-pending", "EXISTS in SELECT counts the recent messages twice", "mox 2025", [Imap];
    SizeCountsBareLf: "size-counts-bare-lf", "RFC822.SIZE counts each line end one octet longer", "Dovecot 1.0.rc27", [Imap];
    SpecialUseWrongAttribute: "special-use-wrong-attribute", "LIST gives the drafts mailbox \\Draft, the flag, for \\Drafts", "mox before 2023-09", [Imap];
    SpuriousContinuation: "spurious-continuation", "a non-synchronizing literal is answered by a continuation request", "Microsoft Exchange", [Imap];
    StarttlsAdvertisedNotWorking: "starttls-advertised-not-working", "STARTTLS is advertised under TLS too", "mox before 2023-02-27", [Imap];
    StatusCountsAllUnseen: "status-counts-all-unseen", "STATUS says that every message is unseen", "bug class: a counter that nobody lowers", [Imap];
    StoreNoUntaggedSeen: "store-no-untagged-seen", "STORE answers without FETCH responses", "Dovecot 2.3.10 to 2.3.16", [Imap];
    StoreSilentReplacesFlags: "store-silent-replaces-flags", "+FLAGS.SILENT and -FLAGS.SILENT replace the flags like FLAGS.SILENT", "Cyrus before 3.6.1", [Imap];
    TaggedResponseBareLf: "tagged-response-bare-lf", "tagged responses end with a bare LF", "bug class: line ends of the platform", [Imap];
    UidExpungeIgnoresSet: "uid-expunge-ignores-set", "UID EXPUNGE removes every message marked \\Deleted, whatever its UID", "hMailServer 5.6", [Imap];
    UidExpungeStarRangeMisses: "uid-expunge-star-range-misses", "UID EXPUNGE of a set with * removes nothing", "mox before 2023-06", [Imap];
    UidFetchWithoutUid: "uid-fetch-without-uid", "UID FETCH leaves UID out unless it is asked for", "bug class: UID FETCH made of FETCH", [Imap];
    UidSearchGivesNumbers: "uid-search-gives-numbers", "UID SEARCH gives sequence numbers", "bug class: UID SEARCH made of SEARCH", [Imap];
    UidnextStale: "uidnext-stale", "SELECT gives the UID of the newest message as UIDNEXT", "bug class: a counter read before it is raised", [Imap];
    UnselectExpunges: "unselect-expunges", "UNSELECT removes messages marked \\Deleted", "bug class: UNSELECT made of CLOSE", [Imap];

    // POP3
    Pop3AnswerAfterQuit: "pop3-answer-after-quit", "one more command is answered after QUIT", "no known server: shows that the check works", [Pop3];
    Pop3AuthCancelIgnored: "pop3-auth-cancel-ignored", "an asterisk does not cancel AUTH, it is asked for again", "bug class: a challenge asked in a loop", [Pop3];
    Pop3AuthPlainNoIrBroken: "pop3-auth-plain-no-ir-broken", "AUTH PLAIN without an initial response always fails", "Dovecot 1.2.0", [Pop3];
    Pop3BareLfDotTruncates: "pop3-bare-lf-dot-truncates", "a line that is a dot between bare LFs ends the message", "a POP3 server that takes bare LF for a line end, once only", [Pop3];
    Pop3BareLfReply: "pop3-bare-lf-reply", "the first line of a reply ends with a bare LF", "no known server: shows that the check works", [Pop3];
    Pop3CapaDoubleSpace: "pop3-capa-double-space", "CAPA puts two spaces in front of a parameter", "no known server: shows that the check works", [Pop3];
    Pop3ChallengeNotBase64: "pop3-challenge-not-base64", "the challenge of AUTH is a question in words", "no known server: shows that the check works", [Pop3];
    Pop3DeleCommitsWithoutQuit: "pop3-dele-commits-without-quit", "a connection that closes without QUIT removes what was marked", "Dovecot before 2.3.4", [Pop3, Imap];
    Pop3DeleInvisibleToImap: "pop3-dele-invisible-to-imap", "QUIT hides messages from POP3 with \\Deleted and leaves them in INBOX", "webmail providers whose POP3 deletions stay in POP3", [Pop3, Imap];
    Pop3DeleOkReadonly: "pop3-dele-ok-readonly", "QUIT says +OK and leaves messages that have \\Flagged", "Cyrus before 3.4, messages that may not be removed", [Pop3, Imap];
    Pop3DeleRemovesCopies: "pop3-dele-removes-copies", "QUIT removes copies in other mailboxes too", "bug class: one record for all copies", [Pop3, Imap];
    Pop3DeleRemovesWrongMessage: "pop3-dele-removes-wrong-message", "QUIT removes by message number in the INBOX of now, not of login", "Dovecot dbox, expunge by another session", [Pop3, Imap];
    Pop3DeleteNotInModseq: "pop3-delete-not-in-modseq", "what POP3 removes does not raise HIGHESTMODSEQ, and is not in VANISHED (EARLIER)", "Archiveopteryx before 3.1.1", [Imap];
    Pop3DisconnectOnBadArg: "pop3-disconnect-on-bad-arg", "a command that fails in TRANSACTION closes the connection", "Dovecot 1.0 test versions", [Pop3];
    Pop3DoubleDeleCountsTwice: "pop3-double-dele-counts-twice", "a second DELE of a message succeeds and counts once more in STAT", "a POP3 server without a check of its marks", [Pop3];
    Pop3DoubleOk: "pop3-double-ok", "NOOP is answered twice", "FTGate 2", [Pop3];
    Pop3DuplicateUidl: "pop3-duplicate-uidl", "messages with equal content have equal unique-ids", "unique-ids made of a checksum of the message", [Pop3];
    Pop3EmptyUidlDisconnect: "pop3-empty-uidl-disconnect", "UIDL of an empty maildrop closes the connection", "Dovecot 2.1.8", [Pop3];
    Pop3GreetingNegative: "pop3-greeting-negative", "the greeting is -ERR, and commands are answered all the same", "no known server: shows that the check works", [Pop3];
    Pop3KeywordsCaseSensitive: "pop3-keywords-case-sensitive", "a command in lower case is unknown", "bug class: keywords compared octet by octet", [Pop3];
    Pop3ListShowsDeleted: "pop3-list-shows-deleted", "LIST and UIDL show marked messages", "a POP3 server that filters nothing", [Pop3];
    Pop3ListingWithTab: "pop3-listing-with-tab", "LIST puts a tab between number and size", "no known server: shows that the check works", [Pop3];
    Pop3LockOutlivesConnection: "pop3-lock-outlives-connection", "a lost connection leaves the maildrop locked", "bug class: a lock given up by QUIT only", [Pop3];
    Pop3LongReply: "pop3-long-reply", "the first line of a reply has more than 600 octets", "no known server: shows that the check works", [Pop3];
    Pop3MarkedMessageServed: "pop3-marked-message-served", "RETR, TOP and LIST of a marked message succeed", "no known server: shows that the check works", [Pop3];
    Pop3MsgnoOverflow: "pop3-msgno-overflow", "message numbers wrap at 2^32, and what follows the digits is ignored", "Dovecot 1.0 and 1.1", [Pop3];
    Pop3NegativeIndex: "pop3-negative-index", "the sign of a message number is ignored", "Apache James before 3.8.2", [Pop3];
    Pop3NoDotStuffing: "pop3-no-dot-stuffing", "lines that begin with a dot go out as they are", "a POP3 server without byte-stuffing", [Pop3];
    Pop3NoExclusiveLock: "pop3-no-exclusive-lock", "two sessions can have one maildrop", "Dovecot 1.0 beta 7, pop3_lock_session", [Pop3];
    Pop3NumbersShift: "pop3-numbers-shift", "LIST numbers the messages anew once one is marked", "bug class: numbers made from a filtered list", [Pop3];
    Pop3PassWithoutUser: "pop3-pass-without-user", "PASS without USER is accepted", "bug class: an order of commands that nobody checks", [Pop3];
    Pop3PipelinedRetrInterleaved: "pop3-pipelined-retr-interleaved", "a multi-line reply is not closed if the next command is there already", "WildDuck before 2026", [Pop3];
    Pop3QuitExpungesNewArrivals: "pop3-quit-expunges-new-arrivals", "QUIT after DELE removes mail that came after login as well", "Dovecot 1.0 test versions", [Pop3, Imap];
    Pop3QuitNoReply: "pop3-quit-no-reply", "QUIT closes the connection without a reply", "Dovecot 2.2.7, Stalwart 0.8.2", [Pop3];
    Pop3QuitOkButNotExpunged: "pop3-quit-ok-but-not-expunged", "QUIT says +OK and removes nothing", "Dovecot 1.0", [Pop3, Imap];
    Pop3QuitUndeletes: "pop3-quit-undeletes", "QUIT brings back what others expunged since login", "DBMail 0", [Pop3, Imap];
    Pop3RetrEmptyBody: "pop3-retr-empty-body", "RETR of a message that was expunged over IMAP is +OK and empty", "Archiveopteryx before 3.2", [Pop3];
    Pop3RetrHidesMessage: "pop3-retr-hides-message", "a retrieved message gets \\Seen, and sessions after that do not show it", "webmail providers that give each message to one POP3 client", [Pop3, Imap];
    Pop3RsetKeepsMarks: "pop3-rset-keeps-marks", "RSET leaves the marks", "Dovecot 1.0 test versions", [Pop3];
    Pop3SeesAllMailboxes: "pop3-sees-all-mailboxes", "the maildrop has the messages of every mailbox", "bug class: POP3 on a table of all messages", [Pop3];
    Pop3SizeMismatch: "pop3-size-mismatch", "sizes count a line end as one octet", "servers that give the size of a file with bare LF", [Pop3];
    Pop3StatBeforeLogin: "pop3-stat-before-login", "STAT succeeds with nobody logged in", "no known server: shows that the check works", [Pop3];
    Pop3StatCountsDeletedOrNew: "pop3-stat-counts-deleted-or-new", "STAT counts INBOX as it is now, marks or not", "a POP3 server without a snapshot", [Pop3];
    Pop3StatWithUnit: "pop3-stat-with-unit", "STAT names the unit behind the size", "no known server: shows that the check works", [Pop3];
    Pop3StatusInLowerCase: "pop3-status-in-lower-case", "the positive status is +ok", "no known server: shows that the check works", [Pop3];
    Pop3StatusWithoutSign: "pop3-status-without-sign", "the positive status is OK without a plus sign", "no known server: shows that the check works", [Pop3];
    Pop3TopLineCountOff: "pop3-top-line-count-off", "TOP sends one line of the body too many", "Dovecot 1.1 release candidates", [Pop3];
    Pop3TopNoargsCrash: "pop3-top-noargs-crash", "TOP without arguments closes the connection", "Cyrus before 2.4.13", [Pop3];
    Pop3TopTruncated: "pop3-top-truncated", "TOP never sends more than 16 KiB", "Maillennium and others", [Pop3];
    Pop3UidlChangesAfterRestart: "pop3-uidl-changes-after-restart", "unique-ids differ after the server was down", "Dovecot 1.0 test versions, lost index", [Pop3];
    Pop3UidlChangesOnFlagChange: "pop3-uidl-changes-on-flag-change", "a flag change over IMAP gives the message another unique-id", "unique-ids made of a Maildir file name with its flags", [Pop3];
    Pop3UidlPerSession: "pop3-uidl-per-session", "unique-ids differ from session to session", "bug class: unique-ids made of message numbers and time", [Pop3];
    Pop3UidlSkipsEntries: "pop3-uidl-skips-entries", "UIDL leaves out messages with an empty body", "Dovecot 1.0 test versions", [Pop3];
    Pop3UniqueIdWithSpace: "pop3-unique-id-with-space", "unique-ids have a space in them", "no known server: shows that the check works", [Pop3];

    // SMTP and LMTP
    BareLfDotEndsData: "bare-lf-dot-ends-data", "a line of a dot between bare LFs ends the mail data", "CVE-2023-51764 (Postfix), SMTP smuggling", [Lmtp, Smtp];
    LmtpEofDeliversTruncated: "lmtp-eof-delivers-truncated", "a connection that closes inside the mail data delivers what had come", "delivery agents that take end of file for end of data", [Smtp, Lmtp];
    LmtpNoopParamCrash: "lmtp-noop-param-crash", "NOOP with an argument closes the connection", "Dovecot before 2.3.10.1", [Lmtp, Smtp];
    LmtpOneRcptFailsAll: "lmtp-one-rcpt-fails-all", "after an unknown recipient all others of the transaction are refused too", "Cyrus before 3.0.5", [Lmtp, Smtp];
    LmtpPipelineReplyCount: "lmtp-pipeline-reply-count", "one reply after the mail data, however many recipients", "Dovecot 2.3.12", [Lmtp];
    RsetKeepsRecipients: "rset-keeps-recipients", "RSET leaves the transaction", "bug class: a state that is not cleared", [Lmtp, Smtp];
    SmtpBareLfReply: "smtp-bare-lf-reply", "a reply ends with a bare LF", "no known server: shows that the check works", [Smtp, Lmtp];
    SmtpEnhancedCodeClass: "smtp-enhanced-code-class", "a 250 reply has an enhanced status code of class 5", "no known server: shows that the check works", [Smtp, Lmtp];
    SmtpKeepsStuffing: "smtp-keeps-stuffing", "the dot that a client puts in front of a dot stays in the message", "no known server: shows that the check works", [Smtp, Lmtp];
    SmtpLongReply: "smtp-long-reply", "the last line of a reply has more than 600 octets", "no known server: shows that the check works", [Smtp, Lmtp];
    SmtpReplyCodeOutOfRange: "smtp-reply-code-out-of-range", "the second digit of a reply code is 9", "no known server: shows that the check works", [Smtp, Lmtp];
    SmtpReplyLinesDiffer: "smtp-reply-lines-differ", "the first line of a long reply has another code", "no known server: shows that the check works", [Smtp, Lmtp];
    SmtpReplyNotAscii: "smtp-reply-not-ascii", "a reply ends with an octet outside ASCII", "no known server: shows that the check works", [Smtp, Lmtp];
    SmtpReplyWithoutSpace: "smtp-reply-without-space", "a reply has no space between code and text", "no known server: shows that the check works", [Smtp, Lmtp];
    SmtpStripsHighBit: "smtp-strips-high-bit", "mail data lose the eighth bit", "bug class: a server from before 8BITMIME", [Lmtp, Smtp];
}

impl Fault {
    /// The fault with this id.
    pub fn find(id: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|fault| fault.id() == id)
    }
}

/// The faults that a server has; cheap to copy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct FaultSet([u64; 4]);

const _: () = assert!(Fault::ALL.len() <= 256, "a fault has no place in FaultSet");

impl FaultSet {
    /// Whether the server shall misbehave in this way.
    pub(crate) fn has(self, fault: Fault) -> bool {
        let index = fault as usize;
        self.0[index / 64] & (1 << (index % 64)) != 0
    }
}

impl FromIterator<Fault> for FaultSet {
    fn from_iter<I: IntoIterator<Item = Fault>>(faults: I) -> Self {
        let mut words = [0; 4];
        for fault in faults {
            let index = fault as usize;
            words[index / 64] |= 1 << (index % 64);
        }
        Self(words)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_unique_kebab_case_and_found() {
        for fault in Fault::ALL {
            let id = fault.id();
            assert!(
                id.bytes()
                    .all(|o| o.is_ascii_lowercase() || o.is_ascii_digit() || o == b'-')
            );
            assert_eq!(Fault::find(id), Some(*fault), "{id} is there twice");
            assert!(
                !fault.summary().ends_with('.'),
                "{id}: summary ends with a period"
            );
        }
        assert_eq!(Fault::find("no-such-fault"), None);
    }

    #[test]
    fn a_set_has_what_it_was_made_of() {
        for fault in Fault::ALL {
            let set: FaultSet = [*fault].into_iter().collect();
            let members: Vec<_> = Fault::ALL.iter().filter(|f| set.has(**f)).collect();
            assert_eq!(members, [fault]);
        }
    }
}
