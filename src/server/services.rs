//! The ports that a process is given, and the jobs that stand on them.

use std::sync::Arc;

use actix_web::web;
use secrecy::ExposeSecret;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::billing;
use crate::billing::payments::pacing::{DatabasePace, Urgency};
use crate::billing::payments::setups::flow::{Gateway, Gateways};
use crate::config::{ConfigError, MailTransport, Mode};
use crate::env::Env;
use crate::identity::frame::SignedInReaders;
use crate::identity::ports::{AccountOpening, HolderFacts};
use crate::platform::im::{self, XmppTransport};
use crate::platform::jobs::{Handlers, Worker};
use crate::platform::mail::{self, FileTransport, SmtpTransport, Transport};
use crate::platform::web::audience::Audience;
use crate::platform::{audit, changes, idempotency};
use crate::processor::stripe::StripeGateway;
use crate::{accounts, identity, privacy};

/// What handlers and jobs need besides [`Env`].
#[derive(Clone)]
pub struct Services {
    /// Clocks, keys, database, configuration.
    pub env: Env,
    /// The card processor.
    pub gateways: Gateways,
    transport: Arc<dyn Transport>,
    messenger: Option<Arc<dyn im::Transport>>,
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
        let gateways = Gateways { people: stripe(&env, Urgency::Person)?, batches: stripe(&env, Urgency::Batch)? };
        if settings.stripe.secret_key.expose_secret().is_empty() {
            tracing::warn!(target: "steward", "no processor: stripe.secret_key is empty, so no card can be added or charged");
        }
        let transport: Arc<dyn Transport> = match settings.mail.transport {
            MailTransport::File => Arc::new(FileTransport::new(settings.mail_directory())),
            MailTransport::Smtp => Arc::new(
                SmtpTransport::new(settings.mail.smtp_url.expose_secret())
                    .map_err(|error| ConfigError::new("mail.smtp_url", error))?,
            ),
        };
        let messenger = settings.xmpp.is_configured().then(|| XmppTransport::new(&settings.xmpp)).transpose();
        let messenger = messenger.map_err(|error| ConfigError::new(error.key, error))?;
        let messenger = messenger.map(|account| -> Arc<dyn im::Transport> { Arc::new(account) });
        Ok(Self { env, gateways, transport, messenger })
    }

    /// Every job of the product.
    #[must_use]
    pub fn handlers(&self) -> Handlers {
        let mut handlers = Handlers::new();
        audit::handlers(&mut handlers);
        changes::handlers(&mut handlers);
        idempotency::handlers(&mut handlers);
        mail::handlers(&mut handlers, self.transport.clone());
        im::handlers(&mut handlers, self.messenger.clone());
        identity::handlers(&mut handlers);
        accounts::handlers(&mut handlers);
        billing::handlers(&mut handlers, &self.env.settings, &self.gateways);
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
        let audience: Arc<dyn Audience> = Arc::new(SignedInReaders);
        let facts: Arc<dyn HolderFacts> = Arc::new(accounts::Accounts);
        config
            .app_data(web::Data::new(self.env.clone()))
            .app_data(web::Data::new(self.gateways.people.clone()))
            .app_data(web::Data::from(opening))
            .app_data(web::Data::from(facts))
            .app_data(web::Data::from(audience));
    }
}

/// The adapter for calls of one urgency, with connections of its own.
fn stripe(env: &Env, urgency: Urgency) -> Result<Gateway, ConfigError> {
    let (stripe, live) = (&env.settings.stripe, env.mode() == Mode::Live);
    let pace = Arc::new(DatabasePace::new(env.clone(), urgency));
    Ok(Arc::new(StripeGateway::new(stripe, env.installation.id.clone(), live, pace)?))
}

impl Working {
    /// Lets running jobs end, then stops.
    pub async fn stop(self) {
        self.stop.cancel();
        let _ = self.done.await;
    }
}
