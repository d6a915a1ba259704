//! Starts and stops the server, on a thread of its own, so that it runs beside any runtime.

use std::net::TcpListener;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;

use actix_web::dev::{Server, ServerHandle};
use actix_web::{App, HttpServer, web};
use anyhow::Context;
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::oneshot;
use url::Url;

use super::clock::Chance;
use super::engine::{Engine, Identity};
use super::service::{self, Connection};
use super::webhooks::sender;
use super::{control, pages};

/// Largest request body.
const MAX_BODY: usize = 256 * 1_024;

/// How a sandbox is set up.
#[derive(Debug)]
pub struct SandboxConfig {
    /// The address that browsers and clients use, such as `http://localhost:8081`.
    pub public_url: Url,
    /// File that keeps everything over restarts; `None` keeps it in memory.
    pub journal: Option<PathBuf>,
    /// What servers authenticate with: `sk_test_…`.
    pub secret_key: SecretString,
    /// What browsers authenticate with: `pk_test_…`.
    pub publishable_key: String,
    /// Signs deliveries to `webhook_url`.
    pub webhook_secret: SecretString,
    /// Where events are delivered, over plain HTTP; the control API may change it.
    pub webhook_url: Option<Url>,
    /// Opens the control API under `/_control`.
    pub control_token: SecretString,
}

/// A server that runs until it is stopped or dropped.
#[derive(Debug)]
pub struct RunningSandbox {
    url: Url,
    secret_key: SecretString,
    publishable_key: String,
    webhook_secret: SecretString,
    control_token: SecretString,
    handle: ServerHandle,
    thread: Option<JoinHandle<()>>,
}

impl RunningSandbox {
    /// The public address.
    #[must_use]
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// What servers authenticate with.
    #[must_use]
    pub fn secret_key(&self) -> &SecretString {
        &self.secret_key
    }

    /// What browsers authenticate with.
    #[must_use]
    pub fn publishable_key(&self) -> &str {
        &self.publishable_key
    }

    /// What deliveries to the configured receiver are signed with.
    #[must_use]
    pub fn webhook_secret(&self) -> &SecretString {
        &self.webhook_secret
    }

    /// Opens the control API.
    #[must_use]
    pub fn control_token(&self) -> &SecretString {
        &self.control_token
    }

    /// Stops at once and waits until the port is free and the journal closed.
    pub async fn stop(mut self) {
        self.handle.stop(false).await;
        if let Some(thread) = self.thread.take() {
            // A thread that panicked has ended too.
            let _ = thread.join();
        }
    }
}

impl Drop for RunningSandbox {
    fn drop(&mut self) {
        // The command goes out with the call; nobody is left to wait for the future.
        drop(self.handle.stop(false));
    }
}

/// Serves on that listener until stopped.
///
/// # Errors
/// When the journal cannot be used or the server cannot start.
pub async fn start(listener: TcpListener, config: SandboxConfig) -> anyhow::Result<RunningSandbox> {
    let identity = Identity {
        base_url: config.public_url.as_str().trim_end_matches('/').to_owned(),
        secret_key: config.secret_key.clone(),
        publishable_key: config.publishable_key.clone(),
        control_token: config.control_token.clone(),
        webhook_secret: config.webhook_secret.clone(),
    };
    let engine = Arc::new(Engine::start(identity, Chance::from_system()?, config.journal.as_deref())?);
    let receiver = config.webhook_url.as_ref().map(Url::as_str);
    let seq = engine.set_configured_endpoint(receiver, config.webhook_secret.expose_secret());
    anyhow::ensure!(engine.durable(seq).await, "the sandbox cannot write its journal");
    let (ready, started) = oneshot::channel();
    let thread = std::thread::Builder::new()
        .name("sandbox".to_owned())
        .spawn(move || serve(listener, &engine, ready))
        .context("cannot start a thread for the sandbox")?;
    let handle = started.await.context("the sandbox ended before it began")??;
    Ok(RunningSandbox {
        url: config.public_url,
        secret_key: config.secret_key,
        publishable_key: config.publishable_key,
        webhook_secret: config.webhook_secret,
        control_token: config.control_token,
        handle,
        thread: Some(thread),
    })
}

fn serve(listener: TcpListener, engine: &Arc<Engine>, ready: oneshot::Sender<anyhow::Result<ServerHandle>>) {
    actix_web::rt::System::new().block_on(async {
        match bind(listener, engine) {
            Err(error) => drop(ready.send(Err(error))),
            Ok(server) => {
                let sender = tokio::spawn(sender::run(Arc::clone(engine)));
                drop(ready.send(Ok(server.handle())));
                if let Err(error) = server.await {
                    tracing::error!(%error, "the sandbox stopped");
                }
                sender.abort();
            }
        }
    });
}

fn bind(listener: TcpListener, engine: &Arc<Engine>) -> anyhow::Result<Server> {
    let engine = web::Data::from(Arc::clone(engine));
    let app = move || {
        App::new()
            .app_data(engine.clone())
            .app_data(web::PayloadConfig::new(MAX_BODY))
            .service(web::scope("/_control").default_service(web::to(control::handle)))
            .configure(pages::routes)
            .default_service(web::to(service::handle))
    };
    let server = HttpServer::new(app).on_connect(Connection::remember).workers(1).disable_signals().shutdown_timeout(1);
    Ok(server.listen(listener).context("cannot listen for the sandbox")?.run())
}
