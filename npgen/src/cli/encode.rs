//! `npgen encode`: JSON to the bytes of a value.

use std::io::{self, IsTerminal};
use std::path::PathBuf;
use std::process::ExitCode;

use protocol_schema::value::parse_json;

use super::after_help;
use super::values::{Meant, Refusal, finish, read, shown, to_base64, to_hex, write};

/// Reads a value as JSON, and writes its bytes
///
/// Fields that are left out are what they are in a message of somebody who does not have them.
#[derive(clap::Args)]
#[command(after_help = after_help!(
    "npgen encode --schema schema/chat.np Chat.Join join.json -o join.bin"
))]
pub(crate) struct Arguments {
    #[command(flatten)]
    meant: Meant,
    /// The JSON; `-` is the standard input
    #[arg(value_name = "FILE", default_value = "-")]
    file: PathBuf,
    /// Where to write; `-` is the standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Write hexadecimal
    #[arg(long, conflicts_with = "base64")]
    hex: bool,
    /// Write base64
    #[arg(long)]
    base64: bool,
}

pub(crate) fn run(arguments: &Arguments) -> ExitCode {
    finish(encode(arguments))
}

fn encode(arguments: &Arguments) -> Result<(), Refusal> {
    let is_text = arguments.hex || arguments.base64;
    if arguments.output.is_none() && !is_text && io::stdout().is_terminal() {
        return Err(Refusal::arguments(
            "the bytes would go to a terminal",
            Some("use `--hex`, or name a file with `-o` (`-o -` writes them all the same)".into()),
        ));
    }
    let codec = arguments.meant.codec()?;
    let name = shown(&arguments.file).display();
    let text = String::from_utf8(read(&arguments.file)?)
        .map_err(|_| Refusal::input(format!("`{name}` is not UTF-8 text")))?;
    let json = parse_json(&text)
        .map_err(|error| Refusal::input(format!("`{name}` is not JSON: {error}")))?;
    let value = codec.from_json(&json).map_err(|error| Refusal::input(error.to_string()))?;
    let bytes = codec.encode(&value).map_err(|error| Refusal::input(error.to_string()))?;
    let out = match (arguments.hex, arguments.base64) {
        (true, _) => (to_hex(&bytes) + "\n").into_bytes(),
        (_, true) => (to_base64(&bytes) + "\n").into_bytes(),
        _ => bytes,
    };
    write(arguments.output.as_deref(), &out)
}
