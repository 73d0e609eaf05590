//! A response that is lost, doubled, moved or altered on its way is noticed; one that comes late or
//! in pieces is not. `mailspec mutants --corrupt 10000` does the same for more seeds.

use std::sync::Arc;
use std::time::Duration;

use mailspec::run::{self, Options};
use mailspec::scenario::Library;

const SEEDS: u64 = 300;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_changes_meaning_is_reported_and_nothing_else() {
    let library = Library::shipped();
    let messages = Arc::new(library.messages.clone());
    let sessions = run::sessions(&run::plan(&library.scenarios));
    assert_eq!(sessions.len(), run::SESSIONS.len());
    let options = Options {
        timeout_factor: 0.5,
        run_limit: Duration::from_secs(60),
        ..Options::default()
    };
    let all = run::corruptions(0..SEEDS, &sessions, &messages, &options);
    let all = all.await.unwrap_or_else(|error| panic!("{error}"));
    assert!(all.wrong.is_empty(), "{:#?}", all.wrong);
    let (mut changed, mut kept) = (0, 0);
    for (kind, count) in &all.counts {
        assert!(kind != "nothing" || count.changed == 0);
        changed += count.changed;
        kept += count.kept;
    }
    assert!(changed > 100 && kept > 100, "{:?}", all.counts);
}
