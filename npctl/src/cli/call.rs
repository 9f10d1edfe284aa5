//! `npctl call`: a message of any protocol, from JSON to JSON, with no code generated for it.

mod input;
mod work;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use protocol_runtime::Bytes;
use protocol_runtime::caller::Caller;
use protocol_runtime::client::{ClientBuilder, SchemaCheck};
use protocol_runtime::raw::RawProtocol;
use protocol_schema::ir::Side;
use protocol_schema::value::Codec;
use serde_json::json;
use tokio::sync::Notify;

use self::input::Lines;
use super::model::{Model, Parts};
use super::output::{Form, Stop};
use super::remote::{Remote, duration};
use super::{Context, Done, Refusal, after_help_remote, codes};

/// Calls a server: a message as JSON, and its answer as JSON
///
/// Without --schema the server is asked for its schema. A stream from the server is printed as JSON
/// lines as its items come; a stream to the server is read as JSON lines from the standard input.
#[derive(clap::Args)]
#[command(after_help = after_help_remote!(
    "npctl call localhost:9000 Chat.Join '{\"room\": 7}'",
    "npctl call localhost:9000 acme::chat::Chat.Join -d @join.json --schema chat.np",
    "npctl call localhost:9000 Chat.Watch '{\"room\": 7}' --deadline 1m | head -3",
    "npctl call localhost:9000 Files.Upload '{\"name\": \"a\"}' < chunks.jsonl"
))]
pub(crate) struct Arguments {
    #[command(flatten)]
    remote: Remote,
    /// `Protocol.Message`, or `package::Protocol.Message`
    #[arg(value_name = "MESSAGE")]
    target: String,
    /// The content as JSON; `-` reads it from the standard input. Left out, it is empty
    #[arg(value_name = "JSON", conflicts_with = "data")]
    body: Option<String>,
    /// The same: JSON, `@FILE`, or `-`
    #[arg(short, long, value_name = "JSON")]
    data: Option<String>,
    /// A file with the schema; several times where one uses others
    #[arg(long, value_name = "FILE")]
    schema: Vec<PathBuf>,
    /// How long all of it may take, up to the answer or the end of a stream: `500ms`, `5s`, `2m`
    #[arg(long, value_name = "TIME", value_parser = duration)]
    deadline: Option<Duration>,
    /// A text that goes along; may be given several times
    #[arg(long, value_name = "KEY=VALUE", value_parser = pair)]
    meta: Vec<(String, String)>,
    /// Compress the message, if both sides can
    #[arg(long)]
    compress: bool,
    /// Print what the server sends by itself too, as `{"Message": content}`
    #[arg(long)]
    events: bool,
    /// How long to stay for such messages after the answer
    #[arg(long, value_name = "TIME", value_parser = duration, requires = "events")]
    stay: Option<Duration>,
    #[command(flatten)]
    form: Form,
}

fn pair(text: &str) -> Result<(String, String), String> {
    let (key, value) = text.split_once('=').ok_or("write `key=value`")?;
    if key.is_empty() { Err("the key is empty".into()) } else { Ok((key.into(), value.into())) }
}

/// What is to be done on a connection.
struct Job<'a> {
    arguments: &'a Arguments,
    parts: Parts<'a>,
    caller: Caller,
    body: Bytes,
    lines: Option<Lines>,
    /// When `--deadline` has passed.
    until: Option<Instant>,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<Done, Refusal> {
    let runtime = super::runtime()?;
    match runtime.block_on(call(arguments, context)) {
        Ok(()) | Err(Stop::Gone) => Ok(Done::default()),
        Err(Stop::Refused(refusal)) => Err(refusal),
    }
}

async fn call(arguments: &Arguments, context: &Context) -> Result<(), Stop> {
    let (protocol, name) = arguments.target.rsplit_once('.').ok_or_else(|| {
        Refusal::usage(format!("`{}` names no message", arguments.target))
            .help("write `Protocol.Message`; `npctl describe ADDRESS` shows what there is")
    })?;
    let until = arguments.deadline.and_then(|deadline| Instant::now().checked_add(deadline));
    let work = async {
        let (model, whole) = within(until, model(arguments, context, protocol)).await?;
        let parts = model.parts(model.message(name)?)?;
        if parts.message.from == Side::Server {
            return Err(Refusal::usage(format!("`{protocol}.{name}` is sent by the server"))
                .help("`--events` beside another message prints those that come")
                .into());
        }
        let body = input::body(arguments, &parts)?;
        let raw = model.raw(&whole);
        let gone = Arc::new(Notify::new());
        let client = arguments.remote.client(context)?;
        let client = if arguments.schema.is_empty() {
            client.schema_check(SchemaCheck::Off)
        } else {
            client
        };
        let client = offered(arguments, client, &raw, &model, &gone)?;
        let connection = within(until, arguments.remote.open(client)).await?;
        let caller = connection.raw(&raw).map_err(|error| super::remote::not_open(&error))?;
        let lines = parts.input.as_ref().map(|codec| Lines::read(codec.clone()));
        let job = Job { arguments, parts, caller, body, lines, until };
        let done = work::either(job.run(), gone.notified()).await;
        // What is still under way is given up, and the server told.
        let done = done.unwrap_or(Err(Stop::Gone));
        connection.close().await;
        done
    };
    work.await
}

/// What comes before the call, if the deadline leaves it the time.
async fn within<T>(
    until: Option<Instant>,
    work: impl Future<Output = Result<T, Refusal>>,
) -> Result<T, Refusal> {
    match until {
        None => work.await,
        Some(until) => tokio::time::timeout_at(until.into(), work).await.unwrap_or_else(|_| {
            Err(Refusal::new(codes::DEADLINE, "the deadline passed before the call was made"))
        }),
    }
}

/// The schema, and what the server calls the protocol.
async fn model(
    arguments: &Arguments,
    context: &Context,
    protocol: &str,
) -> Result<(Model, String), Refusal> {
    if !arguments.schema.is_empty() {
        let model = Model::from_files(&arguments.schema, protocol)?;
        let name = model.name();
        return Ok((model, name));
    }
    let name = arguments.remote.whole_name(context, protocol).await?;
    let texts = arguments.remote.describe(context, std::slice::from_ref(&name)).await?;
    let text = texts.first().map(String::as_str).unwrap_or_default();
    Ok((Model::from_text(text, &name)?, name))
}

/// Offers the protocol; what the server sends is printed if that was asked for.
fn offered(
    arguments: &Arguments,
    client: ClientBuilder,
    raw: &RawProtocol,
    model: &Model,
    gone: &Arc<Notify>,
) -> Result<ClientBuilder, Refusal> {
    if !arguments.events {
        return Ok(client.offer_raw(raw));
    }
    let events: Arc<Vec<(u16, String, Codec)>> = Arc::new(model.events()?);
    let (form, gone) = (arguments.form, gone.clone());
    Ok(client.on_raw(raw, move |number, body| {
        let event = events.iter().find(|(known, ..)| *known == number);
        let printed = event.map(|(_, name, codec)| {
            let json = form.json(codec, &body)?;
            form.item(&json!({ name.as_str(): json }))
        });
        if let Some(Err(Stop::Gone)) = printed {
            gone.notify_one();
        }
        std::future::ready(())
    }))
}

/// What Ctrl-C comes to.
fn interrupted() -> Refusal {
    Refusal::new(codes::INTERRUPTED, "interrupted: the call was cancelled")
}
