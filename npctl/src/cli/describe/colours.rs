//! `.np` text in colours. They are taken out again where no terminal shows them.

use clap::builder::styling::{AnsiColor, Style};

/// Words that say what follows.
const KEYWORDS: [&str; 11] = [
    "package", "use", "const", "type", "struct", "enum", "flags", "protocol", "client", "server",
    "error",
];

/// The text with its words, numbers, texts and attributes marked.
pub(super) fn coloured(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let (len, style) = token(rest, first);
        let (token, behind) = rest.split_at_checked(len).unwrap_or((rest, ""));
        match style {
            Some(style) => out.push_str(&format!("{style}{token}{style:#}")),
            None => out.push_str(token),
        }
        rest = behind;
    }
    out
}

/// How long the first token is, and how it is shown.
fn token(text: &str, first: char) -> (usize, Option<Style>) {
    let plain = |colour: AnsiColor| Some(colour.on_default());
    let run = |is_in: fn(char) -> bool| {
        text.char_indices().skip(1).find(|(_, c)| !is_in(*c)).map_or(text.len(), |(at, _)| at)
    };
    let word = |c: char| c.is_alphanumeric() || c == '_';
    match first {
        '/' if text.starts_with("//") => {
            (text.find('\n').unwrap_or(text.len()), plain(AnsiColor::BrightBlack))
        }
        '#' => (run(|c| c != ']' && c != '\n') + 1, plain(AnsiColor::Yellow)),
        '@' => (run(|c| c.is_ascii_digit()), plain(AnsiColor::Cyan)),
        '"' => (quoted(text), plain(AnsiColor::Green)),
        c if word(c) => {
            let len = run(|c| c.is_alphanumeric() || c == '_');
            let found = text.get(..len).unwrap_or_default();
            let style = if KEYWORDS.contains(&found) {
                Some(AnsiColor::Blue.on_default().bold())
            } else if c.is_ascii_uppercase() {
                plain(AnsiColor::Magenta)
            } else {
                None
            };
            (len, style)
        }
        c => (c.len_utf8(), None),
    }
}

/// The length of a text in quotes.
fn quoted(text: &str) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            '\\' if !escaped => escaped = true,
            '"' if !escaped => return at + 1,
            _ => escaped = false,
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_its_colours_the_text_is_what_it_was() {
        let text = "package a;\n\n#[max(\"]\")]\nenum E {\n    @1 Text(String), // é\n} \"q\\\"é";
        let drawn = coloured(text);
        assert_ne!(drawn, text);
        assert_eq!(anstream::adapter::strip_str(&drawn).to_string(), text);
    }
}
