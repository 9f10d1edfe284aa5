//! "Did you mean": the known word nearest to one that was written.

/// The word of `known` that is a likely slip away from `written`: the nearest by edit distance,
/// at most a third of the letters off.
pub(crate) fn nearest<'a>(
    written: &str,
    known: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    known
        .into_iter()
        .map(|word| (distance(written, word), word))
        .filter(|(steps, word)| *steps * 3 <= word.chars().count().max(3))
        .min_by_key(|(steps, _)| *steps)
        .map(|(_, word)| word)
}

/// Levenshtein's distance: insertions, removals and replacements.
fn distance(left: &str, right: &str) -> usize {
    let mut row: Vec<usize> = (1..=right.chars().count()).collect();
    for (above, a) in left.chars().enumerate() {
        let mut corner = above;
        let mut side = above + 1;
        for (cell, b) in row.iter_mut().zip(right.chars()) {
            side = (corner + usize::from(a != b)).min(*cell + 1).min(side + 1);
            corner = std::mem::replace(cell, side);
        }
    }
    row.last().copied().unwrap_or_else(|| left.chars().count())
}

#[cfg(test)]
mod tests {
    use super::{distance, nearest};

    #[test]
    fn distance_counts_single_letter_steps() {
        for (left, right, steps) in [
            ("", "", 0),
            ("", "abc", 3),
            ("abc", "", 3),
            ("kitten", "sitting", 3),
            ("id", "di", 2),
        ] {
            assert_eq!(distance(left, right), steps, "{left} {right}");
        }
    }

    #[test]
    fn a_slip_is_recognised_and_another_word_is_not() {
        assert_eq!(nearest("replay", ["reply", "from", "id"]), Some("reply"));
        assert_eq!(nearest("i", ["id", "from"]), Some("id"));
        assert_eq!(nearest("colour", ["reply", "from", "id"]), None);
    }
}
