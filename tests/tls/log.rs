//! What the log says.

use std::cell::RefCell;
use std::fmt::{Debug, Write as _};
use std::sync::{Arc, Once};

use tokio::sync::watch;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};

use crate::common::SOON;

/// All lines of a test from the level `WARN` up. A test is one thread.
#[derive(Clone)]
pub(crate) struct Log(Arc<watch::Sender<Vec<String>>>);

thread_local! {
    static LOG: RefCell<Option<Log>> = const { RefCell::new(None) };
}

impl Log {
    /// Keeps what this thread logs from now on.
    pub(crate) fn start() -> Self {
        static GLOBAL: Once = Once::new();
        GLOBAL.call_once(|| tracing::subscriber::set_global_default(ToThread).unwrap());
        let log = Self(Arc::new(watch::Sender::new(Vec::new())));
        LOG.set(Some(log.clone()));
        log
    }

    /// Waits until a line has this in it.
    pub(crate) async fn says(&self, text: &str) {
        let mut lines = self.0.subscribe();
        let says = lines.wait_for(|lines| lines.iter().any(|line| line.contains(text)));
        if tokio::time::timeout(SOON, says).await.is_err() {
            panic!("no line says `{text}`: {:#?}", self.0.borrow());
        }
    }
}

/// Gives each line to the thread that it is of.
struct ToThread;

struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        write!(self.0, "{}={value:?} ", field.name()).unwrap();
    }
}

impl Subscriber for ToThread {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        *metadata.level() <= Level::WARN
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut line = Line(String::new());
        event.record(&mut line);
        let log = LOG.with_borrow(Clone::clone);
        log.inspect(|log| log.0.send_modify(|lines| lines.push(line.0)));
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}
