use super::{Difference, compare};

fn lines(old: &str, new: &str) -> Vec<String> {
    match compare(Some(old), new) {
        Err(Difference::Changed { lines }) => lines,
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_is_the_same_is_the_same_however_lines_end() {
    assert_eq!(compare(Some("a\r\nb\r\n"), "a\nb\n"), Ok(()));
    assert_eq!(compare(None, "a\n"), Err(Difference::Missing));
}

#[test]
fn only_lines_that_differ_and_those_around_them_are_shown() {
    let old: Vec<String> = (0..20).map(|n| n.to_string()).collect();
    let mut new = old.clone();
    new[9] = "nine".to_owned();
    new.insert(10, "and a half".to_owned());
    new.remove(1);
    assert_eq!(
        lines(&old.join("\n"), &new.join("\n")),
        [
            "  0", "- 1", "  2", "  3", "  …", "  7", "  8", "- 9", "+ nine", "+ and a half",
            "  10", "  11"
        ]
    );
}

#[test]
fn a_difference_says_what_to_do() {
    for locked in [None, Some("b\n")] {
        let text = compare(locked, "a\n").unwrap_err().to_string();
        assert!(text.contains("NP_BLESS=1"), "{text}");
    }
}

#[test]
fn texts_that_are_too_different_to_compare_are_shown_whole() {
    let old: Vec<String> = (0..3_000).map(|n| format!("old {n}")).collect();
    let new: Vec<String> = (0..3_000).map(|n| format!("new {n}")).collect();
    assert_eq!(lines(&old.join("\n"), &new.join("\n")).len(), 6_000);
}
