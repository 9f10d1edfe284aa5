//! The rules only this door can see broken: what Rust can say and a schema cannot.
//!
//! A code keeps its meaning for ever. Each has a ui test named after it under `tests/ui`. Where
//! both doors can see a rule broken, it has one code, in `protocol-schema`.

pub(crate) use protocol_schema::check::codes::{
    ATTRIBUTE_ARGUMENTS, DUPLICATE_ATTRIBUTE, MISPLACED_ATTRIBUTE, NOT_A_TYPE, SCALAR_PAYLOAD,
    SCALAR_TYPE, TYPE_PARAMETERS, UNKNOWN_ATTRIBUTE, WIRE_NAME_TOO_LONG,
};
use protocol_schema::diag::Code;

macro_rules! rules {
    ($($code:literal $id:ident $name:literal: $summary:literal;)*) => {
        $(
            #[doc = $summary]
            pub(crate) const $id: Code = Code($code);
        )*

        /// Every rule of this door.
        #[cfg(test)]
        pub(crate) static RULES: &[Rule] = &[
            $(Rule { code: $id, name: $name, summary: $summary },)*
        ];
    };
}

/// One rule, as a person may look it up.
#[cfg(test)]
pub(crate) struct Rule {
    pub(crate) code: Code,
    pub(crate) name: &'static str,
    pub(crate) summary: &'static str,
}

rules! {
    900 NOT_AN_ENUM "not-an-enum": "a protocol is an enum";
    901 GENERICS "generics": "a wire type has one layout, so it is not generic and borrows nothing";
    902 UNNAMED_FIELDS "unnamed-fields": "the fields of a wire struct have names";
    903 RUST_UNION "rust-union": "a Rust `union` does not know what it holds, so it is not a wire type";
    904 MISSING_UNKNOWN "missing-unknown": "an enum says where values from newer peers go";
    905 UNKNOWN_SHAPE "unknown-shape": "the unknown variant holds exactly what arrived";
    906 SECOND_UNKNOWN "second-unknown": "an enum has one unknown variant";
    907 VARIANT_SHAPE "variant-shape": "a variant carries nothing, one unnamed value, or named fields";
    908 CONFIGURED "configured": "what goes on the wire does not depend on features or platforms";
    909 PLAIN_REPR "plain-repr": "a plain struct is `#[repr(C)]`";
    910 DISCRIMINANT "discriminant": "a discriminant is a plain number, and only on enums that are numbers";
    911 PACKAGE_PATH "package-path": "a package is a path of identifiers";
    912 CLOSED_UNKNOWN "closed-unknown": "a closed enum has no unknown variant";
    913 HALF_A_CONVERSION "half-a-conversion": "`with` and `wire` stand together";
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::RULES;

    /// The names of the ui cases: `np0901_syntax`, and free names for shared rules.
    fn cases() -> Vec<String> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ui");
        let mut names: Vec<String> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|e| e == "rs"))
            .map(|path| path.file_stem().unwrap().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn every_rule_has_a_ui_test_that_shows_it() {
        let cases = cases();
        for rule in RULES {
            let case = format!("np{:04}_{}", rule.code.0, rule.name.replace('-', "_"));
            assert!(cases.contains(&case), "{} has no tests/ui/{case}.rs", rule.code);
            let shown =
                Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/ui/{case}.stderr"));
            let shown = fs::read_to_string(&shown).unwrap();
            assert!(shown.contains(&rule.code.to_string()), "{case}.stderr lacks {}", rule.code);
        }
    }

    #[test]
    fn codes_rise_and_stay_in_this_doors_range() {
        assert!(RULES.windows(2).all(|pair| pair[0].code < pair[1].code));
        assert!(RULES.iter().all(|rule| (900..1000).contains(&rule.code.0)));
        assert!(RULES.iter().all(|rule| !rule.summary.is_empty()));
    }

    #[test]
    fn no_ui_case_names_a_path_of_the_machine() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ui");
        for case in cases() {
            let Ok(text) = fs::read_to_string(folder.join(format!("{case}.stderr"))) else {
                continue;
            };
            let bare = text.replace("$WORKSPACE", "").replace("$RUST", "").replace("$DIR", "");
            assert!(!bare.contains(env!("CARGO_MANIFEST_DIR")), "{case}.stderr");
            assert!(!bare.contains("/home/") && !bare.contains(".cargo/"), "{case}.stderr");
        }
    }
}
