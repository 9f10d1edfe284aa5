//! JSON as text: for plugins and other tools, written by hand, as there is little of it.

/// A JSON value. What an object holds keeps its order.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Json {
    Null,
    Bool(bool),
    /// At most 53 bits go here; larger integers are text.
    Number(u64),
    Text(String),
    List(Vec<Self>),
    Object(Vec<(&'static str, Self)>),
}

impl Json {
    pub(crate) fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    pub(crate) fn list(values: impl IntoIterator<Item = Self>) -> Self {
        Self::List(values.into_iter().collect())
    }

    /// The text, `null` where there is none.
    pub(crate) fn maybe(text: Option<impl Into<String>>) -> Self {
        text.map_or(Self::Null, |text| Self::Text(text.into()))
    }

    /// On one line, or with a line for each entry.
    pub(crate) fn render(&self, pretty: bool) -> String {
        let mut out = String::new();
        self.write(&mut out, pretty.then_some(0));
        out
    }

    fn write(&self, out: &mut String, indent: Option<usize>) {
        match self {
            Self::Null => out.push_str("null"),
            Self::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
            Self::Number(value) => out.push_str(&value.to_string()),
            Self::Text(text) => quote(text, out),
            Self::List(values) => {
                enclose(out, ['[', ']'], values, indent, |value, out, indent| {
                    value.write(out, indent);
                });
            }
            Self::Object(entries) => {
                enclose(out, ['{', '}'], entries, indent, |(key, value), out, indent| {
                    quote(key, out);
                    out.push(':');
                    if indent.is_some() {
                        out.push(' ');
                    }
                    value.write(out, indent);
                });
            }
        }
    }
}

fn enclose<T>(
    out: &mut String,
    [open, close]: [char; 2],
    entries: &[T],
    indent: Option<usize>,
    mut write: impl FnMut(&T, &mut String, Option<usize>),
) {
    let inner = indent.map(|indent| indent + 2);
    let line = |out: &mut String, indent: Option<usize>| {
        if let Some(indent) = indent {
            out.push('\n');
            out.extend(std::iter::repeat_n(' ', indent));
        }
    };
    out.push(open);
    for (index, entry) in entries.iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        line(out, inner);
        write(entry, out, inner);
    }
    if !entries.is_empty() {
        line(out, indent);
    }
    out.push(close);
}

fn quote(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::Json;

    #[test]
    fn text_is_quoted_and_lines_are_indented() {
        let value = Json::Object(vec![
            ("a", Json::list([Json::Number(1), Json::Null])),
            ("b", Json::text("\"\\\n\u{1}é")),
            ("c", Json::list([])),
            ("d", Json::Bool(true)),
        ]);
        assert_eq!(value.render(false), r#"{"a":[1,null],"b":"\"\\\n\u0001é","c":[],"d":true}"#);
        assert_eq!(
            value.render(true),
            "{\n  \"a\": [\n    1,\n    null\n  ],\n  \"b\": \"\\\"\\\\\\n\\u0001é\",\n  \"c\": [],\n  \"d\": true\n}"
        );
    }
}
