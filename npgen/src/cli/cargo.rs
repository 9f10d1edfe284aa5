//! What Cargo says about a package: where it is, what its library is called, and which
//! `network-protocol` it is built with.

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use protocol_schema::value::parse_json;

use super::values::Refusal;

/// The package that protocols come from, in every version.
const FACADE: &str = "network-protocol";

/// How the index of the registry begins that needs no mention.
const DEFAULT_INDEX: &str = "https://github.com/rust-lang/crates";

/// Cargo, as it is called on this machine.
pub(super) fn command() -> Command {
    Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// A workspace, as far as it is known.
pub(super) struct Metadata {
    /// Where the workspace starts.
    pub(super) root: PathBuf,
    /// Where Cargo builds.
    pub(super) target: PathBuf,
    packages: Vec<Package>,
    /// The places of those that the workspace holds.
    members: Vec<String>,
    /// The package of the directory.
    here: Option<String>,
}

struct Package {
    id: String,
    name: String,
    version: String,
    /// `None` for a package on this machine.
    source: Option<String>,
    manifest: PathBuf,
    /// What the library is called in Rust.
    library: Option<String>,
    features: Vec<String>,
    /// The names of what it asks for, each with from where; `None` for a path.
    asked: Vec<(String, Option<String>)>,
    /// The packages it is built with.
    edges: Vec<String>,
}

/// A package with protocols.
pub(super) struct Subject {
    pub(super) name: String,
    pub(super) library: String,
    pub(super) folder: PathBuf,
    /// The lines of a manifest that ask for the same `network-protocol`, and for whatever else the
    /// workspace replaces.
    pub(super) facade: String,
}

/// The platform that Cargo builds for by itself.
fn host() -> Option<String> {
    let done = command().arg("-vV").stdin(Stdio::null()).output().ok()?;
    let text = String::from_utf8_lossy(&done.stdout).into_owned();
    text.lines().find_map(|line| line.strip_prefix("host: ").map(str::to_owned))
}

impl Metadata {
    /// Asks Cargo.
    pub(super) fn read(manifest: Option<&Path>, offline: bool) -> Result<Self, Refusal> {
        let mut cargo = command();
        cargo.args(["metadata", "--format-version", "1"]);
        if let Some(manifest) = manifest {
            cargo.arg("--manifest-path").arg(manifest);
        }
        if offline {
            cargo.arg("--offline");
        }
        // What only other platforms need was never downloaded, and is not asked for.
        if let Some(host) = host() {
            cargo.args(["--filter-platform", &host]);
        }
        let done = cargo.stdin(Stdio::null()).stderr(Stdio::inherit()).output();
        let done = done.map_err(|error| {
            let help = "install it, or name it in the variable CARGO".to_owned();
            Refusal::arguments(format!("Cargo cannot be run: {}", error.kind()), Some(help))
        })?;
        if !done.status.success() {
            let help = "run this where a `Cargo.toml` is, or name one with `--manifest-path`";
            let title = "Cargo says nothing about the package".to_owned();
            return Err(Refusal::arguments(title, Some(help.to_owned())));
        }
        let text = String::from_utf8_lossy(&done.stdout);
        Self::of(&text).ok_or_else(|| {
            Refusal::arguments("what Cargo says is not understood", Some("update Cargo".to_owned()))
        })
    }

    #[expect(clippy::indexing_slicing, reason = "a key that JSON does not have gives null")]
    fn of(text: &str) -> Option<Self> {
        let json = parse_json(text).ok()?;
        let text = |key: &str| json[key].as_str().map(str::to_owned);
        let nodes = json["resolve"]["nodes"].as_array()?;
        let mut packages = Vec::new();
        for package in json["packages"].as_array()? {
            let word = |key: &str| package[key].as_str().map(str::to_owned);
            let id = word("id")?;
            let edges = nodes.iter().find(|node| node["id"] == id.as_str())?;
            let edges = edges["dependencies"].as_array()?.iter();
            let mut targets = package["targets"].as_array()?.iter();
            let is_library = |kind: &str| kind == "lib" || kind == "rlib";
            let library = targets.find(|target| {
                let kinds = target["kind"].as_array().into_iter().flatten();
                kinds.filter_map(|kind| kind.as_str()).any(is_library)
            });
            let asked = package["dependencies"].as_array()?.iter().filter_map(|one| {
                Some((one["name"].as_str()?.to_owned(), one["source"].as_str().map(str::to_owned)))
            });
            packages.push(Package {
                name: word("name")?,
                version: word("version")?,
                source: word("source"),
                manifest: word("manifest_path")?.into(),
                library: library
                    .and_then(|target| target["name"].as_str())
                    .map(|name| name.replace('-', "_")),
                features: package["features"].as_object()?.keys().cloned().collect(),
                asked: asked.collect(),
                edges: edges.filter_map(|edge| edge.as_str().map(str::to_owned)).collect(),
                id,
            });
        }
        let members = json["workspace_members"].as_array()?.iter();
        Some(Self {
            root: text("workspace_root")?.into(),
            target: text("target_directory")?.into(),
            packages,
            members: members.filter_map(|id| id.as_str().map(str::to_owned)).collect(),
            here: json["resolve"]["root"].as_str().map(str::to_owned),
        })
    }

    /// The package that was asked for, or that of the directory.
    pub(super) fn subject(&self, name: Option<&str>) -> Result<Subject, Refusal> {
        let members = || self.packages.iter().filter(|package| self.members.contains(&package.id));
        let names = || {
            let names: Vec<&str> = members().map(|package| package.name.as_str()).collect();
            format!("the workspace has `{}`", names.join("`, `"))
        };
        let package = match name {
            Some(name) => members().find(|package| package.name == name).ok_or_else(|| {
                Refusal::arguments(format!("there is no package `{name}`"), Some(names()))
            })?,
            None => members().find(|package| Some(&package.id) == self.here.as_ref()).ok_or_else(
                || Refusal::arguments("which package is meant? name it with `-p`", Some(names())),
            )?,
        };
        let name = &package.name;
        let Some(library) = package.library.clone() else {
            let help = "move them to `src/lib.rs`: another program sees only what a library shows";
            let title = format!("`{name}` has no library whose protocols could be asked");
            return Err(Refusal::arguments(title, Some(help.to_owned())));
        };
        Ok(Subject {
            name: name.clone(),
            library,
            folder: folder(package),
            facade: self.facade(package)?,
        })
    }

    /// The lines of a manifest that ask for the facade that a package is built with.
    fn facade(&self, package: &Package) -> Result<String, Refusal> {
        let name = &package.name;
        let all = || self.packages.iter().filter(|other| other.name == FACADE);
        let own = all().find(|other| package.edges.contains(&other.id));
        let facade = match (own, all().count()) {
            (Some(own), _) => own,
            // It comes by way of another package.
            (None, 1) => all().next().ok_or_else(|| missing(name))?,
            (None, _) => return Err(missing(name)),
        };
        if !facade.features.iter().any(|feature| feature == "reflect") {
            let title = format!(
                "`{FACADE}` {} cannot print schemas: it has no feature `reflect`",
                facade.version
            );
            return Err(Refusal::arguments(title, Some("update it".to_owned())));
        }
        let place = place(facade);
        let patches = self.patches(package);
        Ok(format!("[dependencies.{FACADE}]\n{place}features = [\"reflect\"]\n{patches}"))
    }

    /// What comes from elsewhere than it was asked from is patched in the workspace, and has to be
    /// patched in every other that is to be built with the same.
    fn patches(&self, package: &Package) -> String {
        let mut patches = BTreeMap::new();
        let mut pending = vec![package];
        let mut seen = BTreeSet::new();
        while let Some(package) = pending.pop() {
            if !seen.insert(package.id.as_str()) {
                continue;
            }
            let used = self.packages.iter().filter(|used| package.edges.contains(&used.id));
            for used in used {
                pending.push(used);
                for (_, asked) in package.asked.iter().filter(|(name, _)| *name == used.name) {
                    if let Some(from) = asked.as_deref().map(origin)
                        && used.source.as_deref().map(origin) != Some(from)
                    {
                        patches.insert((from, used.id.as_str()), used);
                    }
                }
            }
        }
        let patches = patches.into_iter().enumerate().map(|(number, ((from, _), used))| {
            let from = if from.starts_with(DEFAULT_INDEX) { "crates-io" } else { from };
            let (name, place) = (&used.name, place(used));
            // Of one package several versions may be patched, under any names.
            format!("\n[patch.{from:?}.patch-{number}]\npackage = {name:?}\n{place}")
        });
        patches.collect()
    }
}

/// The registry or repository of a source: without its kind, but for an index that is fetched file
/// by file, and without what is wanted of it.
fn origin(source: &str) -> &str {
    let (kind, url) = source.split_once('+').unwrap_or(("registry", source));
    match kind {
        "git" => url.split(['?', '#']).next().unwrap_or(url),
        "registry" => url,
        _ => source,
    }
}

/// Where a package is found, as a manifest says it.
fn place(package: &Package) -> String {
    match &package.source {
        None => format!("path = {:?}\n", folder(package)),
        Some(source) => remote(source, &package.version),
    }
}

fn missing(name: &str) -> Refusal {
    let title = format!("`{name}` does not depend on `{FACADE}`");
    Refusal::arguments(
        title,
        Some(format!("name the package that declares the protocol, as in `{FACADE} = \"2\"`")),
    )
}

fn folder(package: &Package) -> PathBuf {
    package.manifest.parent().map_or_else(PathBuf::new, Path::to_path_buf)
}

/// Where a package that is not on this machine comes from, as a manifest says it.
fn remote(source: &str, version: &str) -> String {
    if !source.starts_with("git+") {
        let index = origin(source);
        let version = format!("version = \"={version}\"\n");
        return if index.starts_with(DEFAULT_INDEX) {
            version
        } else {
            format!("{version}registry-index = {index:?}\n")
        };
    }
    // `https://…?branch=main#commit`: the same question has to be asked.
    let url = origin(source);
    let query = source.split('#').next().and_then(|source| source.split_once('?'));
    match query {
        None => format!("git = {url:?}\n"),
        Some((_, query)) => {
            let (key, value) = query.split_once('=').unwrap_or(("rev", query));
            format!("git = {url:?}\n{key} = {value:?}\n")
        }
    }
}

#[cfg(test)]
#[path = "cargo_tests.rs"]
mod tests;
