use super::compare::changes;
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

/// Schemas as long as a client reads, of kinds that could cost more than others.
fn long_schemas() -> Vec<(&'static str, String)> {
    fn fill(head: &str, part: impl Fn(usize) -> String) -> String {
        let mut text = format!("package t;\n{head}\n");
        for at in 0.. {
            let next = part(at);
            if text.len() + next.len() + 2 > 262_144 {
                break;
            }
            text.push_str(&next);
            text.push('\n');
        }
        text
    }
    let root = "protocol P { @1 M { @0 tree: Tree, @1 x: Option<X0> } }";
    let tree = format!("{root} struct Tree {{ @0 a: Option<X1>, @1 b: Option<X2> }}");
    let link = |at: usize| format!("struct X{at} {{ @0 a: Option<X{}> }}", at + 1);
    let close = |text: String| {
        // The last link refers to one that is not there.
        let count = text.matches("struct X").count();
        text + &format!("struct X{count} {{}}\n")
    };
    vec![
        ("a chain", close(fill(&tree, link))),
        (
            "a chain without ends",
            close(fill(&tree, |at| format!("struct X{at} {{ @0 a: X{} }}", at + 1))),
        ),
        (
            "a net",
            fill(&tree, |at| {
                let (one, other) = (at / 2, at.saturating_sub(7));
                format!("struct X{at} {{ @0 a: Option<X{one}>, @1 b: Option<X{other}> }}")
            }),
        ),
        ("unions", fill(&tree, |at| format!("enum X{at} {{ @1 A(Option<X{}>), @2 B }}", at / 2))),
        (
            "aliases",
            fill(&tree, |at| match at {
                0 => "type X0 = u8;".to_owned(),
                _ => format!("type X{at} = X{};", at - 1),
            }),
        ),
        ("constants", fill(root, |at| format!("const C{at}: u32 = {at};"))),
        ("fields", fill("struct Tree {}", |at| format!("struct Y{at} {{}}"))),
        ("one struct", {
            let fields: Vec<String> = (0..14_000).map(|at| format!("@{at} a{at}: u8")).collect();
            format!("package t; struct Tree {{ {} }}", fields.join(", "))
        }),
        ("one protocol", {
            let messages: Vec<String> = (1..4_000).map(|at| format!("@{at} M{at}")).collect();
            format!("package t; protocol P {{ {} }}", messages.join(", "))
        }),
        ("protocols", fill("", |at| format!("protocol P{at} {{ @1 M }}"))),
        ("mistakes", fill("", |_| "struct A { @0 a: B }".to_owned())),
    ]
}

#[test]
fn no_schema_that_is_short_enough_takes_the_stack() {
    let types = (0..60).map(|at| format!("struct T{at} {{ @0 a: Option<T{}> }}", (at + 1) % 60));
    let types: Vec<String> = types.collect();
    let ours = format!(
        "package t; protocol P {{ @1 M {{ @0 tree: Tree, @1 x: Option<T0> }} }} \
         struct Tree {{ @0 a: Option<Tree>, @1 b: Option<Tree> }} {}",
        types.join(" ")
    );
    for (what, theirs) in long_schemas() {
        let ours = ours.clone();
        let work = move || (changes(&ours, &theirs).is_some(), changes(&theirs, &ours).is_some());
        let thread = std::thread::Builder::new().stack_size(1 << 20).spawn(work).unwrap();
        let read = thread.join().unwrap();
        // Constants are not canonical text, and unused ones are mistakes as others.
        let readable = !matches!(what, "constants" | "mistakes");
        assert_eq!(read, (readable, readable), "{what}");
    }
}
