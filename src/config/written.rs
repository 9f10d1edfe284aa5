//! A configuration as text: files with comments, and the page of all fields.

use std::fmt::Write;

use super::NetworkConfig;
use super::table::Row;

/// The columns of a comment.
const WIDTH: usize = 96;

/// A file of TOML with all fields, each with what it does.
pub(super) fn commented(config: &NetworkConfig) -> String {
    let mut out = String::from(
        "# Each field may be left out; its default holds then. What is not known here is refused.\n",
    );
    let rows = config.rows();
    for (section, about) in NetworkConfig::sections() {
        out.push('\n');
        comment(&mut out, &one_line(about));
        line(&mut out, format_args!("[{section}]"));
        for row in rows.iter().filter(|row| row.section == section) {
            comment(&mut out, &format!("{} {}.", row.text(), capital(&row.allowed)));
            line(&mut out, format_args!("{} = {}", row.name, row.value));
        }
    }
    out
}

/// Writing to a `String` does not fail.
fn line(out: &mut String, text: std::fmt::Arguments<'_>) {
    out.write_fmt(text).ok();
    out.push('\n');
}

fn one_line(doc: &[&str]) -> String {
    let lines: Vec<_> = doc.iter().map(|line| line.trim()).collect();
    lines.join(" ")
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

/// A text over as many lines as it takes.
fn comment(out: &mut String, text: &str) {
    let mut width = 0;
    for word in text.split(' ') {
        let more = word.chars().count().saturating_add(1);
        if width == 0 || width + more > WIDTH {
            out.push_str(if width == 0 { "#" } else { "\n#" });
            width = 1;
        }
        out.push(' ');
        out.push_str(word);
        width += more;
    }
    out.push('\n');
}

/// What the page begins with.
const HEAD: &str = include_str!("page.md");

/// The page about each field.
pub(super) fn page() -> String {
    let mut out = String::from(HEAD);
    let rows = NetworkConfig::default().rows();
    for (section, about) in NetworkConfig::sections() {
        line(&mut out, format_args!("\n## `[{section}]`\n\n{}\n", one_line(about)));
        out.push_str("| field | default | allowed | what it does |\n|---|---|---|---|\n");
        for row in rows.iter().filter(|row| row.section == section) {
            line(&mut out, format_args!("{}", cells(row)));
        }
    }
    out
}

fn cells(row: &Row) -> String {
    let earlier = row.earlier.map(|name| format!(" Also by `{name}`.")).unwrap_or_default();
    format!("| `{}` | `{}` | {} | {}{earlier} |", row.name, row.value, row.allowed, row.text())
}
