//! What is printed while a call goes on: JSON, a value at a time. Never holds back a value that has
//! come.

use std::io::{self, ErrorKind, IsTerminal, Write};

use protocol_schema::value::{Codec, DecodeOptions, Secrets};
use serde_json::Value as Json;

use super::{Refusal, codes};

/// How values are printed.
#[derive(Clone, Copy, clap::Args)]
pub(crate) struct Form {
    /// Print values over several lines; the rule on a terminal for a reply that is no stream
    #[arg(long, conflicts_with = "compact")]
    pretty: bool,
    /// Print each value in one line; the rule elsewhere
    #[arg(long)]
    compact: bool,
    /// Show what secrets hold
    #[arg(long)]
    show_secrets: bool,
}

/// Why nothing more is printed.
pub(crate) enum Stop {
    /// Whoever reads has gone, as `head` does.
    Gone,
    /// Something is wrong.
    Refused(Refusal),
}

impl From<Refusal> for Stop {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl Form {
    /// Bytes of a value as JSON.
    pub(crate) fn json(&self, codec: &Codec, bytes: &[u8]) -> Result<Json, Refusal> {
        let secrets = if self.show_secrets { Secrets::Shown } else { Secrets::Hidden };
        let value = codec.decode(bytes, &DecodeOptions::default());
        value.and_then(|value| codec.to_json(&value, secrets)).map_err(|error| {
            Refusal::new(codes::FAILED, format!("what the server sent cannot be read: {error}"))
        })
    }

    /// Prints a value that stands alone.
    pub(crate) fn reply(&self, json: &Json) -> Result<(), Stop> {
        let pretty = self.pretty || (!self.compact && io::stdout().is_terminal());
        print(&if pretty { format!("{json:#}\n") } else { format!("{json}\n") })
    }

    /// Prints one of several values.
    pub(crate) fn item(&self, json: &Json) -> Result<(), Stop> {
        print(&if self.pretty { format!("{json:#}\n") } else { format!("{json}\n") })
    }
}

/// Prints what has come, at once. What a terminal would obey is escaped, as JSON may be: it stands in
/// strings only.
pub(crate) fn print(text: &str) -> Result<(), Stop> {
    let escaped: String;
    let text = if text.contains(is_obeyed) {
        escaped = text.chars().map(escape).collect();
        &escaped
    } else {
        text
    };
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Err(Stop::Gone),
        Err(error) => {
            Err(Refusal::usage(format!("cannot write the output: {}", error.kind())).into())
        }
    }
}

/// Whether a terminal may do something else than to show it: controls of 8 bits, and those that turn the
/// direction of a text around. JSON itself escapes those of 7 bits, and has lines.
fn is_obeyed(c: char) -> bool {
    (c.is_control() && c != '\n') || super::is_direction(c)
}

fn escape(c: char) -> String {
    if is_obeyed(c) { format!("\\u{:04x}", u32::from(c)) } else { c.into() }
}
