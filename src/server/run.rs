//! The server as a value: listens, serves, stops.

use std::net::TcpListener;
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::middleware::from_fn;
use actix_web::{App, HttpServer, web};

use super::{Services, routes};
use crate::platform::web::codes::NOT_FOUND;
use crate::platform::web::kit::{self, Kit};
use crate::platform::web::problem::Problem;

/// A server that runs until it is stopped.
pub struct RunningServer {
    handle: ServerHandle,
    done: tokio::task::JoinHandle<std::io::Result<()>>,
}

impl RunningServer {
    /// Lets running requests finish within the configured time, then stops.
    pub async fn stop(self) {
        self.handle.stop(true).await;
        let _ = self.done.await;
    }

    /// Waits until the server stops by itself or by [`RunningServer::handle`].
    ///
    /// # Errors
    /// The listener failed.
    pub async fn wait(self) -> std::io::Result<()> {
        self.done.await.unwrap_or_else(|_| Err(std::io::Error::other("the server's task was cancelled")))
    }

    /// For stopping it from elsewhere.
    #[must_use]
    pub fn handle(&self) -> ServerHandle {
        self.handle.clone()
    }
}

/// Starts serving on a listener. Call inside an actix system.
///
/// # Errors
/// The listener cannot be used.
pub fn start(services: &Services, listener: TcpListener) -> std::io::Result<RunningServer> {
    let env = services.env.clone();
    let http = &env.settings.http;
    let port = listener.local_addr()?.port();
    let kit = web::Data::new(Kit::new(&env, port));
    let workers = if http.workers == 0 {
        std::thread::available_parallelism().map_or(2, std::num::NonZeroUsize::get)
    } else {
        http.workers
    };
    let (client, keep, shutdown, body) =
        (http.client_timeout_seconds, http.keep_alive_seconds, http.shutdown_seconds, http.body_limit);
    let services = services.clone();
    let server = HttpServer::new(move || {
        App::new()
            .configure(|config| services.configure(config))
            .app_data(kit.clone())
            .app_data(web::PayloadConfig::new(body))
            .wrap(from_fn(kit::middleware))
            .configure(routes::configure)
            .default_service(web::to(|| async { Err::<actix_web::HttpResponse, _>(Problem::new(&NOT_FOUND)) }))
    })
    .workers(workers)
    .client_request_timeout(Duration::from_secs(client))
    .keep_alive(Duration::from_secs(keep))
    .shutdown_timeout(shutdown)
    .disable_signals()
    .listen(listener)?
    .run();
    let handle = server.handle();
    let done = actix_web::rt::spawn(server);
    Ok(RunningServer { handle, done })
}
