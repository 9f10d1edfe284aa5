//! Text to tokens. Never fails: what is wrong is reported, and the parser gets the nearest token.

use std::ops::Range;

use crate::check::codes;
use crate::diag::{Code, Diagnostic, Diagnostics};

use super::source::Places;

/// The longest name, in bytes.
pub(super) const NAME_BYTES_MAX: usize = 255;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A name, also `r#name`.
    Ident,
    /// `_` alone.
    Underscore,
    Int,
    Float,
    Str,
    ByteStr,
    /// A string whose end is missing, and with it all that follows on its line.
    CutStr,
    /// `/// …`, one line.
    OuterDoc,
    /// `//! …`, one line.
    InnerDoc,
    OpenBrace,
    CloseBrace,
    OpenParen,
    CloseParen,
    OpenBracket,
    CloseBracket,
    Less,
    Greater,
    Comma,
    Semi,
    Colon,
    /// `::`.
    PathSep,
    Equals,
    Minus,
    /// `->`.
    Arrow,
    At,
    Hash,
    Bang,
    /// The end of the text.
    End,
}

/// A token: what it is, and its bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Token {
    pub(crate) kind: Kind,
    pub(crate) start: u32,
    pub(crate) end: u32,
}

/// What the lexer made of a text.
#[derive(Debug)]
pub(super) struct Lexed {
    /// The tokens; the last one is [`Kind::End`].
    pub(super) tokens: Vec<Token>,
    /// Whether the end is missing: a comment runs to it.
    pub(super) cut_short: bool,
}

/// Cuts `text` into tokens.
pub(super) fn lex(text: &str, places: &mut Places, found: &mut Diagnostics) -> Lexed {
    let mut lexer = Lexer { text, at: 0, places, found, tokens: Vec::new(), cut_short: false };
    if text.starts_with('\u{feff}') {
        lexer.at = '\u{feff}'.len_utf8();
    }
    while let Some(first) = lexer.peek() {
        lexer.token(first);
    }
    lexer.push(Kind::End, text.len());
    Lexed { tokens: lexer.tokens, cut_short: lexer.cut_short }
}

/// The tokens of a text alone: what is wrong with it is left to
/// [`compile`](super::compile).
pub(crate) fn tokens(text: &str) -> Vec<Token> {
    let mut map = super::SourceMap::new();
    let file = map.add(String::new(), String::new());
    let mut found = Diagnostics::new();
    let tokens = lex(text, &mut map.places(file), &mut found).tokens;
    drop(found.finish());
    tokens
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
    places: &'a mut Places,
    found: &'a mut Diagnostics,
    tokens: Vec<Token>,
    cut_short: bool,
}

impl Lexer<'_> {
    /// Reads one token, comment or blank that starts with `first`.
    fn token(&mut self, first: char) {
        let start = self.at;
        match first {
            c if is_blank(c) => self.skip_while(is_blank),
            '/' if self.looking_at("//") => self.line_comment(),
            '/' if self.looking_at("/*") => self.block_comment(),
            '"' => self.string(start, Kind::Str),
            'b' if self.looking_at("b\"") => {
                self.at += 1;
                self.string(start, Kind::ByteStr);
            }
            c if is_name_start(c) => self.name(),
            c if c.is_ascii_digit() => self.number(),
            _ => match mark(self.rest()) {
                Some((kind, len)) => {
                    self.at += len;
                    self.push(kind, start);
                }
                None => self.unexpected(),
            },
        }
    }

    fn name(&mut self) {
        let start = self.at;
        if self.looking_at("r#") && self.rest().chars().nth(2).is_some_and(is_name_start) {
            self.at += 2;
        }
        let name = self.at;
        self.skip_while(is_name_part);
        let text = self.text.get(name..self.at).unwrap_or("");
        if text.len() > NAME_BYTES_MAX {
            let message = format!(
                "a name of {} bytes is too long, at most {NAME_BYTES_MAX} are allowed",
                text.len()
            );
            self.report(codes::NAME_TOO_LONG, name..self.at, message);
        }
        if let Some((at, c)) = text.char_indices().find(|(_, c)| !c.is_ascii()) {
            let range = name + at..name + at + c.len_utf8();
            let message = format!("{} is not allowed in a name, which is ASCII", describe(c));
            self.report(codes::UNEXPECTED_CHARACTER, range, message);
        }
        self.push(if text == "_" { Kind::Underscore } else { Kind::Ident }, start);
    }

    fn number(&mut self) {
        let start = self.at;
        let radix = ["0x", "0o", "0b"].iter().any(|prefix| self.looking_at(prefix));
        self.skip_while(is_name_part);
        let mut kind = Kind::Int;
        if !radix {
            if self.peek() == Some('.') && self.peek_second().is_some_and(|c| c.is_ascii_digit()) {
                self.at += 1;
                self.skip_while(is_name_part);
                kind = Kind::Float;
            }
            let text = self.text.get(start..self.at).unwrap_or("");
            let exponent = text.ends_with(['e', 'E'])
                && text.trim_end_matches(['e', 'E', '_']).ends_with(|c: char| c.is_ascii_digit());
            if exponent && matches!(self.peek(), Some('+' | '-')) {
                self.at += 1;
                self.skip_while(is_name_part);
                kind = Kind::Float;
            } else if has_exponent(text) {
                kind = Kind::Float;
            }
        }
        let text = self.text.get(start..self.at).unwrap_or("");
        let float = kind == Kind::Float;
        let problem = if float { float_value(text).err() } else { int_value(text).err() };
        if let Some(problem) = problem {
            self.report(codes::BAD_NUMBER, start..self.at, problem);
        }
        self.push(kind, start);
    }

    /// Reads a string whose quote is at `self.at`; the token starts at `start`.
    fn string(&mut self, start: usize, kind: Kind) {
        let mut token = kind;
        let quote = self.at;
        self.at += 1;
        loop {
            match self.peek() {
                Some('"') => {
                    self.at += 1;
                    break;
                }
                // A backslash at the end of a line joins it with the next one, as in Rust.
                Some('\\') => {
                    self.at += 1;
                    match self.peek() {
                        Some('\n' | '\r') => self.skip_while(is_blank),
                        _ => self.bump(),
                    }
                }
                None | Some('\n') => {
                    let message = "this string has no closing `\"` on its line";
                    self.report(codes::UNTERMINATED_STRING, start..quote + 1, message);
                    token = Kind::CutStr;
                    break;
                }
                Some(_) => self.bump(),
            }
        }
        let (body, end) = (quote + 1, self.at);
        let problems = {
            let mut problems = Vec::new();
            unescape(self.text.get(body..end).unwrap_or(""), kind, |range, message| {
                problems.push((body + range.start..body + range.end, message));
            });
            problems
        };
        for (range, message) in problems {
            self.report(codes::BAD_ESCAPE, range, message);
        }
        self.direction_characters(body..end);
        self.push(token, start);
    }

    fn line_comment(&mut self) {
        let start = self.at;
        self.at += self.rest().find('\n').unwrap_or(self.rest().len());
        let text = self.text.get(start..self.at).unwrap_or("");
        let kind = if text.starts_with("///") && !text.starts_with("////") {
            Kind::OuterDoc
        } else if text.starts_with("//!") {
            Kind::InnerDoc
        } else {
            return;
        };
        self.direction_characters(start..self.at);
        self.push(kind, start);
    }

    /// Block comments nest, as in Rust.
    fn block_comment(&mut self) {
        let start = self.at;
        let mut depth = 0_usize;
        loop {
            let Some(next) = self.rest().find(['*', '/']) else {
                self.at = self.text.len();
                break;
            };
            self.at += next;
            if self.looking_at("/*") {
                depth += 1;
                self.at += 2;
            } else if self.looking_at("*/") {
                depth -= 1;
                self.at += 2;
                if depth == 0 {
                    return;
                }
            } else {
                self.at += 1;
            }
        }
        self.cut_short = true;
        let message = "this comment has no closing `*/`";
        self.report(codes::UNTERMINATED_COMMENT, start..start + 2, message);
    }

    /// Reports a run of characters without a meaning as one mistake, and leaves it out.
    fn unexpected(&mut self) {
        let start = self.at;
        let Some(first) = self.peek() else { return };
        self.skip_while(|c| {
            !is_blank(c) && !is_name_part(c) && !matches!(c, '"' | '/') && mark_of(c).is_none()
        });
        if self.at == start {
            self.bump();
        }
        let many = self.at > start + first.len_utf8();
        let text = if many { "these characters have" } else { "this character has" };
        let message = format!("{text} no meaning here: {}", describe(first));
        self.report(codes::UNEXPECTED_CHARACTER, start..self.at, message);
    }

    /// Reports marks that make text look different from what it is.
    fn direction_characters(&mut self, range: Range<usize>) {
        let text = self.text.get(range.clone()).unwrap_or("");
        let turns = |c: char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        if let Some((at, c)) = text.char_indices().find(|(_, c)| turns(*c)) {
            let start = range.start + at;
            let message = format!("{} turns the direction of the text unseen", describe(c));
            self.report(codes::DIRECTION_CHARACTER, start..start + c.len_utf8(), message);
        }
    }

    fn report(&mut self, code: Code, range: Range<usize>, message: impl Into<String>) {
        let span = self.places.span(offset(range.start), offset(range.end));
        self.found.push(Diagnostic::error(code, span, message));
    }

    fn push(&mut self, kind: Kind, start: usize) {
        self.tokens.push(Token { kind, start: offset(start), end: offset(self.at) });
    }

    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn peek_second(&self) -> Option<char> {
        self.rest().chars().nth(1)
    }

    fn looking_at(&self, what: &str) -> bool {
        self.rest().starts_with(what)
    }

    fn bump(&mut self) {
        self.at += self.peek().map_or(0, char::len_utf8);
    }

    fn skip_while(&mut self, wanted: impl Fn(char) -> bool) {
        let rest = self.rest();
        self.at += rest.find(|c| !wanted(c)).unwrap_or(rest.len());
    }
}

/// The value of an integer token.
///
/// # Errors
///
/// A sentence about the digit, the base, the suffix or the size.
pub(crate) fn int_value(text: &str) -> Result<u128, String> {
    let (digits, radix) = match text.get(..2) {
        Some("0x") => (text.get(2..).unwrap_or(""), 16),
        Some("0o") => (text.get(2..).unwrap_or(""), 8),
        Some("0b") => (text.get(2..).unwrap_or(""), 2),
        _ => (text, 10),
    };
    let digits: String = digits.chars().filter(|c| *c != '_').collect();
    if digits.is_empty() {
        return Err("this number has no digits".to_owned());
    }
    if let Some(c) = digits.chars().find(|c| !c.is_digit(radix)) {
        return Err(if radix == 10 && !c.is_ascii_digit() {
            "a number has no suffix: its type is known".to_owned()
        } else {
            format!("{} is no digit of base {radix}", describe(c))
        });
    }
    u128::from_str_radix(&digits, radix).map_err(|_| "this number does not fit 128 bits".to_owned())
}

/// The value of a floating-point token.
///
/// # Errors
///
/// A sentence about what is wrong with it.
pub(super) fn float_value(text: &str) -> Result<f64, String> {
    let digits: String = text.chars().filter(|c| *c != '_').collect();
    match digits.parse::<f64>() {
        Ok(value) if value.is_finite() => Ok(value),
        Ok(_) => Err("this number is too large for 64 bits of floating point".to_owned()),
        Err(_) => Err("this is no number: digits, a point, digits and an exponent".to_owned()),
    }
}

/// The text of a string token between its quotes (the closing one may be missing or there).
///
/// Problems go to `report` with their range inside `body`.
pub(super) fn unescape(
    body: &str,
    kind: Kind,
    mut report: impl FnMut(Range<usize>, String),
) -> String {
    let mut out = String::with_capacity(body.len());
    let mut rest = body;
    while let Some(c) = rest.chars().next() {
        let at = body.len() - rest.len();
        let after = rest.get(c.len_utf8()..).unwrap_or("");
        match c {
            '"' | '\n' => break,
            '\\' => {
                let (len, value) = escape(after, kind);
                rest = after.get(len..).unwrap_or("");
                match value {
                    Ok(value) => out.extend(value),
                    Err(problem) => report(at..at + 1 + len, problem.to_owned()),
                }
            }
            _ if kind == Kind::ByteStr && !c.is_ascii() => {
                let message = format!("{} is not allowed in a byte string", describe(c));
                report(at..at + c.len_utf8(), message);
                rest = after;
            }
            _ => {
                out.push(c);
                rest = after;
            }
        }
    }
    out
}

/// One escape, from behind its backslash: its length and its character, if it has one.
fn escape(text: &str, kind: Kind) -> (usize, Result<Option<char>, &'static str>) {
    let Some(first) = text.chars().next() else {
        return (0, Err("an escape follows a backslash"));
    };
    let simple = |c| (1, Ok(Some(c)));
    match first {
        'n' => simple('\n'),
        'r' => simple('\r'),
        't' => simple('\t'),
        '0' => simple('\0'),
        '\\' | '\'' | '"' => simple(first),
        'x' => hex_escape(text, kind),
        'u' if kind == Kind::Str => unicode_escape(text),
        '\n' | '\r' => (text.find(|c| !is_blank(c)).unwrap_or(text.len()), Ok(None)),
        _ => (first.len_utf8(), Err("there is no such escape")),
    }
}

fn hex_escape(text: &str, kind: Kind) -> (usize, Result<Option<char>, &'static str>) {
    let digits = text.get(1..3).filter(|d| d.bytes().all(|b| b.is_ascii_hexdigit()));
    match digits.and_then(|d| u8::from_str_radix(d, 16).ok()) {
        Some(byte) if kind == Kind::ByteStr || byte.is_ascii() => (3, Ok(Some(char::from(byte)))),
        Some(_) => (3, Err("`\\x` goes up to `\\x7f`, above that write `\\u{…}`")),
        None => (1, Err("`\\x` takes two hexadecimal digits")),
    }
}

fn unicode_escape(text: &str) -> (usize, Result<Option<char>, &'static str>) {
    let problem = "`\\u{…}` takes one to six hexadecimal digits of a character";
    let Some(inner) = text.strip_prefix("u{") else {
        return (1, Err(problem));
    };
    let len = inner.find(|c: char| !c.is_ascii_hexdigit() && c != '_').unwrap_or(inner.len());
    let digits: String = inner.chars().take(len).filter(|c| *c != '_').collect();
    if !inner.get(len..).unwrap_or("").starts_with('}') {
        return (2 + len, Err(problem));
    }
    let value = (1..=6).contains(&digits.len()).then(|| u32::from_str_radix(&digits, 16).ok());
    (len + 3, value.flatten().and_then(char::from_u32).map(Some).ok_or(problem))
}

/// The mark at the start of `text`, with its length.
fn mark(text: &str) -> Option<(Kind, usize)> {
    if text.starts_with("::") {
        return Some((Kind::PathSep, 2));
    }
    if text.starts_with("->") {
        return Some((Kind::Arrow, 2));
    }
    text.chars().next().and_then(mark_of).map(|kind| (kind, 1))
}

fn mark_of(c: char) -> Option<Kind> {
    Some(match c {
        '{' => Kind::OpenBrace,
        '}' => Kind::CloseBrace,
        '(' => Kind::OpenParen,
        ')' => Kind::CloseParen,
        '[' => Kind::OpenBracket,
        ']' => Kind::CloseBracket,
        '<' => Kind::Less,
        '>' => Kind::Greater,
        ',' => Kind::Comma,
        ';' => Kind::Semi,
        ':' => Kind::Colon,
        '=' => Kind::Equals,
        '-' => Kind::Minus,
        '@' => Kind::At,
        '#' => Kind::Hash,
        '!' => Kind::Bang,
        _ => return None,
    })
}

/// Whether digits end in `e` and digits.
fn has_exponent(text: &str) -> bool {
    text.split_once(['e', 'E']).is_some_and(|(before, after)| {
        let digits = |part: &str| part.chars().all(|c| c.is_ascii_digit() || c == '_' || c == '.');
        !after.is_empty() && digits(before) && digits(after)
    })
}

fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r' | '\u{b}' | '\u{c}')
}

/// Letters of any script start a name here, so that a name that is not ASCII is one mistake.
fn is_name_start(c: char) -> bool {
    c == '_' || c.is_alphabetic()
}

fn is_name_part(c: char) -> bool {
    c == '_' || c.is_alphanumeric()
}

/// A character as it can be shown.
fn describe(c: char) -> String {
    if c.is_ascii_graphic() {
        format!("`{c}`")
    } else if c.is_alphanumeric() {
        format!("`{c}` (U+{:04X})", u32::from(c))
    } else {
        format!("U+{:04X}", u32::from(c))
    }
}

/// An offset as it is stored; the length of a source is limited well below 4 GiB.
fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
