//! The door for build scripts: speaks Cargo's language on stdout, draws mistakes on stderr.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::compile::{Options, compile};
use crate::failure::Failure;
use crate::files::Source;
use crate::render::{Colour, Report};

/// Compiles `.np` files from a build script; use it where [`build`](crate::build) needs options.
///
/// ```no_run
/// npgen::Config::new()
///     .facade("::my_crate::np")
///     .derive("acme::chat::User", "Eq")
///     .build(["schema/chat.np"]);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Config {
    options: Options,
    out_dir: Option<PathBuf>,
}

impl Config {
    /// What [`build`](crate::build) uses.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The path under which generated code finds the crate `network-protocol`, such as `crate` or
    /// `::my_crate::np`.
    #[must_use]
    pub fn facade(mut self, path: impl Into<String>) -> Self {
        self.options = self.options.facade(path);
        self
    }

    /// Adds a derive to the Rust type of `item`: `acme::chat::User`, or `acme::chat::*` for every
    /// type of the package. On a protocol it goes to the structs of its messages.
    #[must_use]
    pub fn derive(mut self, item: impl Into<String>, derive: impl Into<String>) -> Self {
        self.options = self.options.derive(item, derive);
        self
    }

    /// Where to write, in place of Cargo's `OUT_DIR`. Directories are created.
    #[must_use]
    pub fn out_dir(mut self, path: impl Into<PathBuf>) -> Self {
        self.out_dir = Some(path.into());
        self
    }

    /// Compiles the files, or draws what is wrong on stderr and ends the build with exit code 1.
    ///
    /// Prints `cargo::rerun-if-changed` for every file, whether it exists or not.
    pub fn build<I>(&self, paths: I)
    where
        I: IntoIterator,
        I::Item: AsRef<Path>,
    {
        let out_dir = self.out_dir.clone().or_else(|| std::env::var_os("OUT_DIR").map(Into::into));
        if let Err(failure) = self.run(paths, out_dir, &mut io::stdout().lock()) {
            let drawn = failure.render(Colour::Off);
            // With stderr gone there is nobody left to tell; the exit code still does.
            drop(io::stderr().lock().write_all(drawn.as_bytes()));
            std::process::exit(1);
        }
    }

    fn run<I>(
        &self,
        paths: I,
        out_dir: Option<PathBuf>,
        cargo: &mut dyn Write,
    ) -> Result<(), Failure>
    where
        I: IntoIterator,
        I::Item: AsRef<Path>,
    {
        let paths: Vec<PathBuf> = paths.into_iter().map(|path| path.as_ref().to_owned()).collect();
        for path in &paths {
            tell(cargo, "rerun-if-changed", &path.display().to_string());
        }
        let out_dir = out_dir.ok_or(Failure::NoOutDir)?;
        let output = compile(paths.iter().map(Source::read), &self.options)?;
        output.write_to(&out_dir)?;
        warn(cargo, &output.warnings);
        Ok(())
    }
}

/// Cargo shows one line for each warning, and hides the stderr of a script that succeeds.
fn warn(cargo: &mut dyn Write, warnings: &Report) {
    for warning in warnings.diagnostics() {
        let place = warnings.place(warning.span).map_or_else(String::new, |place| {
            format!("{}:{}:{}: ", place.source, place.line, place.column)
        });
        tell(cargo, "warning", &format!("{place}{} [{}]", warning.message, warning.code));
    }
}

fn tell(cargo: &mut dyn Write, key: &str, value: &str) {
    // A line end would start an instruction of its own. Without a reader nobody is instructed,
    // and the files are written all the same.
    drop(writeln!(cargo, "cargo::{key}={}", value.replace(['\n', '\r'], " ")));
}

#[cfg(test)]
#[path = "script_tests.rs"]
mod tests;
