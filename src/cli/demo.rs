//! `steward demo`: SQLite in a data directory, the sandbox on a second port, mail into a local mailbox, a plan
//! catalogue and a staff account: one command to try everything by hand.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;
use secrecy::SecretString;
use serde_json::json;
use url::Url;

use super::serve::{listen, stop_signal};
use super::{Common, Failure, logging};
use crate::billing::catalog::actions as catalog;
use crate::config::{Mode, Settings};
use crate::context::{Need, open};
use crate::db::DbError;
use crate::env::{Env, KeyRing, Purpose};
use crate::identity::factors::totp::TotpSecret;
use crate::identity::staff_accounts::{self, NewStaffMember, StaffError};
use crate::kernel::permission::Role;
use crate::processor::sandbox::{self, RunningSandbox, SandboxConfig};
use crate::server::{self, Services};

/// Options of `demo`.
#[derive(Args)]
pub struct Options {
    /// Loopback address of the product
    #[arg(long, default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// Loopback address of the sandbox
    #[arg(long, default_value = "127.0.0.1:8081")]
    sandbox_listen: SocketAddr,
    /// Print one line of JSON instead of the text for people
    #[arg(long)]
    json: bool,
}

/// Secrets of the demo, derived from its key ring: the same at every start, known to nobody else.
struct Secrets {
    processor_key: String,
    webhook: String,
    control: String,
    staff_password: String,
    staff_totp: [u8; 20],
}

impl Secrets {
    fn derive(keys: &KeyRing) -> Self {
        let secret = |label: &str| -> String {
            keys.stable_mac(Purpose::Demo, label.as_bytes())[..12].iter().map(|byte| format!("{byte:02x}")).collect()
        };
        Self {
            processor_key: format!("sk_test_{}", secret("processor key")),
            webhook: format!("whsec_{}", secret("webhook")),
            control: secret("control"),
            staff_password: format!("demo-{}", secret("staff password")),
            staff_totp: totp(&keys.stable_mac(Purpose::Demo, b"staff second factor")),
        }
    }
}

fn totp(mac: &[u8; 32]) -> [u8; 20] {
    let mut secret = [0; 20];
    secret.copy_from_slice(&mac[..20]);
    secret
}

/// Plans to choose from, and one member of staff, unless they are there from an earlier start.
async fn furnish(env: &Env, secrets: &Secrets) -> Result<String, Failure> {
    let inside = env.clone();
    env.db.write::<_, DbError, _>(move |conn| catalog::seed(conn, &inside, &catalog::demo_catalogue())).await?;
    let member = NewStaffMember {
        email: STAFF_EMAIL,
        name: "Robin Billing",
        role: Role::Billing,
        language: None,
        password: &secrets.staff_password,
        totp_secret: Some(secrets.staff_totp),
    };
    match staff_accounts::create(env, &member).await {
        Ok(_) | Err(StaffError::Taken) => Ok(TotpSecret::from_bytes(secrets.staff_totp).base32()),
        Err(error) => Err(Failure::Failed(error.to_string())),
    }
}

/// Runs the command.
///
/// # Errors
/// See [`Failure`].
pub fn run(common: &Common, options: Options) -> Result<(), Failure> {
    logging::start("warn");
    let app = listen(&options.listen.to_string())?;
    let sandbox = listen(&options.sandbox_listen.to_string())?;
    let (app_address, sandbox_address) = (app.local_addr()?, sandbox.local_addr()?);
    let sources = common
        .sources()
        .with("http.listen", app_address.to_string())
        .with("stripe.api_base", format!("http://{sandbox_address}"));
    let settings = common.settings(&sources)?;
    std::fs::create_dir_all(&settings.data_dir)?;
    let keys = KeyRing::read_or_create(&settings.key_file()).map_err(|error| Failure::Usage(error.to_string()))?;
    let secrets = Secrets::derive(&keys);
    let sources = sources
        .with("stripe.secret_key", secrets.processor_key.clone())
        .with("stripe.webhook_secret", secrets.webhook.clone());
    let settings = common.settings(&sources)?;
    let config = sandbox_config(&settings, &secrets, sandbox_address, app_address)?;
    let env = open(settings, Need::Migrated(Mode::Demo))?;
    server::install_metrics();
    let services = Services::new(env)?;
    actix_web::rt::System::new().block_on(async move {
        let sandbox = sandbox::start(sandbox, config).await?;
        let totp_secret = furnish(&services.env, &secrets).await?;
        let server = server::start(&services, app)?;
        let working = services.work();
        announce(&services.env, &sandbox, &(secrets, totp_secret), options.json);
        stop_signal().await?;
        server.stop().await;
        working.stop().await;
        sandbox.stop().await;
        Ok(())
    })
}

fn sandbox_config(
    settings: &Settings,
    secrets: &Secrets,
    own: SocketAddr,
    app: SocketAddr,
) -> Result<SandboxConfig, Failure> {
    let url = |text: String| Url::parse(&text).map_err(|error| Failure::Failed(error.to_string()));
    Ok(SandboxConfig {
        public_url: url(format!("http://localhost:{}", own.port()))?,
        journal: Some(settings.data_dir.join("sandbox.jsonl")),
        secret_key: SecretString::from(secrets.processor_key.clone()),
        publishable_key: secrets.processor_key.replacen("sk_", "pk_", 1),
        webhook_secret: SecretString::from(secrets.webhook.clone()),
        webhook_url: Some(url(format!("http://{app}/v1/webhooks/stripe"))?),
        control_token: SecretString::from(secrets.control.clone()),
    })
}

fn announce(env: &Env, sandbox: &RunningSandbox, credentials: &(Secrets, String), json: bool) {
    let (secrets, totp_secret) = credentials;
    let mail_dir = std::path::absolute(env.settings.mail_directory()).unwrap_or_else(|_| env.settings.mail_directory());
    let database = without_password(&env.settings.database_url());
    let app = env.settings.base_url();
    let sandbox_url = sandbox.url().as_str().trim_end_matches('/');
    if json {
        let line = json!({
            "app": app,
            "sandbox": sandbox_url,
            "sandbox_control_token": secrets.control,
            "sandbox_secret_key": secrets.processor_key,
            "mail_dir": mail_dir,
            "database": database,
            "staff": { "email": STAFF_EMAIL, "password": secrets.staff_password, "totp_secret": totp_secret },
        });
        println!("{line}");
    } else {
        println!("{}", for_people(&app, sandbox_url, &(mail_dir, database), credentials));
    }
}

const STAFF_EMAIL: &str = "billing@harbour-chat.example";

fn without_password(url: &str) -> String {
    match Url::parse(url) {
        Ok(mut parsed) if parsed.password().is_some() => {
            let _ = parsed.set_password(None);
            parsed.to_string()
        }
        _ => url.to_owned(),
    }
}

fn for_people(
    app: &str,
    sandbox: &str,
    (mail, database): &(PathBuf, String),
    (secrets, totp): &(Secrets, String),
) -> String {
    format!(
        "\n  Steward is running.\n\n  \
         Product      {app}\n  \
         Mailbox      {app}/demo/mail\n  \
         API          {app}/docs\n  \
         Processor    {sandbox}   (a sandbox: no real card, no real money)\n\n  \
         Staff        {STAFF_EMAIL}\n  \
         Password     {}\n  \
         TOTP secret  {totp}   (put it into an authenticator app)\n\n  \
         Database     {database}\n  \
         Mail files   {}\n\n  \
         Stop with Ctrl-C; everything is kept for the next start.\n",
        secrets.staff_password,
        mail.display(),
    )
}
