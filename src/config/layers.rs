//! What lies over what: files, then variables, then code, each over the defaults. The crate `config`
//! lays them; here each value is given its origin first, so that what is wrong can be found.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use ::config::{Config, Map, Source, Value, ValueKind};
use toml::de::{DeTable, DeValue};

use super::NetworkConfig;
use super::problem::{ConfigError, Problem};
use super::table::Row;

/// What the names of all variables begin with.
pub(super) const PREFIX: &str = "NETWORK_PROTOCOL_";

/// Where configuration comes from, from the weakest to the strongest.
///
/// ```no_run
/// use network_protocol::config::NetworkConfig;
///
/// let config = NetworkConfig::layers()
///     .file("/etc/logs.toml")
///     .file_if_there("logs.local.toml")
///     .environment()
///     .load()?;
/// # Ok::<(), network_protocol::config::ConfigError>(())
/// ```
#[derive(Debug, Default)]
#[must_use = "nothing is read until it is loaded"]
pub struct Layers {
    layers: Vec<Layer>,
}

#[derive(Debug)]
enum Layer {
    File { path: PathBuf, optional: bool },
    Text { name: String, text: String },
    Variables(Vec<(OsString, OsString)>),
}

impl Layers {
    /// A file of TOML. It has to be there.
    pub fn file(self, path: impl Into<PathBuf>) -> Self {
        self.with(Layer::File { path: path.into(), optional: false })
    }

    /// A file of TOML, if it is there.
    pub fn file_if_there(self, path: impl Into<PathBuf>) -> Self {
        self.with(Layer::File { path: path.into(), optional: true })
    }

    /// A text of TOML. `name` is what errors call it.
    pub fn toml(self, name: &str, text: &str) -> Self {
        self.with(Layer::Text { name: name.to_owned(), text: text.to_owned() })
    }

    /// The environment of this process: `NETWORK_PROTOCOL_<SECTION>__<FIELD>` for each field, and the
    /// four variables of earlier versions. Others are not looked at.
    pub fn environment(self) -> Self {
        self.variables(std::env::vars_os())
    }

    /// Variables as they stand in an environment.
    pub fn variables<K: Into<OsString>, V: Into<OsString>>(
        self,
        variables: impl IntoIterator<Item = (K, V)>,
    ) -> Self {
        let variables = variables.into_iter().map(|(name, value)| (name.into(), value.into()));
        self.with(Layer::Variables(variables.collect()))
    }

    fn with(mut self, layer: Layer) -> Self {
        self.layers.push(layer);
        self
    }

    /// Reads all of it, and lays it over the defaults.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with any of it, also with what another layer lies over.
    pub fn load(self) -> Result<NetworkConfig, ConfigError> {
        self.load_with(|_| ())
    }

    /// The same, and then changed by code, which is stronger than all the rest.
    ///
    /// # Errors
    ///
    /// As [`load`](Self::load).
    pub fn load_with(
        self,
        change: impl FnOnce(&mut NetworkConfig),
    ) -> Result<NetworkConfig, ConfigError> {
        let rows = NetworkConfig::default().rows();
        let mut problems = Vec::new();
        let mut builder = Config::builder();
        for layer in self.layers {
            let found = match layer {
                Layer::File { path, optional } => from_file(&path, optional),
                Layer::Text { name, text } => from_text(&name, &text),
                Layer::Variables(variables) => from_variables(&rows, variables),
            };
            match found {
                Ok(tables) => {
                    judge(&rows, &tables, &mut problems);
                    builder = builder.add_source(Found(tables));
                }
                Err(error) => problems.extend_from_slice(error.problems()),
            }
        }
        ConfigError::unless_none(problems)?;
        let laid = builder.build().and_then(|laid| laid.collect());
        let laid = laid.map_err(|error| Problem::Syntax {
            origin: "the layers together".to_owned(),
            text: error.to_string(),
        })?;
        let mut config = NetworkConfig::default();
        let mut origins = BTreeMap::new();
        for (section, name, value) in leaves(&laid) {
            if let Some(slot) = config.slot(section, name) {
                slot.put(&value.kind);
                origins.insert(format!("{section}.{name}"), origin(value).to_owned());
            }
        }
        let before = config.rows();
        change(&mut config);
        for (before, after) in before.iter().zip(config.rows()) {
            if before.value != after.value {
                origins.remove(&after.key());
            }
        }
        ConfigError::unless_none(config.check(&origins))?;
        Ok(config)
    }
}

/// One layer, read.
#[derive(Clone, Debug)]
struct Found(Map<String, Value>);

impl Source for Found {
    fn clone_into_box(&self) -> Box<dyn Source + Send + Sync> {
        Box::new(self.clone())
    }

    fn collect(&self) -> Result<Map<String, Value>, ::config::ConfigError> {
        Ok(self.0.clone())
    }
}

/// Where a value stands.
fn origin(value: &Value) -> &str {
    value.origin().unwrap_or("the program")
}

/// The values in the tables of a layer.
fn leaves(tables: &Map<String, Value>) -> Vec<(&str, &str, &Value)> {
    let mut found = Vec::new();
    for (section, value) in tables {
        if let ValueKind::Table(fields) = &value.kind {
            found.extend(
                fields.iter().map(|(name, value)| (section.as_str(), name.as_str(), value)),
            );
        }
    }
    found
}

/// What is wrong with the values of a layer by itself.
fn judge(rows: &[Row], tables: &Map<String, Value>, problems: &mut Vec<Problem>) {
    let mut found = Vec::new();
    for (section, value) in tables {
        let fields = rows.iter().filter(|row| row.section == section).map(|row| row.name);
        let fields: Vec<_> = fields.collect();
        let ValueKind::Table(values) = &value.kind else {
            found.push(no_table(section, value));
            continue;
        };
        if fields.is_empty() {
            found.push(Problem::UnknownKey {
                key: format!("[{section}]"),
                origin: origin(value).to_owned(),
                allowed: tables_there(),
            });
            continue;
        }
        for (name, value) in values {
            let row = rows.iter().find(|row| row.section == section && row.name == name);
            match row {
                None => found.push(Problem::UnknownKey {
                    key: format!("{section}.{name}"),
                    origin: origin(value).to_owned(),
                    allowed: format!("[{section}] has {}", fields.join(", ")),
                }),
                Some(row) => found.extend(judge_one(row, value)),
            }
        }
    }
    // Tables are in no order of their own.
    found.sort_by_cached_key(ToString::to_string);
    problems.extend(found);
}

fn tables_there() -> String {
    let names: Vec<_> =
        NetworkConfig::sections().iter().map(|(name, _)| format!("[{name}]")).collect();
    format!("the tables are {}", names.join(" "))
}

fn no_table(section: &str, value: &Value) -> Problem {
    Problem::UnknownKey {
        key: section.to_owned(),
        origin: origin(value).to_owned(),
        allowed: format!("a key stands in a table, and {}", tables_there()),
    }
}

/// Whether a value is of the field's kind, and allowed.
fn judge_one(row: &Row, value: &Value) -> Option<Problem> {
    let mut scratch = NetworkConfig::default();
    let taken = scratch.slot(row.section, row.name).is_some_and(|slot| slot.put(&value.kind));
    let same = |other: &Row| (other.section, other.name) == (row.section, row.name);
    let good = taken && scratch.rows().into_iter().find(same).is_some_and(|row| row.good);
    (!good).then(|| Problem::BadValue {
        key: row.key(),
        value: shown(&value.kind),
        origin: origin(value).to_owned(),
        allowed: row.allowed.clone(),
    })
}

/// A value, for an error.
fn shown(kind: &ValueKind) -> String {
    const MOST: usize = 80;
    let text = written(kind);
    let short: String = text.chars().take(MOST).collect();
    if short.len() < text.len() { format!("{short}…") } else { short }
}

/// As TOML has it.
fn written(kind: &ValueKind) -> String {
    match kind {
        ValueKind::String(text) => super::value::quoted(text),
        ValueKind::Array(values) => {
            let values: Vec<_> = values.iter().map(|value| written(&value.kind)).collect();
            format!("[{}]", values.join(", "))
        }
        ValueKind::Nil
        | ValueKind::Boolean(_)
        | ValueKind::I64(_)
        | ValueKind::I128(_)
        | ValueKind::U64(_)
        | ValueKind::U128(_)
        | ValueKind::Float(_)
        | ValueKind::Table(_) => kind.to_string(),
    }
}

fn from_file(path: &Path, optional: bool) -> Result<Map<String, Value>, ConfigError> {
    match fs::read_to_string(path) {
        Ok(text) => from_text(&path.display().to_string(), &text),
        Err(error) if optional && error.kind() == std::io::ErrorKind::NotFound => Ok(Map::new()),
        Err(error) => Err(file_problem(path, false, &error).into()),
    }
}

/// What the system says against a file.
pub(super) fn file_problem(path: &Path, writing: bool, error: &std::io::Error) -> Problem {
    let (kind, text) = (error.kind(), error.to_string());
    Problem::File { path: path.to_owned(), writing, kind, text }
}

fn from_text(name: &str, text: &str) -> Result<Map<String, Value>, ConfigError> {
    let place = |at: usize| {
        let before = text.as_bytes().iter().take(at);
        let line = before.filter(|byte| **byte == b'\n').count().saturating_add(1);
        format!("{name}:{line}")
    };
    let (parsed, errors) = DeTable::parse_recoverable(text);
    let problems = errors.iter().map(|error| Problem::Syntax {
        origin: place(error.span().map_or(0, |span| span.start)),
        text: error.message().to_owned(),
    });
    ConfigError::unless_none(problems.collect())?;
    Ok(parsed.get_ref().iter().map(|(key, value)| entry(key, value, &place)).collect())
}

type Key<'a> = toml::Spanned<std::borrow::Cow<'a, str>>;

/// A value of TOML with the line of its key as its origin.
fn entry(
    key: &Key<'_>,
    value: &toml::Spanned<DeValue<'_>>,
    place: &dyn Fn(usize) -> String,
) -> (String, Value) {
    let origin = place(key.span().start);
    (key.get_ref().to_string(), Value::new(Some(&origin), plain(value.get_ref(), &origin, place)))
}

fn plain(value: &DeValue<'_>, origin: &String, place: &dyn Fn(usize) -> String) -> ValueKind {
    match value {
        DeValue::String(text) => ValueKind::String(text.to_string()),
        DeValue::Boolean(on) => ValueKind::Boolean(*on),
        DeValue::Integer(number) => {
            let parsed = i64::from_str_radix(number.as_str(), number.radix());
            // One that is too large is shown as it stands, and is of no kind that is asked for.
            parsed.map_or_else(|_| ValueKind::String(number.to_string()), ValueKind::I64)
        }
        DeValue::Float(number) => number.as_str().parse().map_or(ValueKind::Nil, ValueKind::Float),
        DeValue::Datetime(time) => ValueKind::String(time.to_string()),
        DeValue::Array(values) => {
            let values = values.iter().map(|value| plain(value.get_ref(), origin, place));
            ValueKind::Array(values.map(|kind| Value::new(Some(origin), kind)).collect())
        }
        DeValue::Table(table) => {
            ValueKind::Table(table.iter().map(|(key, value)| entry(key, value, place)).collect())
        }
    }
}

/// The fields that variables set, each by the strongest of its own.
fn from_variables(
    rows: &[Row],
    variables: Vec<(OsString, OsString)>,
) -> Result<Map<String, Value>, ConfigError> {
    let mut problems = Vec::new();
    let mut set: BTreeMap<String, OsString> = BTreeMap::new();
    for (name, value) in variables {
        let Some(name) = name.to_str().filter(|name| name.starts_with(PREFIX)) else { continue };
        let known = rows.iter().any(|row| row.variables().iter().any(|own| own == name));
        if known {
            set.insert(name.to_owned(), value);
        } else if name.contains("__") {
            // Others may be of somebody else, such as those that a cluster sets for a service.
            problems.push(Problem::UnknownKey {
                key: name.to_owned(),
                origin: "the environment".to_owned(),
                allowed: format!("write {PREFIX}<SECTION>__<FIELD>; {}", tables_there()),
            });
        }
    }
    let mut tables: Map<String, Value> = Map::new();
    for row in rows {
        let Some((name, value)) =
            row.variables().into_iter().find_map(|name| set.get_key_value(&name))
        else {
            continue;
        };
        let Some(text) = value.to_str() else {
            problems.push(Problem::BadValue {
                key: row.key(),
                value: format!("{value:?}"),
                origin: name.clone(),
                allowed: "text in UTF-8".to_owned(),
            });
            continue;
        };
        let table = tables
            .entry(row.section.to_owned())
            .or_insert_with(|| Map::<String, Value>::new().into());
        if let ValueKind::Table(fields) = &mut table.kind {
            fields.insert(row.name.to_owned(), Value::new(Some(name), row.kind.of_variable(text)));
        }
    }
    ConfigError::unless_none(problems)?;
    Ok(tables)
}
