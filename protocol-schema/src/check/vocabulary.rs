//! The words of the language, and the nearest of them to a word that is none.

use crate::ir::{Float, Int, Std, TypeKind};

/// Built-in types with parameters: the name, and how many it takes.
pub(crate) const GENERIC: [(&str, usize); 7] = [
    ("Vec", 1),
    ("Option", 1),
    ("Result", 2),
    ("Map", 2),
    ("Set", 1),
    ("Stream", 1),
    ("Secret", 1),
];

/// The types of the package `std`.
pub(crate) const STD: [Std; 4] = [Std::Uuid, Std::Timestamp, Std::Duration, Std::SocketAddr];

/// The type of the package `std` called `name`.
pub(crate) fn standard(name: &str) -> Option<Std> {
    STD.into_iter().find(|std| std.name() == name)
}

/// Built-in types without parameters.
const PLAIN: [(&str, TypeKind); 15] = [
    ("bool", TypeKind::Bool),
    ("u8", TypeKind::Int(Int::U8)),
    ("u16", TypeKind::Int(Int::U16)),
    ("u32", TypeKind::Int(Int::U32)),
    ("u64", TypeKind::Int(Int::U64)),
    ("u128", TypeKind::Int(Int::U128)),
    ("i8", TypeKind::Int(Int::I8)),
    ("i16", TypeKind::Int(Int::I16)),
    ("i32", TypeKind::Int(Int::I32)),
    ("i64", TypeKind::Int(Int::I64)),
    ("i128", TypeKind::Int(Int::I128)),
    ("f32", TypeKind::Float(Float::F32)),
    ("f64", TypeKind::Float(Float::F64)),
    ("String", TypeKind::String),
    ("Bytes", TypeKind::Bytes),
];

/// Types of other languages and of Rust, and what is written for them here.
const FOREIGN: [(&str, &str); 17] = [
    ("boolean", "bool"),
    ("byte", "u8"),
    ("char", "u32"),
    ("double", "f64"),
    ("float", "f32"),
    ("float32", "f32"),
    ("float64", "f64"),
    ("int", "i32"),
    ("int32", "i32"),
    ("int64", "i64"),
    ("isize", "i64"),
    ("str", "String"),
    ("text", "String"),
    ("uint", "u32"),
    ("uint32", "u32"),
    ("uint64", "u64"),
    ("usize", "u64"),
];

/// The built-in type without parameters called `name`.
pub(crate) fn built_in(name: &str) -> Option<TypeKind> {
    PLAIN.iter().find(|(known, _)| *known == name).map(|(_, kind)| kind.clone())
}

/// What a file can call otherwise: the types of the package `std`, which has to be imported, and
/// those that are in scope unless the file has its own of that name.
pub(crate) fn in_std(name: &str) -> Option<TypeKind> {
    let built_in = || built_in(name).filter(|_| !is_primitive(name));
    standard(name).map(TypeKind::Std).or_else(built_in)
}

/// The names of everything in the package `std`.
pub(crate) fn std_names() -> impl Iterator<Item = &'static str> {
    let built_in = PLAIN.iter().map(|(name, _)| *name).filter(|name| !is_primitive(name));
    STD.iter().map(|std| std.name()).chain(built_in)
}

/// Whether Rust has a primitive type called so; those that a schema can name, and the others.
pub(crate) fn is_primitive(name: &str) -> bool {
    let named =
        built_in(name).is_some_and(|kind| !matches!(kind, TypeKind::String | TypeKind::Bytes));
    named || ["char", "isize", "str", "usize"].contains(&name)
}

/// The name of a built-in type without parameters.
pub(crate) fn built_in_name(kind: &TypeKind) -> Option<&'static str> {
    PLAIN.iter().find(|(_, known)| known == kind).map(|(name, _)| *name)
}

/// The names of the built-in types without parameters.
pub(crate) fn built_in_names<'a>() -> impl Iterator<Item = &'a str> {
    PLAIN.iter().map(|(name, _)| *name)
}

/// What is written here for a type of another language.
pub(crate) fn foreign(name: &str) -> Option<&'static str> {
    FOREIGN.iter().find(|(foreign, _)| *foreign == name).map(|(_, instead)| *instead)
}

/// Of `known`, the word most like `word`, if one is like it at all.
///
/// One letter in three may be wrong, missing or added; a difference of case, and letters swapped with
/// their neighbours, count half: those are the usual slips.
#[must_use]
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let limit = match word.chars().count() {
        0..3 => 1,
        chars => 2 * (chars / 3),
    };
    let distances = known.into_iter().filter_map(|candidate| {
        let distance = distance(word, candidate)?;
        (distance <= limit && distance > 0).then_some((distance, candidate))
    });
    distances.min_by_key(|(distance, _)| *distance).map(|(_, candidate)| candidate)
}

/// Looks for the nearest word only so often: in a file where everything is misspelt, the hundredth
/// suggestion helps nobody and would cost quadratic time.
#[derive(Debug)]
pub(crate) struct Suggestions<'a> {
    known: Vec<&'a str>,
    left: usize,
}

impl<'a> Suggestions<'a> {
    pub(crate) fn new(known: impl IntoIterator<Item = &'a str>) -> Self {
        const WORDS_MAX: usize = 1_000;
        const SEARCHES_MAX: usize = 32;
        Self { known: known.into_iter().take(WORDS_MAX).collect(), left: SEARCHES_MAX }
    }

    pub(crate) fn nearest(&mut self, word: &str) -> Option<&'a str> {
        self.left = self.left.checked_sub(1)?;
        nearest(word, self.known.iter().copied())
    }
}

/// Twice the number of edits from `a` to `b`, a change of case or a swap of neighbours counting as
/// half an edit; `None` when a word is too long to be a slip of a known one.
fn distance(a: &str, b: &str) -> Option<usize> {
    const CHARS_MAX: usize = 64;
    if a.len() > CHARS_MAX || b.len() > CHARS_MAX {
        return None;
    }
    let b: Vec<char> = b.chars().collect();
    let mut rows = [Vec::new(), Vec::new(), (0..=b.len()).map(|at| 2 * at).collect::<Vec<_>>()];
    let mut before = None;
    for (row, char_a) in a.chars().enumerate() {
        rows.rotate_left(1);
        let [older, old, new] = &mut rows;
        new.clear();
        new.push(2 * (row + 1));
        let mut previous = None;
        for (column, char_b) in b.iter().copied().enumerate() {
            let cell = |row: &[usize], at: usize| row.get(at).copied().unwrap_or(usize::MAX / 2);
            let mut best = (cell(old, column) + cost(char_a, char_b))
                .min(cell(old, column + 1) + 2)
                .min(cell(new, column) + 2);
            if let (Some(before), Some(previous), Some(two_back)) =
                (before, previous, column.checked_sub(1))
                && before == char_b
                && previous == char_a
            {
                best = best.min(cell(older, two_back) + 1);
            }
            new.push(best);
            previous = Some(char_b);
        }
        before = Some(char_a);
    }
    rows.last().and_then(|row| row.last()).copied()
}

fn cost(a: char, b: char) -> usize {
    if a == b {
        0
    } else if a.eq_ignore_ascii_case(&b) {
        1
    } else {
        2
    }
}

#[cfg(test)]
mod tests {
    use super::{distance, nearest};

    #[test]
    fn one_edit_counts_two_and_a_change_of_case_or_a_swap_one() {
        for (a, b, expected) in [
            ("", "", 0),
            ("Strng", "String", 2),
            ("Stirng", "String", 1),
            ("string", "String", 1),
            ("abc", "", 6),
            ("kitten", "sitting", 6),
        ] {
            assert_eq!(distance(a, b), Some(expected), "{a} {b}");
            assert_eq!(distance(b, a), Some(expected), "{b} {a}");
        }
    }

    #[test]
    fn a_word_unlike_all_others_has_no_nearest() {
        assert_eq!(nearest("Strng", ["u8", "String"]), Some("String"));
        assert_eq!(nearest("u46", ["u8", "u16", "u32", "u64"]), Some("u64"));
        assert_eq!(nearest("Zebra", ["u8", "String"]), None);
        assert_eq!(nearest(&"x".repeat(1_000), ["x"]), None);
    }
}
