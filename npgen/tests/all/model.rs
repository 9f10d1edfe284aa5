//! `npgen ir` and `npgen explain`.

use crate::common::{Dir, npgen, snapshot, write};

#[test]
fn the_model_is_printed_as_json() {
    let dir = Dir::new("ir");
    write(
        &dir,
        "a.np",
        "//! About it.\n#![stable]\npackage a::b;\n\nuse std::Uuid;\n\nconst N: u32 = 2;\ntype Id = Uuid;\n\n\
         #[fixed, acme::audited(by = \"us\", 3)]\nstruct S { @0 id: Id, @1 of: [u8; N] }\n\n\
         struct T {\n    #[since(2), max(N)]\n    @0 a: Map<String, (u8, f32)>,\n    @1 _: Option<u8>,\n    \
         #[varint]\n    @2 b: u64 = 7,\n}\n\nflags F: u8 { @0 A, @1 _ }\n\nenum E: u8 { @0 A }\n\n\
         #[error]\nenum U { @1 A, @2 B(S) }\n\n#[version(2)]\nprotocol P {\n    \
         #[idempotent, timeout(\"5s\"), compress, view]\n    @1 M { @0 t: T } -> Result<Stream<S>, U>,\n    #[from(server)]\n    @2 N,\n}\n",
    );
    let run = npgen(&dir, &["ir", "--pretty", "a.np"]);
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""));
    snapshot("ir.json", &run.stdout);

    let short = npgen(&dir, &["ir", "a.np"]);
    assert_eq!(short.stdout.lines().count(), 1);
    assert!(short.stdout.starts_with("{\"format\":1,\"package\":\"a::b\","), "{}", short.stdout);
}

#[test]
fn a_rule_is_explained_by_code_and_by_name() {
    let dir = Dir::new("explain");
    let run = npgen(&dir, &["explain", "NP0202"]);
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""));
    snapshot("explain.txt", &run.stdout);
    assert_eq!(npgen(&dir, &["explain", "duplicate-number"]).stdout, run.stdout);

    let list = npgen(&dir, &["explain"]).stdout;
    for code in ["NP0001", "NP0900", "NPB001", "NPB423"] {
        assert!(list.contains(code), "{list}");
    }
    let run = npgen(&dir, &["explain", "NP9999"]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""));
    assert!(run.stderr.contains("there is no rule `NP9999`"), "{}", run.stderr);
    let run = npgen(&dir, &["explain", "duplicate-numbr"]);
    assert!(run.stderr.contains("did you mean `duplicate-number`?"), "{}", run.stderr);
}
