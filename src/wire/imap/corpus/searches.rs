//! Extensions about searches.

use super::Family;

pub(super) const FAMILIES: &[Family] = &[
    Family {
        name: "ESEARCH",
        state: "rev1 +ESEARCH",
        right: &[
            "* ESEARCH (TAG \"A282\") MIN 2 COUNT 3",
            "* ESEARCH (TAG \"A283\") ALL 2,10:11",
            "* ESEARCH (TAG \"A285\") UID MIN 7 MAX 3800 MODSEQ 917162500",
            "* ESEARCH (TAG \"A286\") COUNT 0",
            "* ESEARCH (TAG \"A286\")",
            "* ESEARCH COUNT 5 ALL 4:19,21,28",
            "* esearch (tag {2}␍␊a1) uid all 1",
            "* ESEARCH (TAG \"a\") X-NEW (a \"b\" {1}␍␊c (d NIL)) COUNT 1",
            "* ESEARCH (TAG \"a\") FOO 7",
        ],
        wrong: &[
            ("* ESEARCH (TAG \"a\") ALL ¦()", &["imap-esearch"]),
            ("* ESEARCH (TAG \"a\") ALL 1:¦ COUNT 2", &["imap-esearch"]),
            ("* ESEARCH (TAG \"a\") MAX ¦0", &["imap-number-range"]),
            ("* ESEARCH (TAG \"a\") COUNT ¦-1", &["imap-esearch"]),
            ("* ESEARCH (TAG \"a\") MODSEQ ¦(5)", &["imap-esearch"]),
            ("* ESEARCH (TAG \"a\") MIN 1 ¦MIN 2", &["imap-esearch"]),
            ("* ESEARCH (TAG¦) ALL 1", &["imap-esearch"]),
            ("* ESEARCH (TAG \"a\" ¦ALL 1", &["imap-esearch"]),
            ("* ESEARCH (¦) ALL 1", &["imap-esearch"]),
            ("* ESEARCH (TAG \"a\") ¦5", &["imap-esearch"]),
            ("* ESEARCH (TAG \"a\") X-NEW ¦abc", &["imap-esearch"]),
            ("* ESEARCH (TAG \"a\") X-NEW (a¦", &["imap-esearch"]),
            ("* ESEARCH (TAG \"a\") COUNT 1 UID¦", &["imap-esearch"]),
        ],
    },
    Family {
        name: "CONTEXT=SEARCH, PARTIAL",
        state: "rev1 +ESEARCH +CONTEXT=SEARCH +PARTIAL",
        right: &[
            "* ESEARCH (TAG \"B01\") UID ADDTO (0 32768:32769)",
            "* ESEARCH (TAG \"B01\") UID REMOVEFROM (0 32768)",
            "* ESEARCH (TAG \"C01\") UID ADDTO (1 2733) ADDTO (1 2732 1 2731)",
            "* ESEARCH (TAG \"A01\") UID PARTIAL (-1:-100 200:250,252:300)",
            "* ESEARCH (TAG \"A02\") UID PARTIAL (23500:24000 NIL)",
            "* ESEARCH (TAG \"A\") PARTIAL (1:5 1,3)",
            "* OK [NOUPDATE \"B02\"] Too many contexts",
            "* ESEARCH (TAG \"B01\") UID REMOVEFROM (0 1:3 5 7) COUNT 3",
        ],
        wrong: &[
            (
                "* ESEARCH (TAG \"B01\") UID ADDTO ¦0 32768:32769",
                &["imap-context"],
            ),
            ("* ESEARCH (TAG \"B01\") UID ADDTO (¦)", &["imap-context"]),
            ("* ESEARCH (TAG \"B01\") UID ADDTO (0¦)", &["imap-context"]),
            (
                "* ESEARCH (TAG \"B01\") UID ADDTO (¦-1 3)",
                &["imap-context"],
            ),
            (
                "* ESEARCH (TAG \"B01\") UID REMOVEFROM (0 ¦NIL)",
                &["imap-context"],
            ),
            (
                "* ESEARCH (TAG \"B01\") UID REMOVEFROM (0 1,¦)",
                &["imap-context"],
            ),
            (
                "* ESEARCH (TAG \"A\") PARTIAL (-1:¦100 NIL)",
                &["imap-partial"],
            ),
            (
                "* ESEARCH (TAG \"A\") PARTIAL (1:¦-100 NIL)",
                &["imap-partial"],
            ),
            ("* ESEARCH (TAG \"A\") PARTIAL (1:100¦)", &["imap-partial"]),
            (
                "* ESEARCH (TAG \"A\") PARTIAL (1:100 ¦())",
                &["imap-partial"],
            ),
            ("* ESEARCH (TAG \"A\") PARTIAL (1¦ NIL)", &["imap-partial"]),
            (
                "* ESEARCH (TAG \"A\") PARTIAL (¦0:1 NIL)",
                &["imap-number-range"],
            ),
            ("* ESEARCH (TAG \"A\") PARTIAL ¦1:2", &["imap-partial"]),
            ("* OK [NOUPDATE ¦B02] x", &["imap-response-code"]),
            ("* OK [NOUPDATE¦] x", &["imap-response-code"]),
        ],
    },
    Family {
        name: "SEARCH=FUZZY",
        state: "rev1 +ESEARCH +SEARCH=FUZZY",
        right: &[
            "* ESEARCH (TAG \"B1\") ALL 1,5,10 RELEVANCY (4 99 42)",
            "* ESEARCH (TAG \"B1\") RELEVANCY ()",
            "* ESEARCH (TAG \"B1\") RELEVANCY (1)",
            "* ESEARCH (TAG \"B1\") RELEVANCY (100)",
            "* ESEARCH (TAG \"B1\") UID RELEVANCY (7 7) ALL 1:2",
            "* ESEARCH (TAG \"B1\") RELEVANCY (007)",
            "* ESEARCH (TAG \"B1\") relevancy (50)",
            "* ESEARCH RELEVANCY (2 3)",
        ],
        wrong: &[
            ("* ESEARCH (TAG \"B1\") RELEVANCY (¦0)", &["imap-relevancy"]),
            (
                "* ESEARCH (TAG \"B1\") RELEVANCY (¦101)",
                &["imap-relevancy"],
            ),
            (
                "* ESEARCH (TAG \"B1\") RELEVANCY (¦0001)",
                &["imap-relevancy"],
            ),
            ("* ESEARCH (TAG \"B1\") RELEVANCY ¦99", &["imap-relevancy"]),
            (
                "* ESEARCH (TAG \"B1\") RELEVANCY (1¦,2)",
                &["imap-relevancy"],
            ),
            (
                "* ESEARCH (TAG \"B1\") RELEVANCY (¦NIL)",
                &["imap-relevancy"],
            ),
            ("* ESEARCH (TAG \"B1\") RELEVANCY¦", &["imap-esearch"]),
            (
                "* ESEARCH (TAG \"B1\") RELEVANCY (1 2¦",
                &["imap-relevancy"],
            ),
        ],
    },
    Family {
        name: "MULTISEARCH",
        state: "rev1 +MULTISEARCH",
        right: &[
            "* ESEARCH (TAG \"tag1\" MAILBOX \"folder1\" UIDVALIDITY 1) UID ALL 4001,4003,4005",
            "* ESEARCH (MAILBOX a TAG t UIDVALIDITY 4294967295) UID COUNT 2",
            "* ESEARCH (UIDVALIDITY 3 TAG \"t\" MAILBOX {3}␍␊a b) UID",
            "* ESEARCH (TAG \"t\") UID ALL 3",
            "* ESEARCH (TAG \"t\" mailbox INBOX uidvalidity 7) uid MIN 1",
            "* ESEARCH (TAG \"t\")",
            "* ESEARCH (TAG t MAILBOX \"Entw&APw-rfe\" UIDVALIDITY 7) UID",
            "* ESEARCH (TAG \"t\" MAILBOX \"\" UIDVALIDITY 1) UID ALL 1:2",
        ],
        wrong: &[
            (
                "* ESEARCH (TAG \"t\" MAILBOX INBOX¦) UID ALL 3",
                &["imap-multisearch"],
            ),
            (
                "* ESEARCH (TAG \"t\" UIDVALIDITY 1¦) UID ALL 3",
                &["imap-multisearch"],
            ),
            (
                "* ESEARCH (MAILBOX a UIDVALIDITY 1¦) UID ALL 3",
                &["imap-multisearch"],
            ),
            (
                "* ESEARCH (TAG \"t\" ¦TAG \"u\") ALL 3",
                &["imap-multisearch"],
            ),
            (
                "* ESEARCH (TAG \"t\" MAILBOX a ¦MAILBOX b UIDVALIDITY 1) UID",
                &["imap-multisearch"],
            ),
            (
                "* ESEARCH (TAG \"t\" MAILBOX a UIDVALIDITY 1) ALL 3¦",
                &["imap-multisearch"],
            ),
            (
                "* ESEARCH (TAG \"t\" MAILBOX a UIDVALIDITY ¦0) UID",
                &["imap-number-range"],
            ),
            ("* ESEARCH (TAG \"t\" ¦UID 1) ALL 3", &["imap-esearch"]),
            (
                "* ESEARCH (TAG \"t\" MAILBOX ¦(a) UIDVALIDITY 1) UID",
                &["imap-esearch"],
            ),
        ],
    },
    Family {
        name: "SORT, THREAD, SEARCHRES, FILTERS",
        state: "rev1 +SORT +THREAD=REFS",
        right: &[
            "* SORT 2 84 882",
            "* SORT 5 (MODSEQ 12)",
            "* THREAD (166)(167)(168)",
            "* THREAD ((1)(2 (3)(4)))(5)",
            "* CAPABILITY IMAP4rev1 SORT SORT=DISPLAY THREAD=REFERENCES",
            "a1 NO [NOTSAVED] no",
            "a1 NO [UNDEFINED-FILTER on-the-road] no",
            "a1 NO [BADCHARSET (UTF-8)] no",
        ],
        wrong: &[
            ("* SORT 2¦,84", &["imap-search"]),
            ("* SORT ¦(MODSEQ 12)", &["imap-search"]),
            ("* SORT ¦0", &["imap-number-range"]),
            ("* SORT 1 (MODSEQ 12)¦ 2", &["imap-search"]),
            ("* THREAD ¦1", &["imap-thread"]),
            ("* THREAD (¦)", &["imap-thread"]),
            ("* THREAD (1 2¦", &["imap-thread"]),
            ("* THREAD (1¦:2)", &["imap-thread"]),
            (
                "* CAPABILITY IMAP4rev1 THREAD=¦ SORT",
                &["imap-capability-value"],
            ),
            ("a1 NO [NOTSAVED¦ $] no", &["imap-response-code"]),
            ("a1 NO [UNDEFINED-FILTER ¦/x] no", &["imap-response-code"]),
            ("a1 NO [UNDEFINED-FILTER¦] no", &["imap-response-code"]),
        ],
    },
    Family {
        name: "IMAP4rev2 alone",
        state: "rev2-alone",
        right: &[
            "* ESEARCH (TAG \"a\") ALL 1",
            "* 3 EXISTS",
            "* OK ",
            "* LIST () \"/\" \"\u{fc}\"",
            "* LIST () \"/\" a (OLDNAME (b))",
            "* STATUS \"\u{fc}\" (DELETED 1 SIZE 7)",
            "a1 NO [HASCHILDREN] no",
            "* FLAGS ($Forwarded $MDNSent $Junk $Important)",
        ],
        wrong: &[
            ("* ¦SEARCH 1", &["imap-obsolete-response"]),
            ("* ¦SEARCH", &["imap-obsolete-response"]),
            ("* 0 ¦RECENT", &["imap-obsolete-response"]),
            ("* 5 ¦recent", &["imap-obsolete-response"]),
            ("* ¦SEARCH ¦x", &["imap-obsolete-response", "imap-search"]),
            ("* OK¦", &["imap-response-syntax"]),
            ("a1 NO [HASCHILDREN¦ 3] no", &["imap-response-code"]),
            ("* LIST () \"/\" ¦\u{fc}", &["imap-list"]),
        ],
    },
];
