//! What stands after the name of an attribute. Never decides where an attribute may stand.

use proc_macro2::{Delimiter, Ident, Span, TokenStream, TokenTree};
use protocol_schema::diag::Diagnostic;
use protocol_schema::ir::{Bound, Name, Number, Side};
use protocol_schema::span::Span as Handle;
use protocol_schema::text::milliseconds;
use syn::ext::IdentExt as _;
use syn::parse::{Parse, ParseStream, Parser as _};

use super::{Removed, entries, removed};
use crate::rules;
use crate::source::Source;

/// What stands after the name of an attribute.
pub(super) struct Value<'s, 't> {
    pub(super) source: &'s mut Source,
    pub(super) head: &'t Ident,
    pub(super) rest: &'t [TokenTree],
    pub(super) form: &'static str,
}

impl Value<'_, '_> {
    pub(super) fn flag(&mut self) -> Option<Handle> {
        let Some(extra) = self.rest.first() else {
            return Some(self.source.spot(self.head.span()));
        };
        self.wrong(extra.span(), format!("`{}` takes no value", self.head));
        None
    }

    pub(super) fn number(&mut self) -> Option<Number> {
        let literal: syn::LitInt = self.parsed("a number")?;
        self.plain(&literal)
    }

    /// A number without a suffix, of 32 bits.
    fn plain(&mut self, literal: &syn::LitInt) -> Option<Number> {
        let number = removed::number(self.source, literal);
        if number.is_none() {
            let message = format!("`{literal}` is not a number from 0 to {}", u32::MAX);
            self.wrong(literal.span(), message);
        }
        number
    }

    pub(super) fn name(&mut self) -> Option<Name> {
        let ident = self.parsed_by(Ident::parse_any, "a name")?;
        Some(self.source.name(&ident))
    }

    /// `= "self"`: a name that Rust may have no word for.
    pub(super) fn new_name(&mut self) -> Option<String> {
        let literal: syn::LitStr = self.parsed("a name in quotes")?;
        let name = literal.value();
        let good = is_path(&name) && !name.contains(':') && name != "_";
        if !good {
            self.wrong(literal.span(), format!("`{name}` is not an identifier"));
        }
        good.then_some(name)
    }

    pub(super) fn path(&mut self, what: &str) -> Option<syn::Path> {
        self.parsed_by(syn::Path::parse_mod_style, what)
    }

    pub(super) fn side(&mut self) -> Option<Side> {
        let (tokens, at) = self.parentheses("`(server)` or `(client)`")?;
        match tokens.to_string().as_str() {
            "server" => Some(Side::Server),
            "client" => Some(Side::Client),
            _ => {
                self.wrong(at, "a message is `from(server)` or `from(client)`".into());
                None
            }
        }
    }

    /// `(2)`: a version of the protocol.
    pub(super) fn version(&mut self) -> Option<u32> {
        let literal: syn::LitInt = self.inside("a version in parentheses")?;
        let version = self.plain(&literal)?.value;
        if version == 0 {
            self.wrong(literal.span(), "the first version is 1".into());
        }
        (version > 0).then_some(version)
    }

    /// `("text")`.
    pub(super) fn text(&mut self) -> Option<String> {
        let literal: syn::LitStr = self.inside("a string in parentheses")?;
        Some(literal.value())
    }

    /// `("old::Name")`.
    pub(super) fn old_name(&mut self) -> Option<String> {
        let literal: syn::LitStr = self.inside("a name in parentheses")?;
        let name = literal.value();
        let good = is_path(&name);
        if !good {
            self.wrong(literal.span(), format!("`{name}` is not a path of identifiers"));
        }
        good.then_some(name)
    }

    /// `("text")` or nothing.
    pub(super) fn reason(&mut self) -> Option<String> {
        match self.rest {
            [] => Some(String::new()),
            _ => self.text(),
        }
    }

    /// `("5s")`, in milliseconds.
    pub(super) fn milliseconds(&mut self) -> Option<u64> {
        let literal: syn::LitStr = self.inside("a time in parentheses")?;
        let milliseconds = milliseconds(&literal.value());
        if milliseconds.is_none() {
            let message =
                format!("`{}` is not a time: a number, and `ms`, `s`, `m` or `h`", literal.value());
            self.wrong(literal.span(), message);
        }
        milliseconds
    }

    /// `(64)` or `(MAX)`: a number, or an expression that only the compiler knows.
    pub(super) fn bound(&mut self) -> Option<Bound> {
        let bound: syn::Expr = self.inside("a number in parentheses")?;
        if let syn::Expr::Lit(literal) = &bound
            && let syn::Lit::Int(literal) = &literal.lit
            && literal.suffix().is_empty()
        {
            let at = self.source.spot(literal.span());
            let number = literal.base10_parse();
            if number.is_err() {
                let message = format!("`{literal}` is not a number from 0 to {}", u64::MAX);
                self.wrong(literal.span(), message);
            }
            return number.ok().map(|number| Bound::Literal(number, at));
        }
        Some(Bound::Extern(self.source.expression(&bound)))
    }

    /// `(3: u32, 4: String)`; false if any of it is not a removed field.
    pub(super) fn removed_fields(&mut self, fields: &mut Vec<Removed>) -> bool {
        let Some((tokens, at)) = self.parentheses("the number and the type of each") else {
            return false;
        };
        let before = fields.len();
        let mut good = true;
        for entry in entries(tokens).into_iter().filter(|entry| !entry.is_empty()) {
            let first = entry.first().map_or(at, TokenTree::span);
            match removed::Written::parse.parse2(entry.into_iter().collect()) {
                Ok(written) => match removed::field(self.source, &written) {
                    Some(field) => fields.push(field),
                    None => {
                        let literal = &written.number;
                        self.wrong(literal.span(), format!("`{literal}` is not a field's number"));
                        good = false;
                    }
                },
                Err(_) => {
                    let message = "a removed field is its number, `:` and the type it had";
                    self.wrong(first, message.into());
                    good = false;
                }
            }
        }
        if good && fields.len() == before {
            self.wrong(at, format!("`{}` names no field", self.head));
            good = false;
        }
        good
    }

    /// `(3, 4)`; false if any of it is not a number.
    pub(super) fn removed_numbers(&mut self, numbers: &mut Vec<Number>) -> bool {
        let Some((tokens, at)) = self.parentheses("the number of each") else {
            return false;
        };
        let before = numbers.len();
        let mut good = true;
        for entry in entries(tokens).into_iter().filter(|entry| !entry.is_empty()) {
            match syn::parse2::<syn::LitInt>(entry.into_iter().collect()) {
                Ok(literal) => match self.plain(&literal) {
                    Some(number) => numbers.push(number),
                    None => good = false,
                },
                Err(error) => {
                    let message = format!("`{}` takes numbers here", self.head);
                    self.wrong(within(&error, at), message);
                    good = false;
                }
            }
        }
        if good && numbers.len() == before {
            self.wrong(at, format!("`{}` names no number", self.head));
            good = false;
        }
        good
    }

    /// All that stands between the parentheses.
    fn inside<T: Parse>(&mut self, what: &str) -> Option<T> {
        let (tokens, at) = self.parentheses(what)?;
        let parsed = syn::parse2(tokens);
        if let Err(error) = &parsed {
            let at = within(error, at);
            self.wrong(at, format!("`{}` takes {what}", self.head));
        }
        parsed.ok()
    }

    /// The tokens between the parentheses that follow, and nothing behind them.
    fn parentheses(&mut self, what: &str) -> Option<(TokenStream, Span)> {
        match self.rest {
            [TokenTree::Group(group)] if group.delimiter() == Delimiter::Parenthesis => {
                Some((group.stream(), group.span()))
            }
            [] => {
                self.wrong(self.head.span(), format!("`{}` needs {what}", self.head));
                None
            }
            [TokenTree::Group(group), extra, ..] if group.delimiter() == Delimiter::Parenthesis => {
                self.wrong(extra.span(), format!("unexpected `{extra}`"));
                None
            }
            [other, ..] => {
                self.wrong(other.span(), format!("`{}` takes {what}", self.head));
                None
            }
        }
    }

    pub(super) fn parsed<T: Parse>(&mut self, what: &str) -> Option<T> {
        self.parsed_by(T::parse, what)
    }

    /// The value after `=`, all of it.
    fn parsed_by<T>(
        &mut self,
        parser: impl Fn(ParseStream<'_>) -> syn::Result<T>,
        what: &str,
    ) -> Option<T> {
        let value = match self.rest.split_first() {
            Some((TokenTree::Punct(equals), value)) if equals.as_char() == '=' => value,
            Some((other, _)) => {
                self.wrong(other.span(), format!("`{}` is followed by `=` and {what}", self.head));
                return None;
            }
            None => &[],
        };
        let Some(last) = value.last() else {
            self.wrong(self.head.span(), format!("`{}` needs {what}", self.head));
            return None;
        };
        let parsed = parser.parse2(value.iter().cloned().collect());
        if let Err(error) = &parsed {
            let at = within(error, last.span());
            let error = error.to_string();
            let reason = error.split(", expected").next().unwrap_or_default();
            self.wrong(at, format!("`{}` takes {what}: {reason}", self.head));
        }
        parsed.ok()
    }

    fn wrong(&mut self, at: Span, message: String) {
        let at = self.source.spot(at);
        let help = format!("write `{}`", self.form);
        let wrong = Diagnostic::error(rules::ATTRIBUTE_ARGUMENTS, at, message);
        self.source.found.push(wrong.fix(help, at, self.form));
    }
}

/// Whether `text` is identifiers with `::` between them.
pub(crate) fn is_path(text: &str) -> bool {
    let is_identifier = |word: &str| {
        word.starts_with(|letter: char| letter.is_ascii_alphabetic() || letter == '_')
            && word.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
    };
    text.split("::").all(is_identifier)
}

/// Where an error is; one at the end of the tokens has no token of its own to stand on.
fn within(error: &syn::Error, whole: Span) -> Span {
    match error.to_string().starts_with("unexpected end") {
        true => whole,
        false => error.span(),
    }
}

/// What Rust's own `#[deprecated]` says; empty without a reason.
pub(super) fn deprecated(attribute: &syn::Attribute) -> Option<String> {
    if !attribute.path().is_ident("deprecated") {
        return None;
    }
    let text = |value: &syn::Expr| {
        let syn::Expr::Lit(literal) = value else {
            return None;
        };
        if let syn::Lit::Str(text) = &literal.lit { Some(text.value()) } else { None }
    };
    let reason = match &attribute.meta {
        syn::Meta::Path(_) => None,
        syn::Meta::NameValue(pair) => text(&pair.value),
        syn::Meta::List(list) => entries(list.tokens.clone()).into_iter().find_map(|entry| {
            let pair: syn::MetaNameValue = syn::parse2(entry.into_iter().collect()).ok()?;
            pair.path.is_ident("note").then(|| text(&pair.value)).flatten()
        }),
    };
    Some(reason.unwrap_or_default())
}
