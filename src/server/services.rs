//! The ports that a process is given, and the jobs that stand on them.

use std::sync::Arc;

use actix_web::web;
use secrecy::ExposeSecret;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::billing;
use crate::billing::payments::setups::flow::Gateway;
use crate::config::{ConfigError, MailTransport, Mode};
use crate::env::Env;
use crate::identity::ports::{AccountOpening, HolderFacts};
use crate::platform::jobs::{Handlers, Worker};
use crate::platform::mail::{self, FileTransport, SmtpTransport, Transport};
use crate::platform::{audit, changes, idempotency};
use crate::processor::stripe::StripeGateway;
use crate::{accounts, identity, privacy};

/// What handlers and jobs need besides [`Env`].
#[derive(Clone)]
pub struct Services {
    /// Clocks, keys, database, configuration.
    pub env: Env,
    /// The card processor.
    pub gateway: Gateway,
    transport: Arc<dyn Transport>,
}

/// Workers that run until they are stopped.
pub struct Working {
    stop: CancellationToken,
    done: JoinHandle<()>,
}

impl Services {
    /// Builds the ports from the configuration.
    ///
    /// # Errors
    /// A key that a port cannot be built from.
    pub fn new(env: Env) -> anyhow::Result<Self> {
        let settings = &env.settings;
        let live = env.mode() == Mode::Live;
        let gateway: Gateway = Arc::new(StripeGateway::new(&settings.stripe, env.installation.id.clone(), live)?);
        let transport: Arc<dyn Transport> = match settings.mail.transport {
            MailTransport::File => Arc::new(FileTransport::new(settings.mail_directory())),
            MailTransport::Smtp => Arc::new(
                SmtpTransport::new(settings.mail.smtp_url.expose_secret())
                    .map_err(|error| ConfigError::new("mail.smtp_url", error))?,
            ),
        };
        Ok(Self { env, gateway, transport })
    }

    /// Every job of the product.
    #[must_use]
    pub fn handlers(&self) -> Handlers {
        let mut handlers = Handlers::new();
        audit::handlers(&mut handlers);
        changes::handlers(&mut handlers);
        idempotency::handlers(&mut handlers);
        mail::handlers(&mut handlers, self.transport.clone());
        identity::handlers(&mut handlers);
        billing::handlers(&mut handlers, &self.env.settings, &self.gateway);
        privacy::handlers(&mut handlers);
        handlers
    }

    /// Starts working jobs. Call inside a runtime.
    #[must_use]
    pub fn work(&self) -> Working {
        let stop = CancellationToken::new();
        let done = tokio::spawn(Worker::run(Arc::new(self.handlers()), self.env.clone(), stop.clone()));
        Working { stop, done }
    }

    /// What handlers find as application data.
    pub(super) fn configure(&self, config: &mut web::ServiceConfig) {
        let opening: Arc<dyn AccountOpening> = Arc::new(accounts::Accounts);
        let facts: Arc<dyn HolderFacts> = Arc::new(accounts::Accounts);
        config
            .app_data(web::Data::new(self.env.clone()))
            .app_data(web::Data::new(self.gateway.clone()))
            .app_data(web::Data::from(opening))
            .app_data(web::Data::from(facts));
    }
}

impl Working {
    /// Lets running jobs end, then stops.
    pub async fn stop(self) {
        self.stop.cancel();
        let _ = self.done.await;
    }
}
