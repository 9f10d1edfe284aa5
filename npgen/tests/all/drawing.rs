//! Mistakes in odd places are drawn like any other.

use npgen::{Colour, Failure, Source};

const CHAT: &str = include_str!("../schemas/chat.np");

/// What is drawn for a schema in memory; nothing when it is fine.
fn drawn(text: &str) -> String {
    failure(text).map_or_else(String::new, |failure| failure.render(Colour::Off))
}

fn failure(text: &str) -> Option<Failure> {
    npgen::check([Ok(Source::new("a.np", text))], &npgen::Options::new()).err()
}

#[test]
fn a_schema_cut_off_anywhere_is_drawn() {
    for (at, _) in CHAT.char_indices() {
        let (cut, _) = CHAT.split_at(at);
        if let Some(failure) = failure(cut) {
            let plain = failure.render(Colour::Off);
            assert!(plain.contains("error[NP"), "{plain}");
            assert!(plain.contains("--> a.np:"), "{plain}");
            assert!(failure.render(Colour::On).contains("\x1b["));
        }
    }
}

#[test]
fn line_ends_do_not_move_a_mistake() {
    let text = include_str!("../schemas/three_mistakes.np").replace("\r\n", "\n");
    assert_eq!(drawn(&text), drawn(&text.replace('\n', "\r\n")));
}

#[test]
fn columns_count_characters() {
    let text = "package a;\nconst É: u8 = 1;\n";
    assert!(drawn(text).contains("--> a.np:2:7"), "{}", drawn(text));
    let text = "package a;\n/* ünïcödé */ struct S { a: Strin }\n";
    assert!(drawn(text).contains("--> a.np:2:29"), "{}", drawn(text));
}

#[test]
fn mistakes_stand_in_the_order_of_the_sources() {
    let bad = "package a;\nstruct S { a: Strin }\nstruct T { a: Nothing }\n";
    let sources = [
        Source::new("z.np", bad),
        Source::new("good.np", CHAT),
        Source::new("a.np", bad.replace("package a", "package b")),
    ];
    let failure = npgen::check(sources.map(Ok), &npgen::Options::new()).unwrap_err();
    let Failure::Sources { unreadable, report } = &failure else { panic!("{failure}") };
    assert!(unreadable.is_empty());
    let places: Vec<_> = report
        .diagnostics()
        .iter()
        .filter_map(|diagnostic| report.place(diagnostic.span))
        .map(|place| format!("{}:{}:{}", place.source, place.line, place.column))
        .collect();
    assert_eq!(places, ["z.np:2:15", "z.np:3:15", "a.np:2:15", "a.np:3:15"]);
    assert_eq!(failure.to_string(), "4 errors");
}

#[test]
fn a_flood_of_mistakes_is_cut_short_and_counted() {
    let fields: String = (0..150).map(|n| format!("f{n}: Strin,\n")).collect();
    let drawn = drawn(&format!("package a;\nstruct S {{\n{fields}}}\n"));
    assert_eq!(drawn.matches("error[NP").count(), 100);
    assert!(drawn.contains("note: 50 more are not shown\n"), "{drawn}");
    assert!(drawn.ends_with("error: 150 errors\n"), "{drawn}");
}

#[test]
fn a_schema_cannot_write_to_the_terminal() {
    for text in ["package a;\n\x1b[2J struct S {}\n", "package a;\nstruct S { a: \x1b]0;x\x07 }\n"]
    {
        assert!(drawn(text).contains("error[NP"), "{}", drawn(text));
        assert!(!drawn(text).contains(['\x1b', '\x07']), "{}", drawn(text));
    }
}

#[test]
fn of_an_endless_line_only_what_is_near_is_drawn() {
    let fields: Vec<String> = (0..100_000).map(|n| format!("é{n}: u8, x: Foo")).collect();
    let text = format!("package a;\nstruct S {{ {} }}\n", fields.join(", ").replace('é', "e"));
    let drawn = drawn(&text);
    assert!(drawn.len() < 200_000, "{} bytes", drawn.len());
    assert!(drawn.contains("--> a.np:2:36\n"), "{}", drawn.get(..2_000).unwrap_or(&drawn));
    assert!(drawn.lines().all(|line| line.chars().count() < 1_000));

    let wide = format!("package a;\n/* {} */ struct S {{ a: Foo }}\n", "é".repeat(20_000));
    let failure = failure(&wide).unwrap().render(Colour::Off);
    assert!(failure.contains("--> a.np:2:20022\n"), "{failure}");
    assert!(failure.contains("struct S { a: Foo }"), "{failure}");
}

#[test]
fn marks_that_lie_far_apart_are_drawn_apart() {
    let between = "// so far\n".repeat(10_000);
    let text = format!("package a;\nstruct S {{ a: u8 }}\n{between}struct S {{ b: u8 }}\n");
    let drawn = drawn(&text);
    assert!(drawn.contains("--> a.np:10003:8\n"), "{drawn}");
    assert!(drawn.contains("a.np:2:8\n"), "{drawn}");
    assert!(drawn.contains("declared here first"), "{drawn}");
    assert!(!drawn.contains("so far\n// so far"), "{drawn}");
}
