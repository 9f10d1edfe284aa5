//! Why nothing was generated: one typed value that the build script and the command line draw.

use std::fmt;
use std::path::PathBuf;

use crate::files::{FileError, Stale};
use crate::git::GitError;
use crate::render::{Colour, Report, closing_line, counted, message};

/// Why nothing was generated.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Failure {
    /// Sources that cannot be read, or mistakes in those that can: everything that was found.
    Sources {
        /// Those that cannot be read.
        unreadable: Vec<FileError>,
        /// The mistakes and warnings in the others.
        report: Report,
    },
    /// Two sources declare the same package, so both would be written to one file.
    SamePackage {
        /// The package.
        package: String,
        /// The name of one source.
        first: String,
        /// The name of the other.
        second: String,
    },
    /// The facade is no path of Rust.
    Facade {
        /// What was given.
        path: String,
    },
    /// The place of a package in Rust is no path.
    Module {
        /// What was given.
        path: String,
    },
    /// A revision cannot be read.
    Git(GitError),
    /// What is to be derived is not the plain name of a derive macro.
    Derive {
        /// What was given.
        name: String,
    },
    /// A derive was asked for a type that no source declares.
    NoSuchType {
        /// What was given.
        path: String,
        /// Types of that name, in whatever package.
        nearest: Vec<String>,
    },
    /// Two versions of schemas have no package in common, so nothing is known about what changed.
    NothingCompared {
        /// The old version, as it was named.
        against: String,
        /// The packages of the new version.
        packages: Vec<String>,
    },
    /// One item was asked for, and the source declares none of that name.
    NoSuchItem {
        /// What was asked for.
        name: String,
        /// The name of the source.
        source: String,
        /// What the source declares.
        declared: Vec<String>,
    },
    /// An output could not be written; those before it were.
    Write(FileError),
    /// Outputs are not what would be generated today.
    Stale {
        /// Which, and whether each exists at all.
        files: Vec<StaleFile>,
    },
    /// Cargo did not say where a build script may write.
    NoOutDir,
    /// What was emitted is not Rust: a defect of npgen, never of the schema.
    Defect {
        /// The name of the source.
        source: String,
        /// What the parser says.
        message: String,
    },
}

/// An output that is not what would be generated today.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StaleFile {
    /// Where it is, or should be.
    pub path: PathBuf,
    /// Whether there is no such file, rather than another text in it.
    pub missing: bool,
}

impl StaleFile {
    pub(crate) fn new(path: PathBuf, stale: Stale) -> Self {
        Self { path, missing: stale == Stale::Missing }
    }
}

impl Failure {
    /// Draws it for a person, with a help line where there is a mend, the way rustc does.
    #[must_use]
    pub fn render(&self, colour: Colour) -> String {
        let mut drawn: String = self
            .headlines()
            .iter()
            .map(|line| message(&line.text, line.help.as_deref(), colour) + "\n")
            .collect();
        let (mut errors, mut warnings) = (self.headlines().len(), 0);
        if let Self::Sources { report, .. } = self {
            drawn.push_str(&report.render(colour));
            errors += report.errors();
            warnings = report.warnings();
        }
        if errors + warnings > 1 {
            drawn.push_str(&closing_line(errors, warnings, colour));
        }
        drawn
    }

    /// The exit code of a program that ends with it: 1 where a schema or a generated file is not as
    /// it should be, 2 where the arguments are wrong or a file cannot be read or written.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Sources { unreadable, .. } => {
                if unreadable.is_empty() {
                    1
                } else {
                    2
                }
            }
            Self::SamePackage { .. } | Self::Stale { .. } => 1,
            Self::Facade { .. }
            | Self::Module { .. }
            | Self::Derive { .. }
            | Self::NoSuchType { .. }
            | Self::NoSuchItem { .. }
            | Self::NothingCompared { .. }
            | Self::Git(_)
            | Self::Write(_)
            | Self::NoOutDir
            | Self::Defect { .. } => 2,
        }
    }

    /// The errors that stand in no schema.
    fn headlines(&self) -> Vec<Headline> {
        match self {
            Self::Sources { unreadable, .. } => unreadable.iter().map(Headline::file).collect(),
            Self::Write(error) => vec![Headline::file(error)],
            Self::Stale { files } => files.iter().map(Headline::stale).collect(),
            Self::SamePackage { .. }
            | Self::Facade { .. }
            | Self::Module { .. }
            | Self::Git(_)
            | Self::Derive { .. }
            | Self::NoSuchType { .. }
            | Self::NothingCompared { .. }
            | Self::NoSuchItem { .. }
            | Self::NoOutDir
            | Self::Defect { .. } => vec![Headline { text: self.to_string(), help: self.help() }],
        }
    }

    /// How to mend what stands in no schema and no file.
    fn help(&self) -> Option<String> {
        let text = match self {
            Self::Sources { .. } | Self::Write(_) | Self::Stale { .. } => return None,
            Self::SamePackage { .. } => {
                "give one of them another package, or join them in one file"
            }
            Self::Git(error) => return error.help().map(str::to_owned),
            Self::Module { .. } => "write a path such as `crate::shared` or `::acme_common`",
            Self::Facade { .. } => "write a path such as `crate` or `::network_protocol`",
            Self::Derive { .. } => {
                "write one name, as in `Hash`, and `use` it where the generated code is included"
            }
            Self::NoSuchType { nearest, .. } if !nearest.is_empty() => {
                return Some(format!("write `{}`", nearest.join("` or `")));
            }
            Self::NoSuchType { .. } => {
                "write a type with its package, as in `acme::chat::User`, or `acme::chat::*` for all"
            }
            Self::NothingCompared { .. } => {
                "name the older version of the same packages, as in `--against main`; when all of \
                 them are new, there is nothing to compare yet"
            }
            Self::NoSuchItem { declared, .. } if declared.is_empty() => "it declares nothing",
            Self::NoSuchItem { declared, .. } => {
                return Some(format!("it declares `{}`", declared.join("`, `")));
            }
            Self::NoOutDir => {
                "call `npgen::build` from build.rs, or name a directory with `Config::out_dir`"
            }
            Self::Defect { .. } => "this is a defect of npgen; please report it with the schema",
        };
        Some(text.to_owned())
    }
}

struct Headline {
    text: String,
    help: Option<String>,
}

impl Headline {
    fn file(error: &FileError) -> Self {
        Self { text: error.to_string(), help: error.help() }
    }

    fn stale(file: &StaleFile) -> Self {
        let path = file.path.display();
        let text = if file.missing {
            format!("`{path}` has not been generated")
        } else {
            format!("`{path}` is not what its schema generates")
        };
        Self { text, help: Some("run `npgen gen` without `--check`".to_owned()) }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sources { unreadable, report } => {
                f.write_str(&counted(unreadable.len() + report.errors(), "error"))
            }
            Self::SamePackage { package, first, second } => {
                write!(f, "`{first}` and `{second}` both declare the package `{package}`")
            }
            Self::Facade { path } => write!(f, "the facade `{path}` is not a path"),
            Self::Module { path } => {
                write!(f, "the place of a package in Rust, `{path}`, is not a path")
            }
            Self::Git(error) => error.fmt(f),
            Self::Derive { name } => write!(f, "`{name}` is not the name of a derive macro"),
            Self::NoSuchType { path, .. } => {
                write!(f, "a derive is asked for `{path}`, which is no type of the schemas")
            }
            Self::NothingCompared { against, packages } if packages.is_empty() => {
                write!(f, "nothing was compared with `{against}`: there are no schemas")
            }
            Self::NothingCompared { against, packages } => {
                let packages = packages.join("`, `");
                write!(f, "nothing was compared: `{against}` has no package `{packages}`")
            }
            Self::NoSuchItem { name, source, .. } => {
                write!(f, "`{source}` declares no item `{name}`")
            }
            Self::Write(error) => error.fmt(f),
            Self::Stale { files } => write!(f, "stale: {}", counted(files.len(), "generated file")),
            Self::NoOutDir => f.write_str("the variable OUT_DIR is not set"),
            Self::Defect { source, message } => {
                write!(f, "the code emitted for `{source}` is not Rust: {message}")
            }
        }
    }
}

impl std::error::Error for Failure {}
