//! A database that goes away: clients are told to come back, and the product recovers by itself.

use crate::support::{Backend, TestApp, eventually};

#[tokio::test]
async fn a_lost_database_answers_503_and_comes_back() {
    let app = TestApp::start(Backend::Postgresql).await;
    let visitor = app.visitor();
    visitor.get("/readyz").expect(200).await;
    app.database.cut();
    for _ in 0..12 {
        // More often than there are database threads, so that each has lost its connection and failed to get a new one.
        let reply = visitor.get("/readyz").expect(503).await;
        assert!(reply.header("retry-after").parse::<u32>().is_ok_and(|seconds| seconds > 0), "{reply}");
        assert_eq!(reply.code(), "unavailable", "{reply}");
        for word in ["postgres", "terminating", "connection to server", "steward_test"] {
            assert!(!reply.text.contains(word), "the database's own words reach a client: {reply}");
        }
    }
    visitor.get("/healthz").expect(200).await;
    app.database.restore();
    eventually("the product is ready again", async || {
        (visitor.get("/readyz").send().await.status == 200).then_some(())
    })
    .await;
    // No thread is left with a dead connection.
    for _ in 0..24 {
        visitor.get("/readyz").expect(200).await;
    }
}
