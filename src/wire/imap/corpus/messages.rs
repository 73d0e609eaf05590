//! Extensions about messages.

use super::Family;

pub(super) const FAMILIES: &[Family] = &[
    Family {
        name: "BINARY",
        state: "rev1 +BINARY",
        right: &[
            "* 1 FETCH (BINARY[] ~{2}␍␊␀b)",
            "* 1 FETCH (BINARY[1.2] {2}␍␊ab)",
            "* 1 FETCH (BINARY[1]<0> \"ab\")",
            "* 1 FETCH (BINARY[3] NIL)",
            "* 1 FETCH (BINARY.SIZE[1] 0)",
            "* 1 FETCH (binary.size[] 4294967295 UID 1)",
            "* 1 FETCH (BINARY[1] ~{0}␍␊)",
            "a1 NO [UNKNOWN-CTE] no",
        ],
        wrong: &[
            ("* 1 FETCH (BINARY[1] ¦abc)", &["imap-fetch-item"]),
            ("* 1 FETCH (BINARY[1] ~¦\"a\")", &["imap-literal"]),
            ("* 1 FETCH (BINARY[1] ~{1¦+}␍␊a)", &["imap-literal"]),
            ("* 1 FETCH (BINARY[1] {1}␍␊¦␀)", &["imap-nul"]),
            ("* 1 FETCH (BINARY[1.¦] NIL)", &["imap-fetch-item"]),
            ("* 1 FETCH (BINARY.SIZE[1] ¦NIL)", &["imap-fetch-item"]),
            ("* 1 FETCH (BINARY.SIZE[1]¦<0> 3)", &["imap-fetch-item"]),
            ("* 1 FETCH (BINARY[¦HEADER] NIL)", &["imap-fetch-item"]),
            ("* 1 FETCH (BODY[1] ¦~{1}␍␊a)", &["imap-fetch-item"]),
            ("a1 NO [UNKNOWN-CTE¦ x] no", &["imap-response-code"]),
        ],
    },
    Family {
        name: "OBJECTID",
        state: "rev1 +OBJECTID",
        right: &[
            "* 1 FETCH (EMAILID (M6d99ac3275bb4e) THREADID (T64b478a75b7ea9))",
            "* 1 FETCH (EMAILID (a))",
            "* 1 FETCH (THREADID NIL)",
            "* 1 FETCH (threadid nil UID 3)",
            "* 1 FETCH (EMAILID (-_-))",
            "* 1 FETCH (UID 3 EMAILID (0))",
            "* OK [MAILBOXID (Ff8e3ead4-9389-4aff-adb1-d8d89efd8cbf)] Ok",
            "a1 OK [MAILBOXID (F2212ea87)] created",
        ],
        wrong: &[
            ("* 1 FETCH (EMAILID ¦M6d99)", &["imap-objectid"]),
            ("* 1 FETCH (EMAILID ¦NIL)", &["imap-objectid"]),
            ("* 1 FETCH (EMAILID (¦))", &["imap-objectid"]),
            ("* 1 FETCH (EMAILID (¦\"a\"))", &["imap-objectid"]),
            ("* 1 FETCH (EMAILID (a¦ b))", &["imap-objectid"]),
            ("* 1 FETCH (EMAILID (a¦+))", &["imap-objectid"]),
            ("* 1 FETCH (EMAILID¦(a))", &["imap-fetch-item"]),
            (
                "* 1 FETCH (THREADID (NIL¦¦",
                &["imap-objectid", "imap-fetch-item"],
            ),
            ("* 1 FETCH (THREADID ¦\"T\")", &["imap-objectid"]),
            ("a1 OK [MAILBOXID¦] created", &["imap-objectid"]),
        ],
    },
    Family {
        name: "PREVIEW",
        state: "rev1 +PREVIEW",
        right: &[
            "* 1 FETCH (PREVIEW \"Preview text!\")",
            "* 2 FETCH (PREVIEW \"\" UID 3)",
            "* 3 FETCH (PREVIEW NIL)",
            "* 4 FETCH (UID 13 PREVIEW {7}␍␊caf\u{e9} ?)",
            "* 5 FETCH (preview \"x\")",
            "* 5 FETCH (PREVIEW {2}␍␊(x)",
            "* 6 FETCH (PREVIEW \"a (b) \\\"c\\\"\")",
            "* 7 FETCH (PREVIEW \"256 characters 256 characters 256 characters 256 characters \
             256 characters 256 characters 256 characters 256 characters 256 characters \
             256 characters 256 characters 256 characters 256 characters 256 characters \
             256 characters 256 charact\")",
        ],
        wrong: &[
            ("* 1 FETCH (PREVIEW ¦text)", &["imap-preview"]),
            ("* 1 FETCH (PREVIEW ¦(FUZZY \"hello\"))", &["imap-preview"]),
            ("* 1 FETCH (PREVIEW¦)", &["imap-fetch-item"]),
            ("* 1 FETCH (PREVIEW \"caf¦\u{e9}\")", &["imap-text-8bit"]),
            (
                "* 1 FETCH (PREVIEW \"a¦¦",
                &["imap-quoted-string", "imap-fetch-item"],
            ),
            ("* 1 FETCH (PREVIEW {2¦+}␍␊ab)", &["imap-literal"]),
            ("* 1 FETCH (PREVIEW ¦~{2}␍␊ab)", &["imap-preview"]),
            ("* 1 FETCH (PREVIEW \"a\" ¦\"b\")", &["imap-fetch-item"]),
            (
                "* 7 FETCH (PREVIEW ¦\"257 characters 256 characters 256 characters \
                 256 characters 256 characters 256 characters 256 characters 256 characters \
                 256 characters 256 characters 256 characters 256 characters 256 characters \
                 256 characters 256 characters 256 characters 256 characters 12\")",
                &["imap-preview"],
            ),
        ],
    },
    Family {
        name: "PREVIEW=FUZZY",
        state: "rev1 +PREVIEW=FUZZY",
        right: &[
            "* 1 FETCH (PREVIEW (FUZZY \"hello\"))",
            "* 1 FETCH (PREVIEW (FUZZY {2}␍␊)x) UID 3)",
            "* 1 FETCH (PREVIEW \"a\")",
            "* 1 FETCH (PREVIEW NIL)",
            "* 1 FETCH (SNIPPET (FUZZY \"a\"))",
            "* 1 FETCH (PREVIEW (FUZZY NIL))",
            "* 1 FETCH (PREVIEW (FUZZY \"\") FLAGS ())",
            "* 1 FETCH (PREVIEW {1}␍␊a)",
        ],
        wrong: &[
            ("* 1 FETCH (PREVIEW ¦FUZZY)", &["imap-preview"]),
            (
                "* 1 FETCH (PREVIEW (FUZZY \"hello\")¦",
                &["imap-fetch-item"],
            ),
            (
                "* 1 FETCH (PREVIEW¦(FUZZY \"hello\"))",
                &["imap-fetch-item"],
            ),
            ("* 1 FETCH (PREVIEW ¦ (FUZZY \"hello\"))", &["imap-spacing"]),
            ("* 1 FETCH (PREVIEW ¦7)", &["imap-preview"]),
            ("* 1 FETCH (SNIPPET¦)", &["imap-fetch-item"]),
            ("* 1 FETCH (SNIPPET ¦)", &["imap-fetch-item"]),
            ("* 1 FETCH (PREVIEW ¦\\x)", &["imap-preview"]),
        ],
    },
    Family {
        name: "SAVEDATE",
        state: "rev1 +SAVEDATE",
        right: &[
            "* 1 FETCH (SAVEDATE \"01-Jan-2015 00:00:00 +0000\")",
            "* 1 FETCH (SAVEDATE \" 1-Jan-2015 00:00:00 +0000\" UID 2)",
            "* 1 FETCH (SAVEDATE NIL)",
            "* 1 FETCH (savedate nil)",
            "* 1 FETCH (UID 2 SAVEDATE \"28-Feb-2024 23:59:60 -1200\")",
            "* 1 FETCH (SAVEDATE \"31-DEC-9999 00:00:00 +1400\")",
            "* 1 FETCH (SAVEDATE \"30-sep-2000 00:00:00 -0000\")",
            "* 1 FETCH (FLAGS () SAVEDATE NIL)",
        ],
        wrong: &[
            ("* 1 FETCH (SAVEDATE ¦1)", &["imap-date-time"]),
            ("* 1 FETCH (SAVEDATE \"¦\")", &["imap-date-time"]),
            (
                "* 1 FETCH (SAVEDATE \"1¦-Jan-2015 00:00:00 +0000\")",
                &["imap-date-time"],
            ),
            (
                "* 1 FETCH (SAVEDATE \"01-¦01-2015 00:00:00 +0000\")",
                &["imap-date-time"],
            ),
            (
                "* 1 FETCH (SAVEDATE \"01-Jan-2015¦T00:00:00 +0000\")",
                &["imap-date-time"],
            ),
            (
                "* 1 FETCH (SAVEDATE \"01-Jan-2015 ¦24:00:00 +0000\")",
                &["imap-date-time"],
            ),
            (
                "* 1 FETCH (SAVEDATE \"01-Jan-2015 00:00:00 ¦UTC\")",
                &["imap-date-time"],
            ),
            (
                "* 1 FETCH (SAVEDATE \"01-Jan-2015 00:00:00 +000¦\")",
                &["imap-date-time"],
            ),
            ("* 1 FETCH (SAVEDATE ¦(NIL))", &["imap-date-time"]),
        ],
    },
    Family {
        name: "CONDSTORE, QRESYNC",
        state: "qresync",
        right: &[
            "* 1 FETCH (MODSEQ (624140003))",
            "* 1 FETCH (UID 4 MODSEQ (9223372036854775807) FLAGS (\\Seen))",
            "* VANISHED 405,407,410,425",
            "* VANISHED (EARLIER) 41,43:116,118,120:211,214:540",
            "* vanished (earlier) 1",
            "* OK [HIGHESTMODSEQ 715194045007] ok",
            "* OK [NOMODSEQ] ok",
            "a1 OK [MODIFIED 7,9] done",
            "* OK [CLOSED] gone",
        ],
        wrong: &[
            ("* 1 FETCH (MODSEQ (¦))", &["imap-fetch-item"]),
            ("* 1 FETCH (MODSEQ (1¦ 2))", &["imap-fetch-item"]),
            (
                "* 1 FETCH (MODSEQ (¦9223372036854775808))",
                &["imap-number-range"],
            ),
            ("* VANISHED ¦", &["imap-vanished"]),
            ("* VANISHED (EARLIER)¦", &["imap-vanished"]),
            ("* VANISHED ¦0", &["imap-number-range"]),
            ("* VANISHED ¦()", &["imap-vanished"]),
            ("* VANISHED 1¦ 2", &["imap-response-syntax"]),
            ("* OK [HIGHESTMODSEQ¦] ok", &["imap-response-code"]),
            ("* OK [NOMODSEQ¦ 1] ok", &["imap-response-code"]),
            ("a1 OK [MODIFIED ¦()] done", &["imap-response-code"]),
            ("* OK [CLOSED¦ x] gone", &["imap-response-code"]),
        ],
    },
    Family {
        name: "UIDPLUS, MULTIAPPEND, MOVE, REPLACE, CATENATE",
        state: "rev1 +UIDPLUS +MULTIAPPEND",
        right: &[
            "a1 OK [APPENDUID 38505 3955] APPEND completed",
            "a1 OK [APPENDUID 38505 3955:3957] two",
            "* OK [COPYUID 432432 42:69 1202:1229] moved",
            "a1 OK [COPYUID 1 1,3:2 4:6] x",
            "a1 NO [UIDNOTSTICKY] x",
            "a1 NO [BADURL \"/INBOX;UIDVALIDITY=785799047/;UID=113330;section=1\"] x",
            "a1 NO [BADURL imap://x/] x",
            "a1 NO [TOOBIG] x",
        ],
        wrong: &[
            ("a1 OK [APPENDUID ¦0 1] x", &["imap-number-range"]),
            ("a1 OK [APPENDUID 1 2¦ 3] x", &["imap-response-code"]),
            ("a1 OK [APPENDUID¦] x", &["imap-response-code"]),
            ("a1 OK [COPYUID 1 ¦() ()] x", &["imap-response-code"]),
            ("a1 OK [COPYUID 1 2:¦ 3] x", &["imap-response-code"]),
            ("a1 NO [UIDNOTSTICKY¦ x] x", &["imap-response-code"]),
            ("a1 NO [BADURL¦] x", &["imap-response-code"]),
            ("a1 NO [BADURL ¦] x", &["imap-response-code"]),
            ("a1 NO [TOOBIG¦ 100] x", &["imap-response-code"]),
        ],
    },
    Family {
        name: "URLAUTH",
        state: "rev1 +URLAUTH",
        right: &[
            "* GENURLAUTH \"imap://joe@example.com/INBOX/;uid=20/;section=1.2;urlauth=submit+fred\
             :internal:91354a473744909de610943775f92038\"",
            "* GENURLAUTH imap://j@h/I/;uid=2;expire=2027-01-01T00:00:00Z;URLAUTH=anonymous\
             :INTERNAL:91354A473744909DE610943775F92038",
            "* URLFETCH \"imap://joe@example.com/INBOX/;uid=20\" {2}␍␊hi",
            "* URLFETCH a NIL",
            "* URLFETCH a \"\" b NIL",
            "* URLFETCH {1}␍␊a {0}␍␊␍␊",
            "* OK [URLMECH INTERNAL] mechanisms",
            "* OK [URLMECH INTERNAL XSAMPLE=P34OKhO7VEkCbsiYY8rGEg== Y-2.0] mechanisms",
        ],
        wrong: &[
            ("* GENURLAUTH¦", &["imap-urlauth"]),
            (
                "* GENURLAUTH ¦\"imap://joe@example.com/INBOX/;uid=20\"",
                &["imap-urlauth"],
            ),
            (
                "* GENURLAUTH ¦\"imap://joe@example.com/;urlauth=authuser:internal:1234\"",
                &["imap-urlauth"],
            ),
            (
                "* GENURLAUTH ¦\"http://j@h/;urlauth=authuser:internal\
                 :91354a473744909de610943775f92038\"",
                &["imap-urlauth"],
            ),
            ("* GENURLAUTH ¦()", &["imap-urlauth"]),
            ("* URLFETCH¦", &["imap-urlauth"]),
            ("* URLFETCH a¦", &["imap-urlauth"]),
            ("* URLFETCH a ¦b", &["imap-urlauth"]),
            ("* URLFETCH a NIL b¦", &["imap-urlauth"]),
            ("* URLFETCH a ¦(BODY \"x\")", &["imap-urlauth"]),
            ("* OK [URLMECH¦] x", &["imap-urlauth"]),
            ("* OK [URLMECH ¦EXTERNAL] x", &["imap-urlauth"]),
            ("* OK [URLMECH INTERNAL X=¦abc] x", &["imap-urlauth"]),
            ("* OK [URLMECH INTERNAL ¦_] x", &["imap-urlauth"]),
        ],
    },
];
