//! The lines of `tracing-subscriber` with the name of the program, and the one line of our own: how many
//! others were dropped.

use std::fmt;

use tracing::{Event, Subscriber};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::{FormatTime, SystemTime};
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

use crate::config::LoggingConfig;

/// Lines for people, which begin with the name.
pub(super) struct Text<F> {
    pub(super) inner: F,
    pub(super) name: String,
}

/// Lines for programs, with the name as the field `app`.
pub(super) struct Json<F> {
    pub(super) inner: F,
    pub(super) name: String,
}

impl<S, N, F> FormatEvent<S, N> for Text<F>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
    F: FormatEvent<S, N>,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        write!(writer, "{} ", self.name)?;
        self.inner.format_event(context, writer, event)
    }
}

impl<S, N, F> FormatEvent<S, N> for Json<F>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
    F: FormatEvent<S, N>,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let mut line = String::new();
        self.inner.format_event(context, Writer::new(&mut line), event)?;
        match line.strip_prefix('{') {
            Some(rest) => write!(writer, "{{\"app\":{},{rest}", json(&self.name)),
            None => writer.write_str(&line),
        }
    }
}

/// A text as JSON has it.
fn json(text: &str) -> String {
    let mut out = String::from('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// How the line about lines that were dropped is written.
#[derive(Clone, Debug)]
pub(super) struct Report {
    name: String,
    json: bool,
}

impl Report {
    pub(super) fn new(config: &LoggingConfig) -> Self {
        Self { name: config.app_name.clone(), json: config.json_format }
    }

    /// The line. `why` is what the system said, if writing failed.
    pub(super) fn line(&self, dropped: u64, why: Option<&str>) -> String {
        const TARGET: &str = "network_protocol::logging";
        let mut time = String::new();
        // A clock that cannot be written leaves the line without its time.
        SystemTime.format_time(&mut Writer::new(&mut time)).ok();
        let why = why.unwrap_or("they came faster than they were written");
        let name = &self.name;
        if self.json {
            let (name, why) = (json(name), json(why));
            format!(
                "{{\"app\":{name},\"timestamp\":\"{time}\",\"level\":\"WARN\",\"fields\":{{\"message\":\"lines were dropped\",\"dropped\":{dropped},\"why\":{why}}},\"target\":\"{TARGET}\"}}\n"
            )
        } else {
            format!(
                "{name} {time}  WARN {TARGET}: lines were dropped dropped={dropped} why={why:?}\n"
            )
        }
    }
}
