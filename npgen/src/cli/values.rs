//! What `decode` and `encode` share: schemas, the type that is meant, bytes as text, and how a
//! mistake in bytes is drawn.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use annotate_snippets::{Group, Level, Renderer};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use npgen::{Failure, FileError, Source};
use protocol_schema::ir::Schema;
use protocol_schema::value::{Codec, TypeError, ValueError, known};

use super::{Include, complain};

/// The largest input that is read, in bytes: more than a message can be by default.
const INPUT_BYTES_MAX: u64 = 256 << 20;
/// How many names are listed.
const NAMES_MAX: usize = 200;

/// The arguments that say which type is meant.
#[derive(clap::Args)]
pub(super) struct Meant {
    /// The schema, or a directory with schemas; `schema`, `schemas` or the `.np` files here if
    /// nothing is said
    #[arg(long, value_name = "PATH")]
    schema: Vec<PathBuf>,
    #[command(flatten)]
    include: Include,
    /// `User`, `Vec<User>`, `Chat.Join` for a message, `Chat.Join.reply`, `Chat.Join.error`; of
    /// a stream one item. Left out, all there are are listed
    #[arg(value_name = "TYPE")]
    name: Option<String>,
}

/// Why there is no output.
pub(super) enum Refusal {
    /// The schemas have mistakes.
    Schemas(Failure),
    /// Something else, with what may be done about it.
    Told {
        code: u8,
        title: String,
        /// Drawn as it is, between the title and the help.
        detail: String,
        help: Option<String>,
    },
}

impl From<Failure> for Refusal {
    fn from(failure: Failure) -> Self {
        Self::Schemas(failure)
    }
}

impl Refusal {
    /// Something was found that a caller should know of.
    pub(super) fn found(title: impl Into<String>, help: Option<String>) -> Self {
        Self::Told { code: 1, title: title.into(), detail: String::new(), help }
    }

    /// The same, with lines that are drawn as they are.
    pub(super) fn with_detail(mut self, lines: String) -> Self {
        if let Self::Told { detail, .. } = &mut self {
            *detail = lines;
        }
        self
    }

    /// The input is wrong.
    pub(super) fn input(title: impl Into<String>) -> Self {
        Self::found(title, None)
    }

    /// The arguments are wrong, or a file cannot be read or written.
    pub(super) fn arguments(title: impl Into<String>, help: Option<String>) -> Self {
        Self::Told { code: 2, title: title.into(), detail: String::new(), help }
    }

    /// The type is wrong: these there are.
    fn names(title: impl Into<String>, schemas: &[Schema]) -> Self {
        let mut names: Vec<String> = schemas.iter().flat_map(known).collect();
        let help = match names.len() {
            0 => "there are no types; name a schema with `--schema`",
            _ => "name one of these, or a type made of them such as `Vec<String>`",
        };
        if let Some(more) = names.len().checked_sub(NAMES_MAX).filter(|more| *more > 0) {
            names.truncate(NAMES_MAX);
            names.push(format!("… and {more} more"));
        }
        let detail = names.into_iter().map(|name| format!("  {name}\n")).collect();
        Self::Told { code: 2, title: title.into(), detail, help: Some(help.to_owned()) }
    }

    /// A mistake in bytes, which are shown around it.
    pub(super) fn bytes(error: &ValueError, input: &Path, bytes: &[u8]) -> Self {
        let title = format!("{}: {}", error.path(), error.kind());
        let detail = error.offset().map(|offset| excerpt(input, bytes, offset));
        Self::Told { code: 1, title, detail: detail.unwrap_or_default(), help: None }
    }

    fn report(&self) -> ExitCode {
        match self {
            Self::Schemas(failure) => {
                complain(&failure.render(npgen::Colour::On));
                ExitCode::from(failure.exit_code())
            }
            Self::Told { code, title, detail, help } => {
                complain(&message(Level::ERROR, title));
                complain(detail);
                if let Some(help) = help {
                    complain(&message(Level::HELP, help));
                }
                ExitCode::from(*code)
            }
        }
    }
}

fn message(level: Level<'_>, text: &str) -> String {
    let group = Group::with_title(level.primary_title(text));
    Renderer::styled().render(&[group]) + "\n"
}

/// What a subcommand did, as the program's exit code.
pub(super) fn finish(done: Result<(), Refusal>) -> ExitCode {
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(refusal) => refusal.report(),
    }
}

impl Meant {
    /// The codec of the type.
    pub(super) fn codec(&self) -> Result<Codec, Refusal> {
        let schemas = self.schemas()?;
        let Some(name) = &self.name else {
            return Err(Refusal::names("which type is meant?", &schemas));
        };
        let tried: Vec<_> = schemas.iter().map(|schema| Codec::new(schema, name)).collect();
        let mut found: Vec<&Codec> = Vec::new();
        for codec in tried.iter().flatten() {
            if !found.contains(&codec) {
                found.push(codec);
            }
        }
        match &found[..] {
            [codec] => Ok((*codec).clone()),
            [] => Err(self.not_found(name, &schemas, tried.into_iter().filter_map(Result::err))),
            _ => {
                let pairs = schemas.iter().zip(&tried).filter(|(_, codec)| codec.is_ok());
                let names: Vec<_> =
                    pairs.map(|(schema, _)| format!("`{}::{name}`", package(schema))).collect();
                let title = format!("several schemas have a type `{name}`");
                Err(Refusal::arguments(title, Some(format!("write {}", names.join(" or ")))))
            }
        }
    }

    fn not_found(
        &self,
        name: &str,
        schemas: &[Schema],
        errors: impl Iterator<Item = TypeError>,
    ) -> Refusal {
        // What another schema has but cannot make says more than that this one does not have it.
        let rank = |error: &TypeError| {
            let TypeError::Name { nearest, .. } = error else { return 0 };
            if nearest.is_some() { 1 } else { 2 }
        };
        match errors.min_by_key(rank) {
            Some(error @ TypeError::Name { nearest: None, .. }) => {
                Refusal::names(error.to_string(), schemas)
            }
            Some(error) => Refusal::arguments(error.to_string(), None),
            None => Refusal::arguments(
                format!("there is no schema to look for `{name}` in"),
                Some("name one with `--schema`".to_owned()),
            ),
        }
    }

    fn schemas(&self) -> Result<Vec<Schema>, Refusal> {
        let usual = ["schema", "schemas"].map(PathBuf::from).into_iter();
        let usual: Vec<PathBuf> = usual.filter(|path| path.is_dir()).collect();
        let paths = match &self.schema[..] {
            [] if usual.is_empty() => vec![PathBuf::from(".")],
            [] => usual,
            given => given.to_vec(),
        };
        let unreadable = |error: FileError| Refusal::arguments(error.to_string(), error.help());
        let files = npgen::schemas_in(&paths).map_err(unreadable)?;
        Ok(npgen::schemas(files.iter().map(Source::read), &self.include.options())?)
    }
}

fn package(schema: &Schema) -> String {
    let names: Vec<&str> = schema.package.iter().map(|name| name.text.as_str()).collect();
    names.join("::")
}

/// All of a file, or of the standard input.
pub(super) fn read(path: &Path) -> Result<Vec<u8>, Refusal> {
    let mut bytes = Vec::new();
    let read = if is_standard(path) {
        io::stdin().lock().take(INPUT_BYTES_MAX + 1).read_to_end(&mut bytes)
    } else {
        File::open(path).and_then(|file| file.take(INPUT_BYTES_MAX + 1).read_to_end(&mut bytes))
    };
    let fail = |why: &str| {
        Refusal::arguments(format!("cannot read `{}`: {why}", shown(path).display()), None)
    };
    read.map_err(|error| fail(&error.kind().to_string()))?;
    if u64::try_from(bytes.len()).is_ok_and(|len| len > INPUT_BYTES_MAX) {
        return Err(fail(&format!("it is larger than {INPUT_BYTES_MAX} bytes")));
    }
    Ok(bytes)
}

pub(super) fn is_standard(path: &Path) -> bool {
    path == Path::new("-")
}

/// What messages call an input.
pub(super) fn shown(path: &Path) -> &Path {
    if is_standard(path) { Path::new("<stdin>") } else { path }
}

/// Writes to a file, or to the standard output.
pub(super) fn write(to: Option<&Path>, bytes: &[u8]) -> Result<(), Refusal> {
    let (name, written) = match to.filter(|path| !is_standard(path)) {
        Some(path) => (path, fs::write(path, bytes)),
        None => {
            let mut out = io::stdout().lock();
            (Path::new("<stdout>"), out.write_all(bytes).and_then(|()| out.flush()))
        }
    };
    match written {
        // A reader that went away, as `head` does, has seen what it wanted.
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            let title = format!("cannot write `{}`: {}", name.display(), error.kind());
            Err(Refusal::arguments(title, None))
        }
        _ => Ok(()),
    }
}

/// Bytes from digits, between which anything white may stand, and a `0x` before them.
pub(super) fn from_hex(text: &[u8]) -> Result<Vec<u8>, Refusal> {
    let text: Vec<u8> = text.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
    let digits = text.strip_prefix(b"0x").unwrap_or(&text);
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let mut bytes = Vec::with_capacity(digits.len() / 2);
    let (pairs, rest) = digits.as_chunks::<2>();
    for [high, low] in pairs {
        match (digit(*high), digit(*low)) {
            (Some(high), Some(low)) => bytes.push(high << 4 | low),
            _ => return Err(Refusal::input("the input is not hexadecimal")),
        }
    }
    if rest.is_empty() {
        Ok(bytes)
    } else {
        Err(Refusal::input("the input has an odd number of hexadecimal digits"))
    }
}

pub(super) fn to_hex(bytes: &[u8]) -> String {
    let digit = |digit: u8| char::from_digit(digit.into(), 16).unwrap_or('0');
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

pub(super) fn from_base64(text: &[u8]) -> Result<Vec<u8>, Refusal> {
    let text: Vec<u8> = text.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
    STANDARD.decode(text).map_err(|_| Refusal::input("the input is not base64 with padding"))
}

pub(super) fn to_base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// The row of bytes that holds a place, those around it, and a mark below the place.
fn excerpt(input: &Path, bytes: &[u8], offset: usize) -> String {
    const ROW: usize = 16;
    let row = offset / ROW;
    let first = row.saturating_sub(1);
    let width = format!("{:x}", (row + 1) * ROW).len();
    let margin = " ".repeat(width);
    let mut drawn = format!("{margin}--> {}: byte {offset}\n{margin} |\n", shown(input).display());
    for (number, chunk) in bytes.chunks(ROW).enumerate().skip(first).take(row + 2 - first) {
        let hex: Vec<String> = chunk.iter().map(|byte| format!("{byte:02x}")).collect();
        let text: String = chunk
            .iter()
            .map(|byte| if byte.is_ascii_graphic() { char::from(*byte) } else { '.' })
            .collect();
        let at = number * ROW;
        drawn.push_str(&format!("{at:width$x} | {:47}  {text}\n", hex.join(" ")));
        if number == row {
            drawn.push_str(&mark(&margin, offset % ROW));
        }
    }
    if bytes.len() / ROW < row || (bytes.len() == offset && offset.is_multiple_of(ROW)) {
        drawn.push_str(&format!("{:width$x} |\n{}", row * ROW, mark(&margin, 0)));
    }
    drawn
}

fn mark(margin: &str, column: usize) -> String {
    format!("{margin} | {}^^\n", " ".repeat(3 * column))
}
