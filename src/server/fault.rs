//! Deliberate bugs of the embedded server, each with a stable kebab-case id.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

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
    ArchiveOnPopDrops: "archive-on-pop-drops", "archive-on-pop: what was retrieved is removed and not archived", "bug class: a move made of a copy that may fail and a removal", [Pop3, Imap];
    ArchiveOnPopLeavesInbox: "archive-on-pop-leaves-inbox", "archive-on-pop: what was retrieved is archived and stays in INBOX too", "bug class: a move made of a copy", [Pop3, Imap];
    AutoExpungeCountsFromArrival: "auto-expunge-counts-from-arrival", "auto-expunge: the age of mail in Trash counts from its arrival, not from when it came there", "bug class: the age of a message taken for that of its deletion", [Imap];
    AutoExpungeReachesInbox: "auto-expunge-reaches-inbox", "auto-expunge: old mail in INBOX is removed too", "bug class: a clean-up of all mailboxes", [Imap, Pop3];
    AutologoutEarly: "autologout-early", "a client that is silent for 2 s is logged out", "bug class: seconds taken for minutes", [Imap, Pop3];
    CondstoreChangeWithoutModseq: "condstore-change-without-modseq", "a flag change leaves the mod-sequence as it was", "Dovecot 2.2.31", [Imap];
    CondstoreHighestmodseqConstant: "condstore-highestmodseq-constant", "HIGHESTMODSEQ is always 1", "Dovecot 2.1.4", [Imap];
    CopyDeduplicates: "copy-deduplicates", "COPY leaves out messages whose content is in the other mailbox already", "Stalwart", [Imap];
    CopyLosesKeywords: "copy-loses-keywords", "COPY and MOVE keep system flags only", "Dovecot 2.3.5", [Imap];
    CopyResetsDate: "copy-resets-date", "COPY and MOVE give the message the date of now", "bug class: a copy delivered anew", [Imap];
    DedupPurgeLosesLiveBody: "dedup-purge-loses-live-body", "when a message is expunged, another one with the same content becomes empty", "Sora before 2026-03", [Imap, Pop3];
    DeepMailboxStaysEmpty: "deep-mailbox-stays-empty", "what comes into a mailbox more than three levels down is lost", "bug class: a path cut to a fixed depth", [Imap];
    DeleteOfNothingSucceeds: "delete-of-nothing-succeeds", "DELETE of a mailbox that is not there is OK", "bug class: an error that is not passed on", [Imap];
    DeleteRemovesChildren: "delete-removes-children", "DELETE removes the inferior mailboxes too", "bug class: a directory removed with all below", [Imap];
    DeliveryLostWhenFull: "delivery-lost-when-full", "mail for an account without room is accepted and lost", "bug class: an error of the store that is not passed on", [Lmtp, Smtp];
    DeliveryLostWhileLocked: "delivery-lost-while-locked", "mail that is delivered while a POP3 session has the maildrop open is accepted and lost", "bug class: a mailbox file written back by the session that locked it", [Lmtp, Smtp];
    ExpireADayEarly: "expire-a-day-early", "expire: mail is removed a day before the days announced have passed", "bug class: days counted from both ends", [Pop3, Imap];
    ExpireNotAnnounced: "expire-not-announced", "expire: CAPA says EXPIRE NEVER", "providers with a limit in their terms of use only", [Pop3];
    ExpireReachesEveryMailbox: "expire-reaches-every-mailbox", "expire: old mail of every mailbox is removed, not of INBOX alone", "bug class: a clean-up of all mailboxes", [Pop3, Imap];
    ExpirySilent: "expiry-silent", "INBOX loses mail after 14 days, while EXPIRE NEVER is announced", "providers with a limit in their terms of use only", [Pop3, Imap];
    ExpungeNotLogged: "expunge-not-logged", "VANISHED (EARLIER) leaves out all that is gone", "bug class: a log of removals that one path forgets", [Imap, Pop3];
    ExpungeStopsAtLimit: "expunge-stops-at-limit", "an expunge removes 16 messages at most", "Cyrus before 3.12", [Imap];
    ExpungedMessageResurrects: "expunged-message-resurrects", "messages that were removed are back after the server was down", "mox before 2023-09", [Imap, Pop3];
    FlagUpdateLostOnConcurrentDelivery: "flag-update-lost-on-concurrent-delivery", "a delivery takes the flags of the message before it away", "Dovecot 1.1 release candidates", [Imap, Lmtp, Smtp];
    FlagsLostWhenKilled: "flags-lost-when-killed", "flags that were set are gone when the server is killed", "bug class: flags in an index that is written now and then", [Imap];
    FromLineSplitsMessage: "from-line-splits-message", "an empty line followed by a line with From and a space begins another message", "Dovecot 1.0, mbox", [Imap, Pop3, Lmtp, Smtp];
    HiddenMessageShownAgain: "hidden-message-shown-again", "hide-on-delete: POP3 shows what it was to hide", "bug class: a flag that is set and not read", [Pop3];
    HideOnDeleteExpunges: "hide-on-delete-expunges", "hide-on-delete: QUIT removes what it was to hide", "bug class: a setting that is not read", [Pop3, Imap];
    HideOnDeleteReachesImap: "hide-on-delete-reaches-imap", "hide-on-delete: EXPUNGE hides from POP3 and removes nothing", "bug class: one removal for all protocols", [Imap];
    IdleMissesOtherProtocolChanges: "idle-misses-other-protocol-changes", "IDLE is not woken by mail that LMTP or SMTP delivers", "Dovecot before 2.2.11", [Lmtp, Smtp, Imap];
    ImapConcurrentMoveDuplicates: "imap-concurrent-move-duplicates", "MOVE of a message that another session has moved already moves it once more", "Dovecot 2.2 before 2.2.34", [Imap];
    ImapRefusedAfterPop3: "imap-refused-after-pop3", "after a POP3 session that ended with QUIT, IMAP is told that INBOX is in use", "bug class: a lock file that is left behind", [Imap, Pop3];
    KeywordsLostOnRestart: "keywords-lost-on-restart", "keywords are gone after the server was down", "bug class: keywords kept in memory only", [Imap];
    LostUpdateBetweenSessions: "lost-update-between-sessions", "+FLAGS and -FLAGS write the flags that the session knows, with the change, over those of others", "bug class: read, modify and write without a lock", [Imap];
    MoveLeavesOriginal: "move-leaves-original", "MOVE leaves the message in the mailbox that it came from", "Dovecot 2.2 to 2.3.10, two sessions at once", [Imap];
    PopOnceHidesFromImap: "pop-once-hides-from-imap", "pop-once: what was retrieved is gone from IMAP too", "bug class: one state of a message for all protocols", [Pop3, Imap];
    PopOnceShownAgain: "pop-once-shown-again", "pop-once: what was retrieved is shown over POP3 again", "bug class: a flag that is set and not read", [Pop3];
    PopOnceTakesTopForRetr: "pop-once-takes-top-for-retr", "pop-once: TOP counts as retrieval, so that a look at the header hides a message", "bug class: TOP made of RETR", [Pop3];
    QuotaNotEnforced: "quota-not-enforced", "the quota is counted and limits nothing", "bug class: a limit that is shown and not looked at", [Imap, Lmtp, Smtp];
    QuotaNotFreedByExpunge: "quota-not-freed-by-expunge", "what EXPUNGE removes counts against the quota for ever", "bug class: a counter that one path forgets", [Imap];
    QuotaNotFreedByPop3: "quota-not-freed-by-pop3", "what POP3 removes counts against the quota for ever", "bug class: a counter that one path forgets", [Pop3, Imap];
    RecentForEverySession: "recent-for-every-session", "every session sees the same messages as recent", "bug class: \\Recent kept as a flag", [Imap];
    RenameForgetsChildren: "rename-forgets-children", "RENAME leaves the inferior mailboxes under the old name", "bug class: one record renamed", [Imap];
    RenameInboxLosesMail: "rename-inbox-loses-mail", "RENAME of INBOX makes an empty mailbox, and the messages are gone", "bug class: INBOX renamed like any other and made anew", [Imap];
    RenameInboxUidnextStale: "rename-inbox-uidnext-stale", "RENAME of INBOX leaves UIDNEXT of the new mailbox at 1", "mox before 2023-06-30", [Imap];
    RenameOverwrites: "rename-overwrites", "RENAME to a name that is taken replaces that mailbox", "bug class: a rename as file systems do it", [Imap];
    RetentionDeletesSameMessageId: "retention-deletes-same-message-id", "a new message replaces those with the same Message-ID", "Dovecot 2.3.19", [Imap, Pop3, Lmtp, Smtp];
    StarttlsCommandInjection: "starttls-command-injection", "commands sent in clear behind STARTTLS or STLS are answered inside TLS", "CVE-2011-0411 (Postfix), CVE-2021-33515 (Dovecot)", [Imap, Pop3, Smtp];
    StoredMessageTruncatedAtBuffer: "stored-message-truncated-at-buffer", "messages are cut after 8 KiB", "Dovecot before 1.0.9", [Imap, Pop3, Lmtp, Smtp];
    SubscriptionDiesWithMailbox: "subscription-dies-with-mailbox", "DELETE ends the subscription", "bug class: subscriptions as a mark on the mailbox", [Imap];
    TlsClosedWithoutAlert: "tls-closed-without-alert", "a POP3 connection under TLS is closed without the close alert", "bug class: the socket closed under TLS", [Pop3];
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
    AppendWithoutTrycreate: "append-without-trycreate", "APPEND to a mailbox that is not there says NO without TRYCREATE", "bug class: a response code forgotten", [Imap];
    AuthenticateCancelIsNo: "authenticate-cancel-is-no", "AUTHENTICATE that the client cancels is answered with NO", "bug class: cancelled and failed are one", [Imap];
    AuthenticateWithoutInitialResponseFails: "authenticate-without-initial-response-fails", "AUTHENTICATE PLAIN without an initial response always fails", "Dovecot 1.2.0", [Imap];
    BodyLeavesUnseen: "body-leaves-unseen", "FETCH of a body section does not set \\Seen", "bug class: every section read as if by PEEK", [Imap];
    CaseSensitiveKeywords: "case-sensitive-keywords", "a command in lower case is unknown", "Proton Gluon", [Imap];
    ChangesWaitForNoop: "changes-wait-for-noop", "what others change in the selected mailbox is told at NOOP and in IDLE only", "bug class: a mailbox that is polled at NOOP", [Imap];
    CheckReportsEmpty: "check-reports-empty", "CHECK says 0 EXISTS", "bug class: a mailbox read anew that is empty at first", [Imap];
    CloseExpungesByNumber: "close-expunges-by-number", "CLOSE and EXPUNGE remove what stands now at the numbers of the messages that the session marked", "bug class: numbers of one session applied to a mailbox that has moved on", [Imap];
    CloseGivesHighestmodseq: "close-gives-highestmodseq", "CLOSE answers with HIGHESTMODSEQ", "bug class: the code of EXPUNGE used again", [Imap];
    CloseSendsExpunge: "close-sends-expunge", "CLOSE tells what it removes", "bug class: CLOSE made of EXPUNGE", [Imap];
    CondstoreModseqNotEnabled: "condstore-modseq-not-enabled", "unsolicited FETCH has MODSEQ and UID though CONDSTORE is not in use", "Dovecot 2.2.13", [Imap];
    CopyKeepsHalf: "copy-keeps-half", "a COPY that is refused leaves what it had copied so far", "bug class: no transaction around a loop", [Imap];
    CopyWithholdsExpunge: "copy-withholds-expunge", "COPY tells no removals", "bug class: COPY among the commands that forbid EXPUNGE", [Imap];
    CopyWithoutTrycreate: "copy-without-trycreate", "COPY to a mailbox that is not there says NO without TRYCREATE", "bug class: a response code forgotten", [Imap];
    CopyuidSourceUidvalidity: "copyuid-source-uidvalidity", "COPYUID names the UIDVALIDITY of the mailbox that was copied from", "GreenMail before 2.0", [Imap];
    DeleteOfOpenMailboxBad: "delete-of-open-mailbox-bad", "a session whose mailbox another one has deleted is answered with BAD", "bug class: a handle that went stale", [Imap];
    DoneIsNoCommand: "done-is-no-command", "DONE ends IDLE with BAD", "servers that take DONE for the next command", [Imap];
    EnableSaysNothing: "enable-says-nothing", "ENABLE has no ENABLED response", "bug class: an untagged response forgotten", [Imap];
    EnvelopeRawUtf8InQuoted: "envelope-raw-utf8-in-quoted", "ENVELOPE has raw UTF-8 in quoted strings for IMAP4rev1 too", "Stalwart 0.16", [Imap];
    EnvelopeSpaceBetweenAddresses: "envelope-space-between-addresses", "ENVELOPE has a space between two addresses of a list", "GreenMail before 2.1.12", [Imap];
    ErrorStateSticks: "error-state-sticks", "the command after one that was BAD is refused too", "Dovecot 2.2, an error kept in the mailbox list", [Imap];
    EsearchAnsweredBySearch: "esearch-answered-by-search", "SEARCH with RETURN is answered by SEARCH, not by ESEARCH", "Cyrus 2.4.16", [Imap];
    ExamineSaysReadWrite: "examine-says-read-write", "EXAMINE completes with READ-WRITE", "bug class: EXAMINE made of SELECT", [Imap];
    ExamineSetsSeen: "examine-sets-seen", "FETCH sets \\Seen in a mailbox opened by EXAMINE, and CLOSE expunges there", "Proton Gluon, Apache James before 2026", [Imap];
    ExistsIgnoresPendingExpunge: "exists-ignores-pending-expunge", "EXISTS does not count messages whose EXPUNGE has not been sent yet", "Archiveopteryx before 2.1", [Imap];
    ExistsShrinksWithoutExpunge: "exists-shrinks-without-expunge", "a smaller EXISTS takes the place of EXPUNGE", "bug class: the mailbox read anew, without EXPUNGE", [Imap];
    ExpungeNumbersNotRenumbered: "expunge-numbers-not-renumbered", "EXPUNGE responses do not count those sent before them", "GreenMail before 2.1.10", [Imap];
    ExpungeSentDuringFetch: "expunge-sent-during-fetch", "EXPUNGE comes before the end of FETCH, STORE and SEARCH", "hMailServer before 5.5", [Imap];
    ExpungeWaitsForNoop: "expunge-waits-for-noop", "no command but NOOP, CHECK and EXPUNGE tells what others have removed", "bug class: changes looked for in one command only", [Imap];
    FailedSelectKeepsMailbox: "failed-select-keeps-mailbox", "a SELECT that fails leaves the mailbox before it selected", "bug class: the state is changed at success only", [Imap];
    FetchBeforeExists: "fetch-before-exists", "FETCH of a new message comes before its EXISTS", "Cyrus IMAP <2.4.18", [Imap];
    FetchCacheReturnsPreviousMessage: "fetch-cache-returns-previous-message", "FETCH of several bodies gives each the body of the message before it", "Dovecot 2.2.25", [Imap];
    FetchDummyBodyAfterPop3Delete: "fetch-dummy-body-after-pop3-delete", "FETCH of a message that others removed gives an invented text", "Courier-IMAP", [Imap];
    FetchNstringAsAtom: "fetch-nstring-as-atom", "ENVELOPE has Date, Subject and Message-ID without quotes", "Cyrus before 3.10.1", [Imap];
    FetchUsesGlobalSeqnum: "fetch-uses-global-seqnum", "FETCH responses number messages by the mailbox, not by what the session was told", "go-imap v2 server", [Imap];
    FlagsStaleBetweenSessions: "flags-stale-between-sessions", "a session shows the flags that it knows, whatever others changed", "bug class: flags cached for each session", [Imap];
    FlagsTrailingSpace: "flags-trailing-space", "FLAGS has a space before the closing parenthesis", "bug class: lists with a space behind each item", [Imap];
    FlagsWithoutKeywords: "flags-without-keywords", "FLAGS names the system flags only, PERMANENTFLAGS the keywords too", "bug class: a list that is fixed", [Imap];
    GetquotaSaysNothing: "getquota-says-nothing", "GETQUOTA and GETQUOTAROOT have no QUOTA response", "bug class: an untagged response forgotten", [Imap];
    GoneMessageMeansNext: "gone-message-means-next", "STORE, COPY and MOVE of a message that another session removed are done to the one behind it", "bug class: a search in an ordered list that gives the next entry", [Imap];
    HeaderFieldsDropsFoldedLines: "header-fields-drops-folded-lines", "BODY[HEADER.FIELDS] leaves out the continuation lines of folded fields", "hMailServer, DBMail", [Imap];
    IdSaysNothing: "id-says-nothing", "ID has no ID response", "bug class: an untagged response forgotten", [Imap];
    IdleMissesExpunge: "idle-misses-expunge", "IDLE tells of new messages but not of expunged ones", "bug class: EXPUNGE held back in IDLE", [Imap];
    IdleOneEventLate: "idle-one-event-late", "IDLE tells of a change only when the next one comes", "mox before 2023-07", [Imap];
    ImapPipelinedMoveLosesExpunge: "imap-pipelined-move-loses-expunge", "MOVE leaves the original if another command is there already", "Dovecot before 2.2.22", [Imap];
    LeadingStarMeansFirst: "leading-star-means-first", "* in front of a range means 1", "mox before 2024-01", [Imap];
    ListEscapeCorruptsNames: "list-escape-corrupts-names", "LIST gives ^ in a name as ^5E", "Dovecot before 2.3.17", [Imap];
    ListReturnSubscribedIgnored: "list-return-subscribed-ignored", "LIST with RETURN (SUBSCRIBED) names no subscription", "bug class: a return option that is parsed and not used", [Imap];
    ListStatusIgnored: "list-status-ignored", "LIST with RETURN (STATUS) gives no STATUS", "bug class: a return option that is parsed and not used", [Imap];
    ListStatusMissingForParent: "list-status-missing-for-parent", "LIST with RETURN (STATUS) gives none for a mailbox with inferior ones", "Dovecot 2.2.1,2.3.17", [Imap];
    LiteralLengthOffByOne: "literal-length-off-by-one", "the literal of a FETCH response announces one octet more than it has", "bug class: terminating NUL counted", [Imap];
    LoginLiteralsRefused: "login-literals-refused", "LOGIN with a literal is BAD", "servers that read LOGIN line by line", [Imap];
    LogoutExpunges: "logout-expunges", "LOGOUT removes messages marked \\Deleted", "bug class: LOGOUT made of CLOSE", [Imap];
    LogoutWithoutBye: "logout-without-bye", "LOGOUT has no BYE", "bug class: an untagged response forgotten", [Imap];
    LongLineIgnored: "long-line-ignored", "a line that is too long is answered with OK", "bug class: what is thrown away counts as done", [Imap];
    ModifiedNotTold: "modified-not-told", "STORE with UNCHANGEDSINCE does not name the messages left alone", "bug class: a response code forgotten", [Imap];
    Mutf7AmpersandBroken: "mutf7-ampersand-broken", "LIST gives a name with & unencoded", "Stalwart <0.3.8", [Imap];
    NamespaceSaysNothing: "namespace-says-nothing", "NAMESPACE has no NAMESPACE response", "bug class: an untagged response forgotten", [Imap];
    NoopMissesNewMail: "noop-misses-new-mail", "NOOP does not tell of new messages", "bug class: new mail told in IDLE only", [Imap];
    NoopNeedsLogin: "noop-needs-login", "NOOP before login is BAD", "bug class: a command bound to the wrong states", [Imap];
    OverquotaWithoutCode: "overquota-without-code", "APPEND and COPY beyond the quota are refused with another code than OVERQUOTA", "bug class: one response code for every limit", [Imap];
    PartialFetchPastEndGarbage: "partial-fetch-past-end-garbage", "a partial FETCH behind the end gives the whole text", "Cyrus before 2.4.18, CVE-2015-8077", [Imap];
    PeekSetsSeen: "peek-sets-seen", "BODY.PEEK sets \\Seen like BODY", "bug class: PEEK not looked at", [Imap];
    PipelinedStoreExpungeReordered: "pipelined-store-expunge-reordered", "of two pipelined commands the second is run first", "Stalwart 0.16.x", [Imap];
    QresyncFetchWithoutModseq: "qresync-fetch-without-modseq", "with QRESYNC, FETCH tells a change of flags without its mod-sequence", "bug class: CONDSTORE and QRESYNC taken for two switches", [Imap];
    QresyncMatchDataWrong: "qresync-match-data-wrong", "SELECT with QRESYNC leaves out VANISHED (EARLIER)", "Apache James 3.7", [Imap];
    QresyncSendsExpunge: "qresync-sends-expunge", "EXPUNGE goes on after QRESYNC is enabled", "bug class: a mode that one path does not know", [Imap];
    QresyncUidvalidityUnchecked: "qresync-uidvalidity-unchecked", "SELECT with QRESYNC ignores the UIDVALIDITY", "bug class: a parameter that nobody looks at", [Imap];
    SaslIrIgnored: "sasl-ir-ignored", "AUTHENTICATE asks for the initial response that it was given", "bug class: an argument that is parsed and not used", [Imap];
    SavedResultNotAdjusted: "saved-result-not-adjusted", "the saved search result is kept as numbers that nobody adjusts", "bug class: message numbers that are kept", [Imap];
    SearchDuplicatesMultiFlag: "search-duplicates-multi-flag", "SEARCH lists a message with several flags twice", "go-imap-sql (maddy)", [Imap];
    SearchEmptySaysNothing: "search-empty-says-nothing", "a SEARCH that finds nothing is OK without a SEARCH response", "bug class: no result taken for no response", [Imap];
    SearchEmptyTrailingSpace: "search-empty-trailing-space", "SEARCH without a hit ends with a space", "GreenMail before 1.5.8", [Imap];
    SearchModseqExclusive: "search-modseq-exclusive", "SEARCH MODSEQ leaves out the messages that have just this mod-sequence", "Cyrus 3.0 development versions", [Imap];
    SearchNotSetWrong: "search-not-set-wrong", "SEARCH NOT of a sequence set gives the set", "Dovecot before 1.0.6", [Imap];
    SearchSeqsetAsUid: "search-seqset-as-uid", "SEARCH takes message sequence numbers for UIDs", "Stalwart 0.5.2", [Imap];
    SearchUsesCurrentNumbers: "search-uses-current-numbers", "SEARCH counts messages as the mailbox is now, whether or not the session was told", "bug class: numbers of the store given to a session", [Imap];
    SectionOfPartRefused: "section-of-part-refused", "FETCH of a section that begins with a part number is NO", "bug class: sections of parts not implemented", [Imap];
    SelectDoubleCountsPending: "select-double-counts-pending", "EXISTS in SELECT counts the recent messages twice", "mox 2025", [Imap];
    SelectShowsWhatItWas: "select-shows-what-it-was", "a mailbox selected again in one session is shown as it was the first time", "bug class: a cache that lives as long as the connection", [Imap];
    SilentStoreRefused: "silent-store-refused", "STORE .SILENT ends with NO if some of its messages were expunged elsewhere", "bug class: one answer for two cases", [Imap];
    SizeCountsBareLf: "size-counts-bare-lf", "RFC822.SIZE counts each line end one octet longer", "Dovecot 1.0.rc27", [Imap];
    SpecialUseWrongAttribute: "special-use-wrong-attribute", "LIST gives the drafts mailbox \\Draft, the flag, for \\Drafts", "mox before 2023-09", [Imap];
    SpuriousContinuation: "spurious-continuation", "a non-synchronizing literal is answered by a continuation request", "Microsoft Exchange", [Imap];
    StarttlsAdvertisedNotWorking: "starttls-advertised-not-working", "STARTTLS is advertised under TLS too", "mox before 2023-02-27", [Imap];
    StatusCachedInSession: "status-cached-in-session", "STATUS of a mailbox gives one answer for as long as the connection lives", "bug class: a cache that lives as long as the connection", [Imap];
    StatusCountsAllUnseen: "status-counts-all-unseen", "STATUS says that every message is unseen", "bug class: a counter that nobody lowers", [Imap];
    StatusOfSelectedRefused: "status-of-selected-refused", "STATUS of the selected mailbox is NO", "servers that open a mailbox once", [Imap];
    StoreNoUntaggedSeen: "store-no-untagged-seen", "STORE answers without FETCH responses", "Dovecot 2.3.10 to 2.3.16", [Imap];
    StoreSilentReplacesFlags: "store-silent-replaces-flags", "+FLAGS.SILENT and -FLAGS.SILENT replace the flags like FLAGS.SILENT", "Cyrus before 3.6.1", [Imap];
    TaggedResponseBareLf: "tagged-response-bare-lf", "tagged responses end with a bare LF", "bug class: line ends of the platform", [Imap];
    UidExpungeIgnoresSet: "uid-expunge-ignores-set", "UID EXPUNGE removes every message marked \\Deleted, whatever its UID", "hMailServer 5.6", [Imap];
    UidExpungeStarRangeMisses: "uid-expunge-star-range-misses", "UID EXPUNGE of a set with * removes nothing", "mox before 2023-06", [Imap];
    UidFetchWithoutUid: "uid-fetch-without-uid", "UID FETCH leaves UID out unless it is asked for", "bug class: UID FETCH made of FETCH", [Imap];
    UidSearchGivesNumbers: "uid-search-gives-numbers", "UID SEARCH gives sequence numbers", "bug class: UID SEARCH made of SEARCH", [Imap];
    UidnextStale: "uidnext-stale", "SELECT gives the UID of the newest message as UIDNEXT", "bug class: a counter read before it is raised", [Imap];
    UnknownUidIsAnError: "unknown-uid-is-an-error", "a UID command with UIDs that are not there is BAD", "bug class: UIDs looked up like sequence numbers", [Imap];
    UnknownUidMeansNext: "unknown-uid-means-next", "a UID command for a message that is gone is done to the one behind it", "bug class: a search in an ordered list that gives the next entry", [Imap];
    UnselectExpunges: "unselect-expunges", "UNSELECT removes messages marked \\Deleted", "bug class: UNSELECT made of CLOSE", [Imap];
    VanishedFillsGaps: "vanished-fills-gaps", "VANISHED names the UIDs between its first and its last that went long ago too", "bug class: holes between UIDs merged into one range", [Imap];

    // POP3
    Pop3AnswerAfterQuit: "pop3-answer-after-quit", "one more command is answered after QUIT", "no known server: shows that the check works", [Pop3];
    Pop3ApopDigestInCapitals: "pop3-apop-digest-in-capitals", "APOP takes the digest in capitals only", "bug class: digests compared as text", [Pop3];
    Pop3ApopDigestUnchecked: "pop3-apop-digest-unchecked", "APOP takes any digest", "bug class: a comparison that is never made", [Pop3];
    Pop3AuthCancelIgnored: "pop3-auth-cancel-ignored", "an asterisk does not cancel AUTH, it is asked for again", "bug class: a challenge asked in a loop", [Pop3];
    Pop3AuthFailureFinal: "pop3-auth-failure-final", "after an AUTH that failed every other one fails too", "bug class: state of the mechanism kept", [Pop3];
    Pop3AuthPlainNoIrBroken: "pop3-auth-plain-no-ir-broken", "AUTH PLAIN without an initial response always fails", "Dovecot 1.2.0", [Pop3];
    Pop3AuthRespCodeUnlisted: "pop3-auth-resp-code-unlisted", "[AUTH] is used and CAPA does not list AUTH-RESP-CODE", "bug class: one capability taken for two", [Pop3];
    Pop3AutologoutAnswers: "pop3-autologout-answers", "who is logged out for silence is sent -ERR", "Dovecot 2.3.19", [Pop3];
    Pop3AutologoutKeepsLock: "pop3-autologout-keeps-lock", "who is logged out for silence leaves the maildrop locked", "bug class: a lock given up by QUIT only", [Pop3];
    Pop3AutologoutUpdates: "pop3-autologout-updates", "who is logged out for silence loses what was marked, as with QUIT", "bug class: one way out of a session", [Pop3, Imap];
    Pop3BareLfDotTruncates: "pop3-bare-lf-dot-truncates", "a line that is a dot between bare LFs ends the message", "a POP3 server that takes bare LF for a line end, once only", [Pop3];
    Pop3BareLfReply: "pop3-bare-lf-reply", "the first line of a reply ends with a bare LF", "no known server: shows that the check works", [Pop3];
    Pop3Base64Lenient: "pop3-base64-lenient", "AUTH passes over what is no base64", "bug class: a lenient decoder", [Pop3];
    Pop3CapaBeforeLoginOnly: "pop3-capa-before-login-only", "CAPA in TRANSACTION is -ERR", "bug class: a command bound to the wrong states", [Pop3];
    Pop3CapaDoubleSpace: "pop3-capa-double-space", "CAPA puts two spaces in front of a parameter", "no known server: shows that the check works", [Pop3];
    Pop3CapaMissingUnderTls: "pop3-capa-missing-under-tls", "CAPA is refused under TLS", "bug class: a table for each kind of connection", [Pop3];
    Pop3CapaShrinksAtLogin: "pop3-capa-shrinks-at-login", "CAPA leaves SASL, UIDL and USER out after login", "bug class: only what can be used now is listed", [Pop3];
    Pop3ChallengeNotBase64: "pop3-challenge-not-base64", "the challenge of AUTH is a question in words", "no known server: shows that the check works", [Pop3];
    Pop3CommandsOfRfc1939: "pop3-commands-of-rfc1939", "a command of more than 47 octets ends the session", "bug class: a buffer as long as RFC 1939 allows", [Pop3];
    Pop3CramInitialIgnored: "pop3-cram-initial-ignored", "an initial response to CRAM-MD5 is passed over", "bug class: an argument that nobody looks at", [Pop3];
    Pop3CramRefused: "pop3-cram-refused", "CRAM-MD5 is offered and never logs anybody in", "bug class: passwords stored hashed only", [Pop3];
    Pop3CramUnchecked: "pop3-cram-unchecked", "CRAM-MD5 logs in whatever the digest is", "bug class: a comparison whose result nobody reads", [Pop3];
    Pop3DeleCommitsWithoutQuit: "pop3-dele-commits-without-quit", "a connection that closes without QUIT removes what was marked", "Dovecot before 2.3.4", [Pop3, Imap];
    Pop3DeleInvisibleToImap: "pop3-dele-invisible-to-imap", "QUIT hides messages from POP3 with \\Deleted and leaves them in INBOX", "webmail providers whose POP3 deletions stay in POP3", [Pop3, Imap];
    Pop3DeleOkReadonly: "pop3-dele-ok-readonly", "QUIT says +OK and leaves messages that have \\Flagged", "Cyrus before 3.4, messages that may not be removed", [Pop3, Imap];
    Pop3DeleRemovesCopies: "pop3-dele-removes-copies", "QUIT removes copies in other mailboxes too", "bug class: one record for all copies", [Pop3, Imap];
    Pop3DeleRemovesWrongMessage: "pop3-dele-removes-wrong-message", "QUIT removes by message number in the INBOX of now, not of login", "Dovecot dbox, expunge by another session", [Pop3, Imap];
    Pop3DeleSetsDeleted: "pop3-dele-sets-deleted", "DELE sets \\Deleted at once, for every IMAP session to see and expunge", "bug class: the marks of POP3 kept in the mailbox", [Pop3];
    Pop3DeleteNotInModseq: "pop3-delete-not-in-modseq", "what POP3 removes does not raise HIGHESTMODSEQ, and is not in VANISHED (EARLIER)", "Archiveopteryx before 3.1.1", [Imap];
    Pop3DisconnectOnBadArg: "pop3-disconnect-on-bad-arg", "a command that fails in TRANSACTION closes the connection", "Dovecot 1.0 test versions", [Pop3];
    Pop3DoubleDeleCountsTwice: "pop3-double-dele-counts-twice", "a second DELE of a message succeeds and counts once more in STAT", "a POP3 server without a check of its marks", [Pop3];
    Pop3DoubleOk: "pop3-double-ok", "NOOP is answered twice", "FTGate 2", [Pop3];
    Pop3DuplicateUidl: "pop3-duplicate-uidl", "messages with equal content have equal unique-ids", "unique-ids made of a checksum of the message", [Pop3];
    Pop3EmptyResponseAsked: "pop3-empty-response-asked", "an initial response of = is taken for none", "bug class: empty and missing are one", [Pop3];
    Pop3EmptyUidlDisconnect: "pop3-empty-uidl-disconnect", "UIDL of an empty maildrop closes the connection", "Dovecot 2.1.8", [Pop3];
    Pop3ExtraArgumentsIgnored: "pop3-extra-arguments-ignored", "what a command has behind its arguments is ignored", "bug class: arguments that nobody counts", [Pop3];
    Pop3GreetingNegative: "pop3-greeting-negative", "the greeting is -ERR, and commands are answered all the same", "no known server: shows that the check works", [Pop3];
    Pop3InUseWithoutCode: "pop3-in-use-without-code", "a login while the maildrop is in use is refused with [LOGIN-DELAY]", "bug class: a wrong response code", [Pop3];
    Pop3KeywordsCaseSensitive: "pop3-keywords-case-sensitive", "a command in lower case is unknown", "bug class: keywords compared octet by octet", [Pop3];
    Pop3LanguageListingWithTab: "pop3-language-listing-with-tab", "language listings have a tab in them", "no known server: shows that the check works", [Pop3];
    Pop3LanguageTagMissing: "pop3-language-tag-missing", "LANG answers without the language", "no known server: shows that the check works", [Pop3];
    Pop3ListShowsDeleted: "pop3-list-shows-deleted", "LIST and UIDL show marked messages", "a POP3 server that filters nothing", [Pop3];
    Pop3ListingWithTab: "pop3-listing-with-tab", "LIST puts a tab between number and size", "no known server: shows that the check works", [Pop3];
    Pop3LockOutlivesConnection: "pop3-lock-outlives-connection", "a lost connection leaves the maildrop locked", "bug class: a lock given up by QUIT only", [Pop3];
    Pop3LoginCommandsAfterLogin: "pop3-login-commands-after-login", "APOP, AUTH, STLS and USER succeed after login", "bug class: one table of commands for all states", [Pop3];
    Pop3LongReply: "pop3-long-reply", "the first line of a reply has more than 600 octets", "no known server: shows that the check works", [Pop3];
    Pop3LongResponseHangsUp: "pop3-long-response-hangs-up", "a response to a challenge of more than 200 octets ends the session", "bug class: a buffer for a command line", [Pop3];
    Pop3MaildropGrows: "pop3-maildrop-grows", "mail that comes in joins the maildrop of an open session", "bug class: a mailbox read anew for each command", [Pop3];
    Pop3MarkedMessageServed: "pop3-marked-message-served", "RETR, TOP and LIST of a marked message succeed", "no known server: shows that the check works", [Pop3];
    Pop3MechanismsCaseSensitive: "pop3-mechanisms-case-sensitive", "AUTH knows its mechanisms in capitals only", "bug class: names compared as text", [Pop3];
    Pop3MissingArgumentAccepted: "pop3-missing-argument-accepted", "USER, PASS and APOP without arguments succeed", "bug class: arguments that nobody counts", [Pop3];
    Pop3MsgnoOverflow: "pop3-msgno-overflow", "message numbers wrap at 2^32, and what follows the digits is ignored", "Dovecot 1.0 and 1.1", [Pop3];
    Pop3NegativeIndex: "pop3-negative-index", "the sign of a message number is ignored", "Apache James before 3.8.2", [Pop3];
    Pop3NoDotStuffing: "pop3-no-dot-stuffing", "lines that begin with a dot go out as they are", "a POP3 server without byte-stuffing", [Pop3];
    Pop3NoExclusiveLock: "pop3-no-exclusive-lock", "two sessions can have one maildrop", "Dovecot 1.0 beta 7, pop3_lock_session", [Pop3];
    Pop3NonAsciiDropped: "pop3-non-ascii-dropped", "octets of a command that are not ASCII are dropped", "bug class: input cleaned instead of refused", [Pop3];
    Pop3NoopRefused: "pop3-noop-refused", "NOOP is refused", "bug class: a command forgotten", [Pop3];
    Pop3NumbersFollowInbox: "pop3-numbers-follow-inbox", "a message number stands for what has that number in INBOX now", "bug class: a mailbox read anew for each command", [Pop3];
    Pop3NumbersShift: "pop3-numbers-shift", "LIST numbers the messages anew once one is marked", "bug class: numbers made from a filtered list", [Pop3];
    Pop3OctalNumbers: "pop3-octal-numbers", "a message-number that begins with 0 is read as octal", "bug class: strtol with base 0", [Pop3];
    Pop3OptionalCommandsMissing: "pop3-optional-commands-missing", "TOP and UIDL are listed by CAPA and refused", "bug class: a list that is not made from the commands", [Pop3];
    Pop3PassWithoutUser: "pop3-pass-without-user", "PASS without USER is accepted", "bug class: an order of commands that nobody checks", [Pop3];
    Pop3PasswordPrefix: "pop3-password-prefix", "what begins with the password passes for it", "bug class: crypt(3) with its eight characters", [Pop3];
    Pop3PipelinedRetrInterleaved: "pop3-pipelined-retr-interleaved", "a multi-line reply is not closed if the next command is there already", "WildDuck before 2026", [Pop3];
    Pop3QuitExpungesNewArrivals: "pop3-quit-expunges-new-arrivals", "QUIT after DELE removes mail that came after login as well", "Dovecot 1.0 test versions", [Pop3, Imap];
    Pop3QuitNoReply: "pop3-quit-no-reply", "QUIT closes the connection without a reply", "Dovecot 2.2.7, Stalwart 0.8.2", [Pop3];
    Pop3QuitOkButNotExpunged: "pop3-quit-ok-but-not-expunged", "QUIT says +OK and removes nothing", "Dovecot 1.0", [Pop3, Imap];
    Pop3QuitRestoresFlags: "pop3-quit-restores-flags", "QUIT sets the flags of every message as they were at login", "bug class: a mailbox file written back as it was read", [Pop3];
    Pop3QuitUndeletes: "pop3-quit-undeletes", "QUIT brings back what others expunged since login", "DBMail 0", [Pop3, Imap];
    Pop3RefusedLoginLocks: "pop3-refused-login-locks", "a login with a wrong password locks the maildrop", "bug class: the lock is taken before the password is checked", [Pop3];
    Pop3RefusedLoginWithoutCode: "pop3-refused-login-without-code", "a wrong password is refused without [AUTH]", "bug class: a response code forgotten", [Pop3];
    Pop3ReplyNotAscii: "pop3-reply-not-ascii", "the text of a positive reply ends with an octet outside ASCII", "no known server: shows that the check works", [Pop3];
    Pop3RespCodesUnlisted: "pop3-resp-codes-unlisted", "response codes are used and CAPA lists AUTH-RESP-CODE alone", "bug class: one capability taken for two", [Pop3];
    Pop3ResponseCodeWithText: "pop3-response-code-with-text", "response codes have a word for people in them", "bug class: a text in brackets", [Pop3];
    Pop3ResponseCodesMissing: "pop3-response-codes-missing", "RESP-CODES is listed and no response has a code", "bug class: a capability that nobody implements", [Pop3];
    Pop3RetrEmptyBody: "pop3-retr-empty-body", "RETR of a message that was expunged over IMAP is +OK and empty", "Archiveopteryx before 3.2", [Pop3];
    Pop3RetrHidesMessage: "pop3-retr-hides-message", "a retrieved message gets \\Seen, and sessions after that do not show it", "webmail providers that give each message to one POP3 client", [Pop3, Imap];
    Pop3RsetKeepsMarks: "pop3-rset-keeps-marks", "RSET leaves the marks", "Dovecot 1.0 test versions", [Pop3];
    Pop3SeesAllMailboxes: "pop3-sees-all-mailboxes", "the maildrop has the messages of every mailbox", "bug class: POP3 on a table of all messages", [Pop3];
    Pop3SeparatorDropped: "pop3-separator-dropped", "RETR and TOP leave out the empty line behind a header that nothing follows", "bug class: a header and a body that are put together with an empty line between them", [Pop3];
    Pop3SizeMismatch: "pop3-size-mismatch", "sizes count a line end as one octet", "servers that give the size of a file with bare LF", [Pop3];
    Pop3StatBeforeLogin: "pop3-stat-before-login", "STAT succeeds with nobody logged in", "no known server: shows that the check works", [Pop3];
    Pop3StatCountsDeletedOrNew: "pop3-stat-counts-deleted-or-new", "STAT counts INBOX as it is now, marks or not", "a POP3 server without a snapshot", [Pop3];
    Pop3StatWithUnit: "pop3-stat-with-unit", "STAT names the unit behind the size", "no known server: shows that the check works", [Pop3];
    Pop3StatusInLowerCase: "pop3-status-in-lower-case", "the positive status is +ok", "no known server: shows that the check works", [Pop3];
    Pop3StatusWithoutSign: "pop3-status-without-sign", "the positive status is OK without a plus sign", "no known server: shows that the check works", [Pop3];
    Pop3StlsKeepsUser: "pop3-stls-keeps-user", "the name that USER gave in clear counts under TLS", "bug class: state that STLS leaves behind", [Pop3];
    Pop3StlsRefused: "pop3-stls-refused", "STLS is listed and refused", "bug class: no certificate configured", [Pop3];
    Pop3StripsHighBit: "pop3-strips-high-bit", "RETR and TOP lose the eighth bit", "bug class: a server from before 8BITMIME", [Pop3];
    Pop3TimestampRepeated: "pop3-timestamp-repeated", "every greeting has the same timestamp", "bug class: a timestamp made when the server starts", [Pop3];
    Pop3TimestampWithoutDomain: "pop3-timestamp-without-domain", "the timestamp of greetings and challenges has no domain", "bug class: a message-id made by hand", [Pop3];
    Pop3TopLineCountOff: "pop3-top-line-count-off", "TOP sends one line of the body too many", "Dovecot 1.1 release candidates", [Pop3];
    Pop3TopNoargsCrash: "pop3-top-noargs-crash", "TOP without arguments closes the connection", "Cyrus before 2.4.13", [Pop3];
    Pop3TopPastEndRefused: "pop3-top-past-end-refused", "TOP with more lines than the body has is -ERR", "bug class: a number of lines checked against the body", [Pop3];
    Pop3TopTruncated: "pop3-top-truncated", "TOP never sends more than 16 KiB", "Maillennium and others", [Pop3];
    Pop3UidlChangesAfterRestart: "pop3-uidl-changes-after-restart", "unique-ids differ after the server was down", "Dovecot 1.0 test versions, lost index", [Pop3];
    Pop3UidlChangesOnFlagChange: "pop3-uidl-changes-on-flag-change", "a flag change over IMAP gives the message another unique-id", "unique-ids made of a Maildir file name with its flags", [Pop3];
    Pop3UidlPerSession: "pop3-uidl-per-session", "unique-ids differ from session to session", "bug class: unique-ids made of message numbers and time", [Pop3];
    Pop3UidlSkipsEntries: "pop3-uidl-skips-entries", "UIDL leaves out messages with an empty body", "Dovecot 1.0 test versions", [Pop3];
    Pop3UnendedLineDropped: "pop3-unended-line-dropped", "RETR and TOP leave out a last line that has no line end", "bug class: a message read line by line up to the last line end", [Pop3];
    Pop3UniqueIdWithSpace: "pop3-unique-id-with-space", "unique-ids have a space in them", "no known server: shows that the check works", [Pop3];
    Pop3UnknownLanguageAccepted: "pop3-unknown-language-accepted", "LANG takes any language", "bug class: an argument that nobody looks at", [Pop3];
    Pop3UnknownMechanismChallenged: "pop3-unknown-mechanism-challenged", "AUTH with an unknown mechanism is answered with a challenge", "bug class: the mechanism is looked up when the response comes", [Pop3];
    Pop3UserRefused: "pop3-user-refused", "USER is listed by CAPA and refused", "bug class: plain logins switched off, and the list left as it was", [Pop3];
    Pop3UserRemembered: "pop3-user-remembered", "the name that USER gave stays after a refused PASS", "bug class: state that a failure leaves behind", [Pop3];
    Pop3Utf8HeaderSent: "pop3-utf8-header-sent", "a header in UTF-8 is sent without UTF-8 mode", "bug class: messages go out as they are stored", [Pop3];
    Pop3Utf8ModeIgnored: "pop3-utf8-mode-ignored", "UTF8 succeeds and changes nothing", "bug class: a command without effect", [Pop3];

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

/// One bit for each fault.
type Words = [u64; 8];

const _: () = assert!(Fault::ALL.len() <= 512, "a fault has no place in FaultSet");

/// The faults that a server has, and those that it came to: cheap to clone, and clones record
/// together.
#[derive(Clone, Debug, Default)]
pub(crate) struct FaultSet {
    present: Words,
    reached: Arc<[AtomicU64; 8]>,
}

impl FaultSet {
    /// Whether the server shall misbehave in this way. Every fault's branch asks here, so a server
    /// that never asked about a fault behaves with it as it does without.
    pub(crate) fn has(&self, fault: Fault) -> bool {
        let (word, bit) = place(fault);
        if self.reached[word].load(Ordering::Relaxed) & bit == 0 {
            self.reached[word].fetch_or(bit, Ordering::Relaxed);
        }
        self.present[word] & bit != 0
    }

    /// The faults that were asked about.
    pub(crate) fn reached(&self) -> Vec<Fault> {
        let reached = |fault: &Fault| {
            let (word, bit) = place(*fault);
            self.reached[word].load(Ordering::Relaxed) & bit != 0
        };
        Fault::ALL.iter().copied().filter(reached).collect()
    }
}

impl FromIterator<Fault> for FaultSet {
    fn from_iter<I: IntoIterator<Item = Fault>>(faults: I) -> Self {
        let mut set = Self::default();
        for fault in faults {
            let (word, bit) = place(fault);
            set.present[word] |= bit;
        }
        set
    }
}

/// The word and the bit of a fault.
fn place(fault: Fault) -> (usize, u64) {
    let index = fault as usize;
    (index / 64, 1 << (index % 64))
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

    #[test]
    fn a_set_and_its_clones_know_what_was_asked() {
        let set: FaultSet = [Fault::ALL[0]].into_iter().collect();
        assert_eq!(set.reached(), []);
        let last = Fault::ALL[Fault::ALL.len() - 1];
        set.clone().has(last);
        set.has(last);
        assert_eq!(set.reached(), [last]);
    }
}
