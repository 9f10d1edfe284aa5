//! JSON as text, by hand: there are flat objects of text here, and lists of them.

/// An object of text, on one line.
pub(crate) fn object(entries: &[(&str, &str)]) -> String {
    let entries = entries.iter().map(|(name, text)| format!("{}:{}", quote(name), quote(text)));
    format!("{{{}}}", entries.collect::<Vec<_>>().join(","))
}

/// A list with a line for each object.
pub(crate) fn list(objects: &[String]) -> String {
    if objects.is_empty() { "[]".to_owned() } else { format!("[\n{}\n]", objects.join(",\n")) }
}

fn quote(text: &str) -> String {
    let mut out = String::from('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if c.is_control() => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out + "\""
}

#[cfg(test)]
mod tests {
    use super::{list, object};

    #[test]
    fn text_is_quoted() {
        let drawn = object(&[("a", "\"\\\n\u{1}é"), ("b", "")]);
        assert_eq!(drawn, r#"{"a":"\"\\\u000a\u0001é","b":""}"#);
        assert_eq!(object(&[]), "{}");
        assert_eq!(list(&[]), "[]");
        assert_eq!(list(&["{}".into(), "{}".into()]), "[\n{},\n{}\n]");
    }
}
