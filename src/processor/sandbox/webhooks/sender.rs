//! Sends deliveries, one after the other, over connections that are kept; a failed one waits and is signed anew.

use std::sync::Arc;
use std::time::Duration;

use http_body_util::{BodyExt, Full};
use hyper::Request;
use hyper::body::Bytes;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;

use super::super::engine::{Attempt, Engine};

/// Longest wait for a receiver's answer.
const TIMEOUT: Duration = Duration::from_secs(10);
/// Wait before the second try; it doubles up to [`LONGEST`].
const FIRST: Duration = Duration::from_millis(500);
/// Longest wait between two tries.
const LONGEST: Duration = Duration::from_secs(300);

/// Sends until the runtime ends.
pub async fn run(engine: Arc<Engine>) {
    let client: Client<HttpConnector, Full<Bytes>> = Client::builder(TokioExecutor::new()).build_http();
    loop {
        match engine.next_attempt() {
            None => engine.mail.notified().await,
            Some(attempt) => {
                let status = send(&client, &attempt).await;
                if engine.attempted(&attempt, status) {
                    wait_and_wake(&engine, &attempt);
                }
            }
        }
    }
}

/// The answer's status, 0 for none.
async fn send(client: &Client<HttpConnector, Full<Bytes>>, attempt: &Attempt) -> u16 {
    let request = Request::post(&attempt.url)
        .header("content-type", "application/json; charset=utf-8")
        .header("user-agent", "Stripe/1.0 (sandbox)")
        .header("stripe-signature", &attempt.signature)
        .body(Full::new(Bytes::from(attempt.payload.clone())));
    let Ok(request) = request else { return 0 };
    let exchange = async {
        let answer = client.request(request).await.ok()?;
        let status = answer.status().as_u16();
        // Read to the end, or the connection cannot be used again.
        answer.into_body().collect().await.ok()?;
        Some(status)
    };
    tokio::time::timeout(TIMEOUT, exchange).await.ok().flatten().unwrap_or(0)
}

fn wait_and_wake(engine: &Arc<Engine>, attempt: &Attempt) {
    let (engine, delivery) = (Arc::clone(engine), attempt.delivery.clone());
    let wait = back_off(attempt.number);
    tokio::spawn(async move {
        tokio::time::sleep(wait).await;
        engine.wake(&delivery);
    });
}

/// The wait after the try with that number, 1 for the first.
fn back_off(number: u32) -> Duration {
    let doublings = number.saturating_sub(1).min(16);
    FIRST.saturating_mul(1 << doublings).min(LONGEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_a_limit() {
        assert_eq!(back_off(1), FIRST);
        assert_eq!(back_off(3), FIRST * 4);
        assert_eq!(back_off(40), LONGEST);
    }
}
