//! What goes to the server: the content of the message, and the items of its stream.

use std::fs;
use std::io::{self, BufRead, Read};

use protocol_runtime::raw::RawBody;
use protocol_runtime::{Bytes, Stream, StreamSender};
use protocol_schema::value::{Codec, parse_json};
use tokio::runtime::Handle;
use tokio::sync::oneshot;

use super::super::Refusal;
use super::super::model::Parts;
use super::Arguments;

/// How many items are read ahead.
const AHEAD: usize = 16;
/// How long the text of a message may be: with all that JSON adds to the largest.
const INPUT_BYTES_MAX: u64 = 128 << 20;

/// The content of the message.
pub(super) fn body(arguments: &Arguments, parts: &Parts<'_>) -> Result<Bytes, Refusal> {
    let (text, of) = match (&arguments.data, &arguments.body) {
        (Some(data), _) => match data.strip_prefix('@') {
            Some("-") => (stdin(parts)?, "<stdin>"),
            Some(path) => (file(path)?, path),
            None if data == "-" => (stdin(parts)?, "<stdin>"),
            None => (data.clone(), "the message"),
        },
        (None, Some(body)) if body == "-" => (stdin(parts)?, "<stdin>"),
        (None, Some(body)) => (body.clone(), "the message"),
        (None, None) => return nothing(arguments, parts),
    };
    // As much as a message without content can have.
    let text =
        if parts.is_empty() && text.trim() == "{}" { parts.nothing().to_owned() } else { text };
    encoded(&parts.content, &text, of)
}

/// The content of a message of which none was given.
fn nothing(arguments: &Arguments, parts: &Parts<'_>) -> Result<Bytes, Refusal> {
    encoded(&parts.content, parts.nothing(), "the message").map_err(|refusal| {
        let target = &arguments.target;
        Refusal::usage(format!("`{target}` has a content, and none was given: {}", refusal.problem))
            .help(format!("give it as JSON; `npctl describe ADDRESS {target}` shows what it is"))
    })
}

fn encoded(codec: &Codec, text: &str, of: &str) -> Result<Bytes, Refusal> {
    let json =
        parse_json(text).map_err(|error| Refusal::usage(format!("{of} is not JSON: {error}")))?;
    let bytes = codec.from_json(&json).and_then(|value| codec.encode(&value));
    let bytes = bytes.map_err(|error| Refusal::usage(format!("in {of}: {error}")))?;
    Ok(bytes.into())
}

fn file(path: &str) -> Result<String, Refusal> {
    let of = format!("`{path}`");
    let file = fs::File::open(path)
        .map_err(|error| Refusal::usage(format!("cannot read {of}: {error}")))?;
    all(file, &of)
}

/// All that is to be read, as far as it may be a message.
fn all(source: impl Read, of: &str) -> Result<String, Refusal> {
    let mut text = String::new();
    let read = source.take(INPUT_BYTES_MAX + 1).read_to_string(&mut text);
    read.map_err(|error| Refusal::usage(format!("cannot read {of}: {error}")))?;
    fits(text, of)
}

fn fits(text: String, of: &str) -> Result<String, Refusal> {
    if u64::try_from(text.len()).is_ok_and(|len| len <= INPUT_BYTES_MAX) {
        return Ok(text);
    }
    let problem = format!("{of} is longer than {} MiB", INPUT_BYTES_MAX >> 20);
    Err(Refusal::usage(problem).help("a message has at most 16 MiB; a stream has many"))
}

fn stdin(parts: &Parts<'_>) -> Result<String, Refusal> {
    if parts.input.is_some() {
        return Err(Refusal::usage("the standard input is the stream of this message")
            .help("give the content as an argument, or with `-d @FILE`"));
    }
    all(io::stdin().lock(), "the standard input")
}

/// The standard input as a stream, a line of JSON for each item.
pub(super) struct Lines {
    pub(super) items: Stream<RawBody>,
    pub(super) failure: oneshot::Receiver<Failure>,
}

/// Why it ended early. The stream does not end before this is dropped, as an end is what a whole
/// stream has.
pub(super) struct Failure {
    pub(super) refusal: Refusal,
    _sender: StreamSender<RawBody>,
}

impl Lines {
    /// Reads on a thread of its own, as reading cannot be given up.
    pub(super) fn read(codec: Codec) -> Self {
        let (sender, items) = Stream::channel(AHEAD);
        let (failed, failure) = oneshot::channel();
        let runtime = Handle::current();
        std::thread::spawn(move || {
            if let Err(refusal) = copy(&codec, &sender, &runtime) {
                // Nobody waits for it any more if the call is over.
                drop(failed.send(Failure { refusal, _sender: sender }));
            }
        });
        Self { items, failure }
    }
}

fn copy(codec: &Codec, sender: &StreamSender<RawBody>, runtime: &Handle) -> Result<(), Refusal> {
    let mut input = io::stdin().lock();
    for number in 1_u64.. {
        let of = format!("line {number} of the standard input");
        let mut line = String::new();
        let read = input.by_ref().take(INPUT_BYTES_MAX + 1).read_line(&mut line);
        if read.map_err(|error| Refusal::usage(format!("{of}: {error}")))? == 0 {
            break;
        }
        let line = fits(line, &of)?;
        if line.trim().is_empty() {
            continue;
        }
        let item = encoded(codec, &line, &of)?;
        if runtime.block_on(sender.send(RawBody(item))).is_err() {
            return Ok(());
        }
    }
    Ok(())
}
