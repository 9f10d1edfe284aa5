//! Diagnostics as data: what is wrong, where, and how to mend it. Drawing them is the doors' work.

use std::fmt;

use crate::span::Span;

/// The number of a rule, shown as `NP0123`.
///
/// A code keeps its meaning for ever; the table of all codes is [`CODES`](crate::check::CODES).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Code(pub u16);

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NP{:04}", self.0)
    }
}

/// How much a diagnostic matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// Nothing is emitted.
    Error,
    /// Code is emitted all the same.
    Warning,
}

/// A second place that helps to understand the first, with a few words on why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Where.
    pub span: Span,
    /// Why it is shown, such as "first used here".
    pub text: String,
}

/// A mend that can be applied to the source as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What the mend does, as a request: "write `u32`".
    pub title: String,
    /// What to replace.
    pub span: Span,
    /// What to put there.
    pub replacement: String,
}

/// One mistake, or one warning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Which rule.
    pub code: Code,
    /// Whether code is emitted in spite of it.
    pub severity: Severity,
    /// Where the mistake is.
    pub span: Span,
    /// What is wrong: one sentence, lower case, no full stop.
    pub message: String,
    /// A few words beside the marked place, or empty.
    pub label: String,
    /// Other places.
    pub labels: Vec<Label>,
    /// Reasons and background, one sentence each.
    pub notes: Vec<String>,
    /// What to write instead.
    pub fixes: Vec<Fix>,
}

impl Diagnostic {
    /// An error of rule `code` at `span`.
    pub fn error(code: Code, span: Span, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: Severity::Error,
            span,
            message: message.into(),
            label: String::new(),
            labels: Vec::new(),
            notes: Vec::new(),
            fixes: Vec::new(),
        }
    }

    /// A warning of rule `code` at `span`.
    pub fn warning(code: Code, span: Span, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, span, message) }
    }

    /// Adds words beside the marked place.
    #[must_use]
    pub fn label(mut self, text: impl Into<String>) -> Self {
        self.label = text.into();
        self
    }

    /// Adds a second place.
    #[must_use]
    pub fn also(mut self, span: Span, text: impl Into<String>) -> Self {
        self.labels.push(Label { span, text: text.into() });
        self
    }

    /// Adds a reason.
    #[must_use]
    pub fn note(mut self, text: impl Into<String>) -> Self {
        self.notes.push(text.into());
        self
    }

    /// Adds a mend.
    #[must_use]
    pub fn fix(
        mut self,
        title: impl Into<String>,
        span: Span,
        replacement: impl Into<String>,
    ) -> Self {
        self.fixes.push(Fix { title: title.into(), span, replacement: replacement.into() });
        self
    }
}

/// After so many diagnostics the others are only counted: a source full of mistakes must not
/// fill the memory, and nobody reads on.
const FOUND_MAX: usize = 1_000;

/// Collects diagnostics so that all of them are reported together.
///
/// [`finish`](Self::finish) hands them over; a collector dropped with errors nobody asked for
/// is a defect, and panics in debug builds.
#[derive(Debug, Default)]
pub struct Diagnostics {
    found: Vec<Diagnostic>,
    more: usize,
    errors: bool,
    asked: bool,
}

impl Diagnostics {
    /// An empty collector.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one. From the thousandth on they are only counted.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.errors |= diagnostic.severity == Severity::Error;
        if self.found.len() < FOUND_MAX {
            self.found.push(diagnostic);
        } else {
            self.more += 1;
        }
    }

    /// Whether one of them is an error.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.errors
    }

    /// How many were only counted.
    #[must_use]
    pub fn more(&self) -> usize {
        self.more
    }

    /// Hands over what was found, in the order of discovery.
    #[must_use]
    pub fn finish(mut self) -> Vec<Diagnostic> {
        self.asked = true;
        std::mem::take(&mut self.found)
    }
}

impl Drop for Diagnostics {
    fn drop(&mut self) {
        debug_assert!(
            self.asked || self.found.is_empty() || std::thread::panicking(),
            "diagnostics were collected and never asked for: {:?}",
            self.found
        );
    }
}
