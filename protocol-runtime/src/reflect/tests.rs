use super::{Difference, Effect, compare};

fn lines(old: &str, new: &str) -> Vec<String> {
    match compare(Some(old), new) {
        Err(Difference::Changed { changes, lines }) => {
            assert_eq!(changes, [], "these are no schemas");
            lines
        }
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
            "  0",
            "- 1",
            "  2",
            "  3",
            "  …",
            "  7",
            "  8",
            "- 9",
            "+ nine",
            "+ and a half",
            "  10",
            "  11"
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

const OLD: &str = "\
package acme::chat;

struct User {
    @0 id: u64,
    @1 name: String,
}

protocol Chat {
    @1 Join -> User,
}
";

#[test]
fn additions_are_told_from_breaks() {
    let added = OLD.replace("name: String,\n", "name: String,\n    @2 admin: bool,\n");
    let Err(difference @ Difference::Changed { .. }) = compare(Some(OLD), &added) else {
        panic!("no difference")
    };
    let Difference::Changed { changes, lines } = &difference else { panic!("not changed") };
    assert!(
        !changes.is_empty() && changes.iter().all(|change| change.effect == Effect::Fine),
        "{changes:?}"
    );
    assert!(lines.iter().any(|line| line == "+     @2 admin: bool,"));
    assert!(difference.to_string().contains("understand it:\n    fine NPB"), "{difference}");

    let broken = added.replace("id: u64", "id: u32");
    let difference = compare(Some(OLD), &broken).unwrap_err();
    let Difference::Changed { changes, .. } = &difference else { panic!("not changed") };
    let effects: Vec<Effect> = changes.iter().map(|change| change.effect).collect();
    assert_eq!(effects.first(), Some(&Effect::Break), "what matters most is first");
    assert!(effects.contains(&Effect::Fine), "{changes:?}");
    assert!(difference.to_string().contains("break NPB201: User.id"), "{difference}");
}
