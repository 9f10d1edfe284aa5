//! What a user sees for each mistake: every file of `tests/ui` fails to compile with exactly the
//! errors in the `.stderr` beside it. `TRYBUILD=overwrite` rewrites them.

#[test]
fn each_mistake_is_shown_on_its_token_with_its_mend() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("tests/ui/*.rs");
}
