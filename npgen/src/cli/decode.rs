//! `npgen decode`: the bytes of a value to JSON.

use std::io::{self, IsTerminal};
use std::path::PathBuf;
use std::process::ExitCode;

use protocol_schema::value::{DecodeOptions, Secrets};

use super::after_help;
use super::values::{Meant, Refusal, finish, from_base64, from_hex, read, write};

/// Reads the bytes of a value, and prints them as JSON
///
/// Reads what any version of the schema writes, unless `--exact` is given.
#[derive(clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
#[command(after_help = after_help!(
    "npgen decode --schema schema/chat.np Chat.Join.reply reply.bin"
))]
pub(crate) struct Arguments {
    #[command(flatten)]
    meant: Meant,
    /// The bytes; `-` is the standard input
    #[arg(value_name = "FILE", default_value = "-")]
    file: PathBuf,
    /// The input is hexadecimal
    #[arg(long, conflicts_with = "base64")]
    hex: bool,
    /// The input is base64
    #[arg(long)]
    base64: bool,
    /// Refuse all but the one form that this version of the schema writes
    #[arg(long)]
    exact: bool,
    /// One entry a line; the rule on a terminal
    #[arg(long, conflicts_with = "compact")]
    pretty: bool,
    /// All in one line; the rule elsewhere
    #[arg(long)]
    compact: bool,
    /// Show what secrets hold
    #[arg(long)]
    show_secrets: bool,
}

pub(crate) fn run(arguments: &Arguments) -> ExitCode {
    finish(decode(arguments))
}

fn decode(arguments: &Arguments) -> Result<(), Refusal> {
    let codec = arguments.meant.codec()?;
    let input = read(&arguments.file)?;
    let bytes = match (arguments.hex, arguments.base64) {
        (true, _) => from_hex(&input)?,
        (_, true) => from_base64(&input)?,
        _ => input,
    };
    let options = DecodeOptions { exact: arguments.exact, ..DecodeOptions::default() };
    let wrong = |error| Refusal::bytes(&error, &arguments.file, &bytes);
    let value = codec.decode(&bytes, &options).map_err(wrong)?;
    let secrets = if arguments.show_secrets { Secrets::Shown } else { Secrets::Hidden };
    let json = codec.to_json(&value, secrets).map_err(wrong)?;
    let pretty = arguments.pretty || (!arguments.compact && io::stdout().is_terminal());
    let text = if pretty { format!("{json:#}\n") } else { format!("{json}\n") };
    write(None, text.as_bytes())
}
