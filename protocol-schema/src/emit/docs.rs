//! Documentation that can stand in Rust: a schema's examples must never become doc tests.

use proc_macro2::TokenStream;
use quote::quote;

use super::Door;
use crate::ir::Docs;

impl Door<'_> {
    /// The documentation as attributes; `fallback` where there is none.
    pub(super) fn docs(&self, docs: &Docs, fallback: &str) -> TokenStream {
        if docs.0.iter().all(|line| line.trim().is_empty()) {
            let line = format!(" {fallback}");
            return quote!(#[doc = #line]);
        }
        let lines = plain(&docs.0, self.types).into_iter().map(|line| {
            let line = if line.is_empty() { line } else { format!(" {line}") };
            quote!(#[doc = #line])
        });
        quote!(#(#lines)*)
    }
}

/// A line of a schema's prose as Markdown in which rustdoc finds no tag and no link to an item:
/// what stands in angle or square brackets means nothing in Rust.
fn prose(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let mut code = false;
    for (at, c) in line.char_indices() {
        let rest = line.get(at + c.len_utf8()..).unwrap_or_default();
        let is_text = match c {
            '`' => {
                code = !code;
                false
            }
            '<' => !rest.starts_with("http"),
            '[' => !rest.split_once(']').is_some_and(|(_, after)| after.starts_with(['(', '['])),
            _ => false,
        };
        if is_text && !code && !out.ends_with('\\') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// Gives code fences without a language the language `text`, and fences indented blocks. Prose that
/// is `foreign` to Rust loses what would mean something there.
fn plain(lines: &[String], foreign: bool) -> Vec<String> {
    let mut out: Vec<String> = Vec::with_capacity(lines.len());
    let mut fence: Option<char> = None;
    let mut indented = false;
    for line in lines {
        let trimmed = line.trim_start();
        let marker = ['`', '~']
            .into_iter()
            .find(|c| trimmed.len() >= 3 && trimmed.chars().take(3).all(|d| d == *c));
        let deep = line.starts_with("    ") || line.starts_with('\t');
        if indented && !deep && !trimmed.is_empty() {
            out.push("```".to_owned());
            indented = false;
        }
        match (fence, marker) {
            (Some(open), Some(mark)) if open == mark => fence = None,
            (Some(_), _) => {}
            (None, Some(mark)) => {
                fence = Some(mark);
                let ticks: String = trimmed.chars().take_while(|c| *c == mark).collect();
                // Whatever language it names, nobody promised that it compiles as Rust here.
                let info = trimmed.get(ticks.len()..).unwrap_or_default().trim();
                let other = !info.is_empty() && !info.starts_with("rust");
                let info = if other { info } else { "text" };
                out.push(format!("{ticks}{info}"));
                continue;
            }
            (None, None) if deep && !indented && out.last().is_none_or(|l| l.is_empty()) => {
                out.push("```text".to_owned());
                indented = true;
            }
            (None, None) => {}
        }
        let text = foreign && fence.is_none() && !indented;
        out.push(if text { prose(line) } else { line.clone() });
    }
    if indented || fence.is_some() {
        out.push(if fence == Some('~') { "~~~" } else { "```" }.to_owned());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::plain;

    fn check(input: &str, expected: &str) {
        let lines: Vec<String> = input.lines().map(str::to_owned).collect();
        assert_eq!(plain(&lines, true).join("\n"), expected);
    }

    #[test]
    fn no_block_of_a_schema_becomes_a_doc_test() {
        check("a\n```\nlet x\n```\nb", "a\n```text\nlet x\n```\nb");
        check("```rust\nlet x\n```", "```text\nlet x\n```");
        check("```json\n{}\n```", "```json\n{}\n```");
        check("a\n\n    code\n    more\n\nb", "a\n\n```text\n    code\n    more\n\n```\nb");
        check("<tag> [Item] `<T>[0]`", "\\<tag> \\[Item] `<T>[0]`");
        check("[a](https://b) <https://c>", "[a](https://b) <https://c>");
        check("~~~\nx\n~~~", "~~~text\nx\n~~~");
        check("```\nnever closed", "```text\nnever closed\n```");
    }
}
