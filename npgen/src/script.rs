//! The door for build scripts: speaks Cargo's language on stdout, draws mistakes on stderr.

use std::collections::BTreeMap;
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
    ///
    /// The derive is one name, such as `Hash`. One that is not in Rust's prelude, such as
    /// `Serialize`, has to be in scope where the generated code is included.
    #[must_use]
    pub fn derive(mut self, item: impl Into<String>, derive: impl Into<String>) -> Self {
        self.options = self.options.derive(item, derive);
        self
    }

    /// A directory in which packages are looked for that a schema uses: `acme::common` as
    /// `acme/common.np`, `acme.common.np` or `common.np`.
    ///
    /// The folder of the schema comes first, and after the directories that are included come
    /// those that dependencies export with [`export_dir`](crate::export_dir).
    #[must_use]
    pub fn include(mut self, dir: impl Into<PathBuf>) -> Self {
        self.options = self.options.include(dir);
        self
    }

    /// Where the items of another package stand in Rust, such as `crate::shared`. Without it a
    /// package of a dependency that exports its directory is at the root of that crate, and any
    /// other package `acme::common` is `crate::acme::common`.
    #[must_use]
    pub fn module(mut self, package: impl Into<String>, path: impl Into<String>) -> Self {
        self.options = self.options.module(package, path);
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
        // What may come to be there: Cargo runs the script until it does.
        for include in self.options.includes().iter().filter(|include| !include.dir.exists()) {
            tell(cargo, "rerun-if-changed", &include.dir.display().to_string());
        }
        let out_dir = out_dir.ok_or(Failure::NoOutDir)?;
        let options = exported(std::env::vars())
            .into_iter()
            .fold(self.options.clone(), |options, (dir, module)| {
                options.include_at(dir, Some(module))
            });
        let output = compile(paths.iter().map(Source::read), &options)?;
        for path in &output.read {
            tell(cargo, "rerun-if-changed", &path.display().to_string());
        }
        output.write_to(&out_dir)?;
        warn(cargo, &output.warnings);
        Ok(())
    }
}

/// The end of the names of variables in which Cargo hands on what [`export_dir`] says.
const EXPORT_DIR: &str = "_NP_SCHEMA_DIR";
const EXPORT_CRATE: &str = "_NP_SCHEMA_CRATE";

/// Lets crates that depend on this one use the packages of a directory: call it in the build
/// script of a crate that has `links = "np-acme-common"` in its `Cargo.toml`.
///
/// Their build scripts then find the packages without being told, and generated code names the
/// items at the root of this crate, as `::acme_common::Page`.
///
/// ```no_run
/// npgen::export_dir("schema");
/// npgen::build(["schema/acme/common.np"]);
/// ```
pub fn export_dir(dir: impl AsRef<Path>) {
    let root = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from).unwrap_or_default();
    let name = std::env::var("CARGO_PKG_NAME").unwrap_or_default();
    export(&mut io::stdout().lock(), &root.join(dir), &name);
}

fn export(cargo: &mut dyn Write, dir: &Path, name: &str) {
    tell(cargo, "metadata", &format!("np_schema_dir={}", dir.display()));
    tell(cargo, "metadata", &format!("np_schema_crate={}", name.replace('-', "_")));
}

/// The directories that dependencies export, each with the path of its crate.
fn exported(variables: impl Iterator<Item = (String, String)>) -> Vec<(PathBuf, String)> {
    let variables: BTreeMap<String, String> =
        variables.filter(|(name, _)| name.starts_with("DEP_")).collect();
    let dirs = variables.iter().filter_map(|(name, dir)| {
        let links = name.strip_suffix(EXPORT_DIR)?;
        let name = variables.get(&format!("{links}{EXPORT_CRATE}"))?;
        Some((PathBuf::from(dir), format!("::{name}")))
    });
    dirs.collect()
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
