//! Schema text to Rust text, in memory. Never reads, writes or prints.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use proc_macro2::TokenStream;
use protocol_schema::diag::Diagnostic;
use protocol_schema::emit::{self, Door};
use protocol_schema::ir::{Item, Name, Schema};
use protocol_schema::span::Span;
use protocol_schema::text::{self, SourceMap};

use crate::failure::Failure;
use crate::files::{FileError, Source};
use crate::format;
use crate::load::{Disk, Include, Library};
use crate::pairs::Known;
use crate::render::Report;

/// How code is generated: from [`Options::new`], changed by its methods.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    facade: String,
    rust_door: bool,
    item: Option<String>,
    derives: Vec<(String, String)>,
    include: Vec<Include>,
    schemas: Vec<PathBuf>,
    modules: BTreeMap<String, String>,
}

impl Default for Options {
    fn default() -> Self {
        Self::new()
    }
}

impl Options {
    /// Types, clients and handlers that name the facade as `::network_protocol`.
    #[must_use]
    pub fn new() -> Self {
        Self {
            facade: "::network_protocol".to_owned(),
            rust_door: false,
            item: None,
            derives: Vec::new(),
            include: Vec::new(),
            schemas: Vec::new(),
            modules: BTreeMap::new(),
        }
    }

    /// The path under which generated code finds the crate `network-protocol`, such as `crate` or
    /// `::my_crate::np`.
    #[must_use]
    pub fn facade(mut self, path: impl Into<String>) -> Self {
        self.facade = path.into();
        self
    }

    /// Adds a derive to the Rust type of `item`: `acme::chat::User`, or `acme::chat::*` for every
    /// type of the package. On a protocol it goes to the structs of its messages.
    ///
    /// The derive is one name, such as `Hash`. One that is not in Rust's prelude, such as
    /// `Serialize`, has to be in scope where the generated code is included.
    ///
    /// The same as `#[rust(derive(…))]` in the schema.
    #[must_use]
    pub fn derive(mut self, item: impl Into<String>, derive: impl Into<String>) -> Self {
        self.derives.push((item.into(), derive.into()));
        self
    }

    /// A directory in which packages are looked for that a schema uses: `acme::common` as
    /// `acme/common.np`, `acme.common.np` or `common.np`. The folder of the schema itself comes
    /// first, and needs no mention.
    #[must_use]
    pub fn include(self, dir: impl Into<PathBuf>) -> Self {
        self.include_at(dir, None)
    }

    /// As [`include`](Self::include), for packages whose items all stand at one place in Rust.
    #[must_use]
    pub(crate) fn include_at(mut self, dir: impl Into<PathBuf>, module: Option<String>) -> Self {
        self.include.push(Include { dir: dir.into(), module });
        self
    }

    /// A schema that stands for its package wherever it is, where no other is found.
    #[must_use]
    pub fn schema(mut self, path: impl Into<PathBuf>) -> Self {
        self.schemas.push(path.into());
        self
    }

    /// Where the items of another package stand in Rust, such as `crate::shared` or
    /// `::acme_common`. A package `acme::common` of which nothing is said is `crate::acme::common`.
    #[must_use]
    pub fn module(mut self, package: impl Into<String>, path: impl Into<String>) -> Self {
        self.modules.insert(package.into(), path.into());
        self
    }

    /// Where packages are looked for.
    pub(crate) fn includes(&self) -> &[Include] {
        &self.include
    }

    /// What stands for its package wherever it is.
    pub(crate) fn schemas(&self) -> &[PathBuf] {
        &self.schemas
    }

    /// Instead of finished code, the schema as Rust items with `#[protocol]` and
    /// `#[derive(Wire)]`: the same protocol, declared in Rust.
    #[must_use]
    pub fn rust_door(mut self, yes: bool) -> Self {
        self.rust_door = yes;
        self
    }

    /// Only the code of one item, by its name.
    #[must_use]
    pub fn item(mut self, name: impl Into<String>) -> Self {
        self.item = Some(name.into());
        self
    }
}

/// What [`compile`] made.
#[derive(Clone, Debug, PartialEq)]
pub struct Output {
    /// One file for each source, in the order given.
    pub files: Vec<Generated>,
    /// What the schemas may want to change.
    pub warnings: Report,
    /// The files of other packages that were read.
    pub read: Vec<PathBuf>,
}

/// One generated file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Generated {
    /// The package, such as `acme::chat`.
    pub package: String,
    /// The name for the file: `acme.chat.rs`.
    pub file_name: String,
    /// The code: a plain module, formatted, without inner attributes.
    pub code: String,
    source: String,
}

impl Generated {
    /// The whole file: a line that says where it comes from, and the code.
    #[must_use]
    pub fn text(&self) -> String {
        let source = &self.source;
        format!("// Generated by npgen from {source}; changes are overwritten.\n\n{}", self.code)
    }
}

/// Compiles schemas, each to a Rust module of its own.
///
/// A source that could not be read is reported together with the mistakes in the others:
///
/// ```no_run
/// use npgen::{Options, Source};
///
/// let output = npgen::compile([Source::read("schema/chat.np")], &Options::new())?;
/// for file in &output.files {
///     println!("{}:\n{}", file.file_name, file.text());
/// }
/// # Ok::<(), npgen::Failure>(())
/// ```
///
/// # Errors
///
/// Every mistake in every schema at once; or, when there is none, two schemas of one package, a
/// facade that is no path, or an item named in the options that no schema declares.
pub fn compile<I>(sources: I, options: &Options) -> Result<Output, Failure>
where
    I: IntoIterator<Item = Result<Source, FileError>>,
{
    let Parsed { mut schemas, report: warnings, read, modules } = parse(sources, options)?;
    let facade = path_tokens(&options.facade)
        .ok_or_else(|| Failure::Facade { path: options.facade.clone() })?;
    apart(&schemas)?;
    for (item, derive) in &options.derives {
        add_derive(&mut schemas, item, derive)?;
    }
    let mut door = Door::text(facade);
    for (package, path) in modules.iter().chain(&options.modules) {
        let tokens = path_tokens(path).ok_or_else(|| Failure::Module { path: path.clone() })?;
        door.modules.insert(package.clone(), tokens);
    }
    let files = schemas.iter().map(|(source, schema)| {
        let code = match (&options.item, options.rust_door) {
            (Some(name), rust_door) => item_code(source, schema, name, rust_door, &door)?,
            (None, true) => emit::rust_door(schema, &door),
            (None, false) => emit::schema(schema, &door),
        };
        let package = package_path(schema);
        Ok(Generated {
            file_name: format!("{}.rs", package.replace("::", ".")),
            code: pretty(source, code)?,
            source: source.file_name().to_owned(),
            package,
        })
    });
    Ok(Output { files: files.collect::<Result<_, Failure>>()?, warnings, read })
}

/// Checks schemas without generating anything, and returns the warnings.
///
/// # Errors
///
/// Every source that could not be read and every mistake in every schema, at once.
pub fn check<I>(sources: I, options: &Options) -> Result<Report, Failure>
where
    I: IntoIterator<Item = Result<Source, FileError>>,
{
    parse(sources, options).map(|parsed| parsed.report)
}

/// Compiles schemas to the model, each with the packages that it uses.
///
/// # Errors
///
/// Every source that could not be read and every mistake in every schema, at once.
pub fn schemas<I>(sources: I, options: &Options) -> Result<Vec<Schema>, Failure>
where
    I: IntoIterator<Item = Result<Source, FileError>>,
{
    let parsed = parse(sources, options)?;
    Ok(parsed.schemas.into_iter().map(|(_, schema)| schema).collect())
}

struct Parsed {
    schemas: Vec<Known>,
    report: Report,
    read: Vec<PathBuf>,
    /// Where packages stand in Rust, as far as the directories say it in which they were found.
    modules: BTreeMap<String, String>,
}

fn parse<I>(sources: I, options: &Options) -> Result<Parsed, Failure>
where
    I: IntoIterator<Item = Result<Source, FileError>>,
{
    let mut map = SourceMap::new();
    let mut library = Library::new(&Disk, &options.include, &options.schemas);
    let name = |source: &Source| source.name.clone();
    let loaded = load_all(&mut map, sources, &mut library, &name);
    let unreadable = std::mem::take(&mut library.unreadable);
    let report = Report::new(Arc::new(map), loaded.diagnostics);
    if !unreadable.is_empty() || report.errors() > 0 {
        return Err(Failure::Sources { unreadable, report });
    }
    let read = library.read.into_iter().collect();
    Ok(Parsed { schemas: loaded.schemas, report, read, modules: library.modules })
}

/// Compiles schemas into a map that holds others as well; `name` says what each is called there.
///
/// Every source that could not be read and every mistake is an error, all at once.
pub(crate) fn load(
    map: &mut SourceMap,
    sources: Vec<Result<Source, FileError>>,
    library: &mut Library<'_>,
    name: &dyn Fn(&Source) -> String,
) -> Result<Vec<Known>, Failure> {
    let loaded = load_all(map, sources, library, name);
    let unreadable = std::mem::take(&mut library.unreadable);
    let report = Report::new(Arc::new(map.clone()), loaded.diagnostics);
    if !unreadable.is_empty() || report.errors() > 0 {
        return Err(Failure::Sources { unreadable, report });
    }
    Ok(loaded.schemas)
}

/// One file that cannot be read, as a failure.
pub(crate) fn unreadable(errors: Vec<FileError>) -> Failure {
    let report = Report::new(Arc::new(SourceMap::new()), Vec::new());
    Failure::Sources { unreadable: errors, report }
}

struct Loaded {
    schemas: Vec<Known>,
    diagnostics: Vec<Diagnostic>,
}

fn load_all<I>(
    map: &mut SourceMap,
    sources: I,
    library: &mut Library<'_>,
    name: &dyn Fn(&Source) -> String,
) -> Loaded
where
    I: IntoIterator<Item = Result<Source, FileError>>,
{
    let mut files = Vec::new();
    for source in sources {
        match source {
            Err(error) => library.unreadable.push(error),
            Ok(source) => {
                let file = map.add(name(&source), source.text.clone());
                library.add(&source, file);
                files.push((source, file));
            }
        }
    }
    let mut loaded = Loaded { schemas: Vec::new(), diagnostics: Vec::new() };
    // What several schemas use has its mistakes told once.
    let mut told = BTreeSet::new();
    for (source, file) in files {
        let compiled =
            text::compile_with(map, file, &mut |map, package| library.find(map, &source, package));
        loaded.diagnostics.extend(compiled.diagnostics.into_iter().filter(|found| {
            let place = map.locate(found.span).map(|(file, range)| (file, range.start, range.end));
            told.insert((place, found.code, found.message.clone()))
        }));
        loaded.schemas.push((source, compiled.schema));
    }
    loaded
}

pub(crate) fn package_path(schema: &Schema) -> String {
    let names: Vec<_> = schema.package.iter().map(|name| name.text.as_str()).collect();
    names.join("::")
}

/// Two schemas of one package would be written to one file.
fn apart(schemas: &[Known]) -> Result<(), Failure> {
    let mut seen: BTreeMap<String, &Source> = BTreeMap::new();
    for (source, schema) in schemas {
        let package = package_path(schema);
        if let Some(first) = seen.insert(package.clone(), source) {
            let (first, second) = (first.name.clone(), source.name.clone());
            return Err(Failure::SamePackage { package, first, second });
        }
    }
    Ok(())
}

fn path_tokens(path: &str) -> Option<TokenStream> {
    let parser = syn::Path::parse_mod_style;
    syn::parse::Parser::parse_str(parser, path).ok()?;
    path.parse().ok()
}

fn add_derive(schemas: &mut [Known], wanted: &str, derive: &str) -> Result<(), Failure> {
    if syn::parse_str::<syn::Ident>(derive).is_err() {
        return Err(Failure::Derive { name: derive.to_owned() });
    }
    let mut met = false;
    for (_, schema) in schemas.iter_mut() {
        let package = package_path(schema);
        for item in &mut schema.items {
            let path = format!("{package}::{}", item.name().text);
            if wanted != path && wanted != format!("{package}::*") {
                continue;
            }
            if let Some(derives) = derives_of(item) {
                met = true;
                if derives.iter().all(|name| name.text != derive) {
                    derives.push(Name::new(derive, Span::NONE));
                }
            }
        }
    }
    if met {
        return Ok(());
    }
    let last = wanted.rsplit("::").next().unwrap_or(wanted);
    let mut nearest = Vec::new();
    for (_, schema) in schemas.iter_mut() {
        let package = package_path(schema);
        let named = schema.items.iter_mut().filter(|item| item.name().text == last);
        nearest.extend(
            named.filter_map(|item| derives_of(item).map(|_| format!("{package}::{last}"))),
        );
    }
    Err(Failure::NoSuchType { path: wanted.to_owned(), nearest })
}

fn derives_of(item: &mut Item) -> Option<&mut Vec<Name>> {
    match item {
        Item::Const(_) | Item::Alias(_) => None,
        Item::Struct(item) => Some(&mut item.derives),
        Item::Scalar(item) => Some(&mut item.derives),
        Item::Union(item) => Some(&mut item.derives),
        Item::Flags(item) => Some(&mut item.derives),
        Item::Protocol(item) => Some(&mut item.derives),
    }
}

fn item_code(
    source: &Source,
    schema: &Schema,
    name: &str,
    rust_door: bool,
    door: &Door<'_>,
) -> Result<TokenStream, Failure> {
    if schema.items.iter().all(|item| item.name().text != name) {
        return Err(Failure::NoSuchItem {
            name: name.to_owned(),
            source: source.name.clone(),
            declared: schema.items.iter().map(|item| item.name().text.clone()).collect(),
        });
    }
    Ok(match rust_door {
        true => emit::rust_door_item(schema, name, door),
        false => emit::schema_item(schema, name, door),
    })
}

fn pretty(source: &Source, code: TokenStream) -> Result<String, Failure> {
    format::module(code).map_err(|error| Failure::Defect {
        source: source.name.clone(),
        message: error.to_string(),
    })
}
