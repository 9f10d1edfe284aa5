//! `npgen export`: the canonical `.np` text of protocols that are declared in Rust.
//!
//! Only the compiler knows what Rust items say, so a program of a few lines that depends on the
//! crate is built and run. It stands in Cargo's target directory, with the crate's own choice of
//! `network-protocol` and its `Cargo.lock`; nothing is written into the crate.

use std::fs;
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use protocol_schema::evolve::{self, Level};
use protocol_schema::ir::Schema;
use protocol_schema::text::{SourceMap, compile};

use super::after_help;
use super::cargo::{Metadata, Subject};
use super::values::{Refusal, finish, write};

/// Prints protocols that are declared in Rust as a schema
///
/// Builds and runs a program of a few lines that depends on the crate. Protocols are named by
/// their path, and must be public.
#[derive(clap::Args)]
#[command(after_help = after_help!("npgen export -p my-crate --protocol my_crate::Chat -o chat.np"))]
pub(crate) struct Arguments {
    /// The package; that of this directory if nothing is said
    #[arg(short, long, value_name = "NAME")]
    package: Option<String>,
    /// The path of a protocol, such as `my_crate::Chat`; several are of one package of schemas
    #[arg(long, value_name = "PATH", required = true)]
    protocol: Vec<String>,
    /// Where to write
    #[arg(short, long, value_name = "FILE", conflicts_with = "lock")]
    output: Option<PathBuf>,
    /// Keep this file as the lock of the protocols: it is written unless they break what it says
    #[arg(long, value_name = "FILE")]
    lock: Option<PathBuf>,
    /// Overwrite a lock that the protocols break
    #[arg(long, requires = "lock")]
    force: bool,
    /// Features of the package
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    features: Vec<String>,
    /// Leave out the default features of the package
    #[arg(long)]
    no_default_features: bool,
    /// Where Cargo finds the package
    #[arg(long, value_name = "FILE")]
    manifest_path: Option<PathBuf>,
    /// Let Cargo use what is on this machine
    #[arg(long)]
    offline: bool,
}

pub(crate) fn run(arguments: &Arguments) -> ExitCode {
    finish(export(arguments))
}

fn export(arguments: &Arguments) -> Result<(), Refusal> {
    let metadata = Metadata::read(arguments.manifest_path.as_deref(), arguments.offline)?;
    let subject = metadata.subject(arguments.package.as_deref())?;
    let paths: Vec<String> = arguments
        .protocol
        .iter()
        .map(|path| rust_path(path, &subject.library))
        .collect::<Result<_, _>>()?;
    let folder = metadata.target.join("npgen").join("export").join(&subject.name);
    lay_out(&folder, &metadata, &subject, &paths, arguments)?;
    let text = ask(&folder, &metadata, &subject, arguments)?;
    match &arguments.lock {
        None => write(arguments.output.as_deref(), text.as_bytes()),
        Some(lock) => keep(lock, &text, arguments.force),
    }
}

/// A path that starts with the name of the library.
fn rust_path(given: &str, library: &str) -> Result<String, Refusal> {
    let path = given.trim_start_matches("::");
    let is_name = |name: &str| {
        let name = name.strip_prefix("r#").unwrap_or(name);
        !name.is_empty()
            && !name.starts_with(|c: char| c.is_ascii_digit())
            && name.chars().all(|c| c.is_alphanumeric() || c == '_')
    };
    if !path.split("::").all(is_name) {
        let help = format!("write it as `{library}::Chat`");
        return Err(Refusal::arguments(format!("`{given}` is no path of Rust"), Some(help)));
    }
    match path.split_once("::") {
        None => Ok(format!("{library}::{path}")),
        Some(("crate", rest)) => Ok(format!("{library}::{rest}")),
        Some((first, _)) if first == library => Ok(path.to_owned()),
        Some((first, rest)) => Err(Refusal::arguments(
            format!("`{given}` does not start with the name of the library"),
            Some(format!("write `{library}::{first}::{rest}` or `{library}::{rest}`")),
        )),
    }
}

/// Writes the program.
fn lay_out(
    folder: &Path,
    metadata: &Metadata,
    subject: &Subject,
    paths: &[String],
    arguments: &Arguments,
) -> Result<(), Refusal> {
    let schemas: String = paths
        .iter()
        .map(|path| format!("        <::{path} as np::Protocol>::schema(),\n"))
        .collect();
    let main = format!(
        "//! Written by `npgen export`.\nuse network_protocol as np;\n\n\
         fn main() {{\n    let protocols = [\n{schemas}    ];\n    \
         let package = |name: &'static str| name.rsplit_once(\"::\").map_or(\"\", |(package, _)| package);\n    \
         let packages = protocols.map(|protocol| package(protocol.name));\n    \
         if packages.iter().any(|other| *other != packages[0]) {{\n        \
         eprintln!(\"npgen: the protocols are of several packages: {{}}\", packages.join(\", \"));\n        \
         std::process::exit(3);\n    }}\n    \
         print!(\"{{}}\", np::reflect::text(&protocols));\n}}\n"
    );
    let default = !arguments.no_default_features;
    let features: Vec<String> =
        arguments.features.iter().map(|feature| format!("{feature:?}")).collect();
    let manifest = format!(
        "# Written by `npgen export`.\n[package]\nname = \"npgen-export\"\nversion = \"0.0.0\"\n\
         edition = \"2024\"\npublish = false\n\n[workspace]\n\n[dependencies.{}]\n\
         package = {:?}\npath = {:?}\nfeatures = [{}]\ndefault-features = {default}\n\n{}",
        subject.library,
        subject.name,
        subject.folder,
        features.join(", "),
        subject.facade,
    );
    let put = |name: &str, text: &str| {
        let path = folder.join(name);
        fs::write(&path, text).map_err(|error| {
            Refusal::arguments(format!("cannot write `{}`: {}", path.display(), error.kind()), None)
        })
    };
    fs::create_dir_all(folder.join("src")).map_err(|error| {
        Refusal::arguments(format!("cannot write `{}`: {}", folder.display(), error.kind()), None)
    })?;
    put("Cargo.toml", &manifest)?;
    put("src/main.rs", &main)?;
    // The same versions as the crate has. Without a lock Cargo chooses.
    drop(fs::copy(metadata.root.join("Cargo.lock"), folder.join("Cargo.lock")));
    Ok(())
}

/// Builds the program and runs it.
fn ask(
    folder: &Path,
    metadata: &Metadata,
    subject: &Subject,
    arguments: &Arguments,
) -> Result<String, Refusal> {
    let mut cargo = super::cargo::command();
    cargo.arg("run").arg("--manifest-path").arg(folder.join("Cargo.toml"));
    cargo.arg("--target-dir").arg(&metadata.target);
    if arguments.offline {
        cargo.arg("--offline");
    }
    if !io::stderr().is_terminal() {
        cargo.arg("--quiet");
    }
    let done = spawn(cargo)?;
    if done.status.success() {
        return String::from_utf8(done.stdout)
            .map_err(|_| Refusal::input("the program that was built does not print text"));
    }
    let title = format!("no protocol of `{}` could be asked for its schema", subject.name);
    let help = match done.status.code() {
        Some(3) => "name the protocols of one package".to_owned(),
        _ => format!(
            "see what Cargo says above: each `--protocol` is the path of a public type that is \
             marked `#[np::protocol]`, seen from outside of `{}`",
            subject.library
        ),
    };
    Err(Refusal::found(title, Some(help)))
}

fn spawn(mut cargo: Command) -> Result<std::process::Output, Refusal> {
    let spawned = cargo.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::inherit());
    spawned.spawn().and_then(std::process::Child::wait_with_output).map_err(|error| {
        Refusal::arguments(
            format!("Cargo cannot be run: {}", error.kind()),
            Some("install it, or name it in the variable CARGO".to_owned()),
        )
    })
}

/// Writes a lock, unless the protocols break what it says.
fn keep(lock: &Path, text: &str, force: bool) -> Result<(), Refusal> {
    let old = match fs::read_to_string(lock) {
        Ok(old) => old,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return write(Some(lock), text.as_bytes());
        }
        Err(error) => {
            let title = format!("cannot read `{}`: {}", lock.display(), error.kind());
            return Err(Refusal::arguments(title, None));
        }
    };
    if old.lines().eq(text.lines()) {
        return Ok(());
    }
    if !force {
        let breaks = breaks(&old, text).map_err(|what| {
            let title = format!("`{}` is no lock: {what}", lock.display());
            Refusal::found(title, Some("`--force` overwrites it".to_owned()))
        })?;
        if !breaks.is_empty() {
            let title = format!("the protocols break what `{}` says", lock.display());
            let help =
                "peers of the locked version could not be talked to; `--force` overwrites it";
            return Err(Refusal::found(title, Some(help.to_owned())).with_detail(breaks));
        }
    }
    write(Some(lock), text.as_bytes())
}

/// What the new text breaks of the old one, a line each.
fn breaks(old: &str, new: &str) -> Result<String, &'static str> {
    let schema = |text: &str| -> Result<Schema, &'static str> {
        let mut map = SourceMap::new();
        let file = map.add(String::new(), text.to_owned());
        let compiled = compile(&mut map, file);
        if compiled.has_errors() { Err("it is no schema") } else { Ok(compiled.schema) }
    };
    let changes = evolve::compare(&schema(old)?, &schema(new)?);
    let breaks = changes.iter().filter(|change| change.rule.level == Level::Break);
    Ok(breaks
        .map(|change| {
            let path =
                if change.path.is_empty() { String::new() } else { change.path.clone() + ": " };
            format!("  {path}{} [{}]\n", change.message, change.rule.id)
        })
        .collect())
}
