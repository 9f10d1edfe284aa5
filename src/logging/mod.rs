//! Logs of a program: lines on the console and in files, by `tracing-subscriber`.
//!
//! Whoever logs never waits for a disk or a pipe: lines go to a buffer of bounded size, and a thread
//! writes them. What does not fit, or cannot be written, is dropped and counted, and the count is
//! written when writing works again. The library logs no message and no secret at any level.
//!
//! ```no_run
//! use network_protocol::config::NetworkConfig;
//!
//! let config = NetworkConfig::load("network.toml")?;
//! let logs = network_protocol::logging::init(&config.logging)?;
//! // …
//! assert_eq!(logs.dropped(), 0);
//! # Ok::<(), network_protocol::Error>(())
//! ```

mod file;
mod format;
mod sink;

use std::cell::RefCell;
use std::env;
use std::fmt;
use std::io::{self, IsTerminal};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tracing::Dispatch;
use tracing::dispatcher;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::{Layer, Registry, fmt as lines};

use self::file::Rotating;
use self::format::{Json, Text};
use self::sink::{Lines, Sink};
use crate::config::{LogLevel, LoggingConfig};

/// The variable that says which events are written, instead of the configuration.
const FILTER: &str = "RUST_LOG";

/// How long the end of the program waits for lines that are not written yet.
const AT_EXIT: Duration = Duration::from_secs(1);

/// Why logs could not be set up. The program's configuration or its environment is at fault; nothing
/// was changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LogError {
    /// Something in this process takes the events already, such as an earlier call.
    #[error("logs are set up already: do it once, where the program begins")]
    AlreadySet,
    /// A value of the configuration cannot be used.
    #[error("{key}: {text}")]
    Config {
        /// Its key.
        key: String,
        /// What is wrong, and what mends it.
        text: String,
    },
    /// `RUST_LOG` is not understood.
    #[error("RUST_LOG is {value:?}, it must be like \"info\" or \"warn,my_program=debug\": {text}")]
    Filter {
        /// What it is.
        value: String,
        /// What is wrong with it.
        text: String,
    },
    /// The file cannot be opened.
    #[error("cannot write logs to {}: {text}", .path.display())]
    File {
        /// Which one.
        path: PathBuf,
        /// What the system says.
        kind: io::ErrorKind,
        /// The same in words.
        text: String,
    },
    /// The thread that writes could not be started.
    #[error("cannot start the thread that writes logs: {text}")]
    Thread {
        /// What the system says.
        text: String,
    },
}

impl From<LogError> for crate::Error {
    fn from(error: LogError) -> Self {
        Self::Config(error.to_string().into())
    }
}

/// Logs that are set up. Cheap to clone; dropping it changes nothing.
#[derive(Clone)]
pub struct Logging {
    sinks: Vec<Arc<Sink>>,
}

impl Logging {
    /// How many lines were dropped so far, because they could not be written, or not soon enough.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.sinks.iter().map(|sink| sink.dropped()).fold(0, u64::saturating_add)
    }

    /// Waits until what was logged is written or dropped, at most so long. Says whether it is.
    ///
    /// It blocks the thread. The end of the thread that called [`init`] does it by itself, which is
    /// the end of the program where `main` called it.
    pub fn flush(&self, limit: Duration) -> bool {
        self.sinks.iter().all(|sink| sink.flush(limit))
    }
}

impl fmt::Debug for Logging {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Logging").field("dropped", &self.dropped()).finish_non_exhaustive()
    }
}

/// Sets up the logs of this process, as configured.
///
/// # Errors
///
/// [`LogError::AlreadySet`] the second time, and what is wrong with the configuration, with `RUST_LOG`
/// or with the file.
pub fn init(config: &LoggingConfig) -> Result<Logging, LogError> {
    if dispatcher::has_been_set() {
        return Err(LogError::AlreadySet);
    }
    let (dispatch, logging) = subscriber(config)?;
    dispatcher::set_global_default(dispatch).map_err(|_| LogError::AlreadySet)?;
    AtExit::arm(logging.clone());
    Ok(logging)
}

/// Sets up the logs of this process: of a level (`info` if there is none) to the console, and to a
/// file too if one is named.
///
/// # Errors
///
/// As [`init`], and if there is no such level.
pub fn init_logging(level: Option<&str>, file: Option<&str>) -> Result<Logging, LogError> {
    let log_level = match level {
        None => LogLevel::default(),
        Some(name) => LogLevel::named(name).ok_or_else(|| LogError::Config {
            key: "level".to_owned(),
            text: format!("there is no {name:?}: say trace, debug, info, warn or error"),
        })?,
    };
    init(&LoggingConfig {
        log_level,
        log_to_file: file.is_some(),
        log_file_path: file.map(PathBuf::from),
        ..LoggingConfig::default()
    })
}

/// What takes the events, for programs that set it up in a way of their own.
///
/// # Errors
///
/// As [`init`], but for [`LogError::AlreadySet`].
pub fn subscriber(config: &LoggingConfig) -> Result<(Dispatch, Logging), LogError> {
    config.check()?;
    let filter = filter(config, env::var(FILTER).ok().as_deref())?;
    let mut sinks = Vec::new();
    let mut layers: Vec<Box<dyn Layer<Registry> + Send + Sync>> = Vec::new();
    if config.log_to_console {
        let sink = Sink::start(io::stderr(), config)?;
        layers.push(layer(config, sink.clone(), has_colours()));
        sinks.push(sink);
    }
    if let Some(path) = config.log_file_path.as_ref().filter(|_| config.log_to_file) {
        let file = Rotating::open(path, config.log_file_max_bytes, config.log_files_kept);
        let file = file.map_err(|error| LogError::File {
            path: path.clone(),
            kind: error.kind(),
            text: error.to_string(),
        })?;
        let sink = Sink::start(file, config)?;
        layers.push(layer(config, sink.clone(), false));
        sinks.push(sink);
    }
    let dispatch = Dispatch::new(Registry::default().with(layers.with_filter(filter)));
    Ok((dispatch, Logging { sinks }))
}

/// Which events are written.
fn filter(config: &LoggingConfig, variable: Option<&str>) -> Result<Targets, LogError> {
    match variable.map(str::trim).filter(|value| !value.is_empty()) {
        Some(value) => value.parse().map_err(|error: tracing_subscriber::filter::ParseError| {
            LogError::Filter { value: value.to_owned(), text: error.to_string() }
        }),
        None => Ok(Targets::new().with_default(config.log_level.filter())),
    }
}

fn layer(
    config: &LoggingConfig,
    sink: Arc<Sink>,
    colours: bool,
) -> Box<dyn Layer<Registry> + Send + Sync> {
    let layer = lines::layer().with_writer(Lines(sink)).with_ansi(colours);
    // Nobody could be told by them: what writes here only fills a buffer.
    let layer = layer.log_internal_errors(false);
    let name = config.app_name.clone();
    if config.json_format {
        let json = layer.json().map_event_format(|inner| Json { inner, name });
        json.boxed()
    } else {
        layer.map_event_format(|inner| Text { inner, name }).boxed()
    }
}

/// Whether lines on the console have colours: on a terminal, and unless `NO_COLOR` says otherwise.
fn has_colours() -> bool {
    let refused = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    !refused && io::stderr().is_terminal()
}

impl LogLevel {
    /// The level with this name, in whatever case.
    fn named(name: &str) -> Option<Self> {
        match name.to_ascii_lowercase().as_str() {
            "trace" => Some(Self::Trace),
            "debug" => Some(Self::Debug),
            "info" => Some(Self::Info),
            "warn" => Some(Self::Warn),
            "error" => Some(Self::Error),
            _ => None,
        }
    }

    const fn filter(self) -> LevelFilter {
        match self {
            Self::Trace => LevelFilter::TRACE,
            Self::Debug => LevelFilter::DEBUG,
            Self::Info => LevelFilter::INFO,
            Self::Warn => LevelFilter::WARN,
            Self::Error => LevelFilter::ERROR,
        }
    }
}

impl LoggingConfig {
    fn check(&self) -> Result<(), LogError> {
        match self.together().into_iter().next() {
            None => Ok(()),
            Some((key, text)) => Err(LogError::Config { key: key.to_owned(), text }),
        }
    }
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = &'a Self;

    fn make_writer(&'a self) -> Self::Writer {
        self
    }
}

/// Writes what is left when its thread ends.
struct AtExit(Logging);

impl AtExit {
    fn arm(logging: Logging) {
        thread_local! {
            static AT_EXIT_OF_THREAD: RefCell<Option<AtExit>> = const { RefCell::new(None) };
        }
        AT_EXIT_OF_THREAD.with_borrow_mut(|place| *place = Some(Self(logging)));
    }
}

impl Drop for AtExit {
    fn drop(&mut self) {
        self.0.flush(AT_EXIT);
    }
}
