//! `npctl describe`: what a server serves, as its schema's canonical text.

mod colours;

use protocol_schema::ir::{Message, Side};
use protocol_schema::text::type_text;
use serde_json::{Value as Json, json};

use super::model::{Model, input, is_stream};
use super::remote::Remote;
use super::{Context, Done, Refusal, after_help_remote};

/// Shows the protocols of a server, as `.np` text
///
/// All that it has if none is named; of a message the types that it needs too. Documentation is not
/// in what a server tells.
#[derive(clap::Args)]
#[command(after_help = after_help_remote!(
    "npctl describe localhost:9000",
    "npctl describe localhost:9000 Chat.Join",
    "npctl describe localhost:9000 --list"
))]
pub(crate) struct Arguments {
    #[command(flatten)]
    remote: Remote,
    /// `Protocol`, `package::Protocol`, or one with `.Message` behind it
    #[arg(value_name = "NAME")]
    name: Option<String>,
    /// The names of the protocols alone
    #[arg(long, conflicts_with_all = ["name", "json"])]
    list: bool,
    /// One JSON object for each protocol, in a list
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<Done, Refusal> {
    super::runtime()?.block_on(describe(arguments, context))
}

async fn describe(arguments: &Arguments, context: &Context) -> Result<Done, Refusal> {
    let remote = &arguments.remote;
    let (names, message) = match &arguments.name {
        Some(name) => {
            let (protocol, message) = match name.split_once('.') {
                Some((protocol, message)) => (protocol, Some(message)),
                None => (name.as_str(), None),
            };
            (vec![remote.whole_name(context, protocol).await?], message)
        }
        None => (all(arguments, context).await?, None),
    };
    if arguments.list {
        return Ok(Done::text(names.iter().map(|name| format!("{name}\n")).collect::<String>()));
    }
    let texts = remote.describe(context, &names).await?;
    let mut told = Vec::new();
    for (name, text) in names.iter().zip(&texts) {
        let model = Model::from_text(text, name)?;
        told.push(match (message, arguments.json) {
            (Some(message), true) => one(&model, model.message(message)?).to_string(),
            (None, true) => whole(name, &model).to_string(),
            (Some(message), false) => model.text(Some(model.message(message)?)),
            (None, false) => model.text(None),
        });
    }
    if arguments.json && arguments.name.is_some() {
        return Ok(Done::text(told.concat() + "\n"));
    }
    if arguments.json {
        return Ok(Done::text(super::json::list(&told) + "\n"));
    }
    Ok(Done::text(colours::coloured(&told.join("\n"))))
}

async fn all(arguments: &Arguments, context: &Context) -> Result<Vec<String>, Refusal> {
    let names = arguments.remote.protocols(context).await?;
    names.ok_or_else(|| {
        Refusal::usage("the server does not tell which protocols it has")
            .help("name one in full: `npctl describe ADDRESS package::Protocol`")
    })
}

fn whole(name: &str, model: &Model) -> Json {
    let (version, min, messages) = match model.protocol() {
        Some(protocol) => (protocol.version, protocol.min, &protocol.messages[..]),
        None => (0, 0, &[][..]),
    };
    let messages: Vec<Json> = messages.iter().map(|message| one(model, message)).collect();
    json!({
        "name": name,
        "version": version,
        "min": min,
        "fingerprint": model.fingerprint().to_string(),
        "messages": messages,
        "text": model.text(None),
    })
}

fn one(model: &Model, message: &Message) -> Json {
    let reply = message.reply.as_ref();
    json!({
        "name": message.name.text,
        "number": message.number.value,
        "from": match message.from {
            Side::Client => "client",
            Side::Server => "server",
        },
        "stream": input(message).map(|field| type_text(&field.ty)),
        "reply": reply.map(|reply| type_text(&reply.ok)),
        "reply_is_stream": reply.is_some_and(|reply| is_stream(&reply.ok)),
        "error": reply.and_then(|reply| reply.err.as_ref()).map(type_text),
        "text": model.text(Some(message)),
    })
}
