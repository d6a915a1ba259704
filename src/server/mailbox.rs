//! `/demo/mail`: the messages that the file transport has written. In demo mode only; elsewhere there is no such page.

use std::path::{Path, PathBuf};

use actix_web::http::Method;
use actix_web::{HttpResponse, web};
use mail_parser::{Address, Message, MessageParser};

use crate::config::Mode;
use crate::env::Env;
use crate::identity::actors::Anyone;
use crate::identity::frame;
use crate::kernel::date_format::Dates;
use crate::kernel::time::Timestamp;
use crate::platform::web::call::Call;
use crate::platform::web::codes::NOT_FOUND;
use crate::platform::web::page::Section;
use crate::platform::web::problem::Problem;
use crate::platform::web::registry::{Access, PageRoute};
use crate::platform::web::reply;
use crate::platform::web::views::{MailRow, MailView, Mailbox};

/// Messages on the page.
const SHOWN: usize = 100;

/// The routes.
pub(super) fn pages() -> Vec<PageRoute> {
    vec![
        PageRoute::new(Method::GET, "/demo/mail", Access::Visitor, || web::get().to(list)),
        PageRoute::new(Method::GET, "/demo/mail/{id}", Access::Visitor, || web::get().to(show)),
    ]
}

async fn list(call: Call<Anyone>) -> Result<HttpResponse, Problem> {
    let folder = folder(&call.env)?;
    let page = frame::page(&call, "Mailbox", Section::None).await?;
    let dates = page.dates;
    let mails = web::block({
        let folder = folder.clone();
        move || newest(&folder).iter().filter_map(|path| read(path, dates).map(|(row, _)| row)).collect()
    })
    .await
    .unwrap_or_default();
    reply::page(&Mailbox { page, mails, folder: folder.display().to_string() })
}

async fn show(call: Call<Anyone>, id: web::Path<String>) -> Result<HttpResponse, Problem> {
    let folder = folder(&call.env)?;
    let own_name = !id.is_empty() && id.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
    let dates = frame::page(&call, "Mailbox", Section::None).await?.dates;
    let found = if own_name {
        let path = folder.join(format!("{id}.eml"));
        web::block(move || read(&path, dates)).await.ok().flatten()
    } else {
        None
    };
    let (mail, (from, text)) = found.ok_or_else(|| Problem::new(&NOT_FOUND))?;
    let base = call.env.settings.base_url();
    let links = text
        .split_whitespace()
        .map(|word| word.trim_matches(['<', '>', '(', ')', ',', '.']))
        .filter(|word| word.starts_with(&base))
        .map(ToOwned::to_owned)
        .collect();
    let page = frame::page(&call, &mail.subject, Section::None).await?;
    reply::page(&MailView { page, mail, from, text, links })
}

fn folder(env: &Env) -> Result<PathBuf, Problem> {
    if env.mode() == Mode::Demo { Ok(env.settings.mail_directory()) } else { Err(Problem::new(&NOT_FOUND)) }
}

/// The newest files first: their names start with a running number.
fn newest(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).map(|entries| entries.flatten().map(|entry| entry.path()).collect());
    let mut files: Vec<PathBuf> = entries.unwrap_or_default();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "eml"));
    files.sort();
    files.reverse();
    files.truncate(SHOWN);
    files
}

type Read = (MailRow, (String, String));

fn read(path: &Path, dates: Dates) -> Option<Read> {
    let bytes = std::fs::read(path).ok()?;
    let message = MessageParser::default().parse(&bytes)?;
    let row = MailRow {
        id: path.file_stem()?.to_str()?.to_owned(),
        to: first_address(message.to()),
        subject: message.subject().unwrap_or("(no subject)").to_owned(),
        at: sent_at(&message, dates),
    };
    let text = message.body_text(0).unwrap_or_default().into_owned();
    Some((row, (first_address(message.from()), text)))
}

fn first_address(list: Option<&Address<'_>>) -> String {
    list.and_then(Address::first).and_then(|one| one.address()).unwrap_or_default().to_owned()
}

fn sent_at(message: &Message<'_>, dates: Dates) -> String {
    let at = message.date().and_then(|date| Timestamp::from_seconds(date.to_timestamp()));
    at.map_or_else(String::new, |at| dates.moment(at))
}
