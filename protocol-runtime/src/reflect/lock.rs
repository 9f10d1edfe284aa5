//! What a protocol is now, against what was written down of it.

use std::fmt;

use super::compare::changes;
use crate::schema::{Change, Effect};

/// Why a protocol is not what its lock says.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Difference {
    /// Nothing was written down yet.
    Missing,
    /// Something else was.
    Changed {
        /// What changed, by the rules of evolution, what matters most first. Empty if one of
        /// the texts is no schema.
        changes: Vec<Change>,
        /// The lines that go and come, `-` and `+` before them.
        lines: Vec<String>,
    },
}

/// Compares the text of a lock with the text of what it locks; how lines end does not count.
///
/// # Errors
///
/// [`Difference`], which says what to do.
pub fn compare(locked: Option<&str>, now: &str) -> Result<(), Difference> {
    let Some(locked) = locked else {
        return Err(Difference::Missing);
    };
    let (old, new): (Vec<&str>, Vec<&str>) = (locked.lines().collect(), now.lines().collect());
    if old == new {
        return Ok(());
    }
    Err(Difference::Changed {
        changes: changes(locked, now).unwrap_or_default(),
        lines: changed(&old, &new),
    })
}

/// How many lines around a change are shown.
const CONTEXT: usize = 2;

/// The lines that differ, and some around them.
fn changed(old: &[&str], new: &[&str]) -> Vec<String> {
    let script = script(old, new);
    let near = |at: usize| {
        let (from, to) = (at.saturating_sub(CONTEXT), at + CONTEXT + 1);
        script.iter().take(to).skip(from).any(|(mark, _)| *mark != ' ')
    };
    let mut lines = Vec::new();
    let mut hidden = false;
    for (at, (mark, line)) in script.iter().enumerate() {
        if near(at) {
            if std::mem::take(&mut hidden) {
                lines.push("  …".to_owned());
            }
            lines.push(format!("{mark} {line}").trim_end().to_owned());
        } else {
            hidden = true;
        }
    }
    lines
}

/// The more lines two texts have that are not at their common start or end, the more time and room
/// it takes to find the shortest script; from here on all of them count as changed.
const CELLS_MAX: usize = 4_000_000;

/// Both texts as one: a line of both (` `), of the old one (`-`), or of the new one (`+`).
fn script<'t>(old: &[&'t str], new: &[&'t str]) -> Vec<(char, &'t str)> {
    let same = |pair: &(&&str, &&str)| pair.0 == pair.1;
    let head = old.iter().zip(new).take_while(same).count();
    let (old_rest, new_rest) = (old.get(head..).unwrap_or(&[]), new.get(head..).unwrap_or(&[]));
    let tail = old_rest.iter().rev().zip(new_rest.iter().rev()).take_while(same).count();
    let (old_end, new_end) = (old_rest.len() - tail, new_rest.len() - tail);
    let (a, b) = (old_rest.get(..old_end).unwrap_or(&[]), new_rest.get(..new_end).unwrap_or(&[]));

    let mut script: Vec<(char, &str)> = old.iter().take(head).map(|line| (' ', *line)).collect();
    if a.len().saturating_mul(b.len()) > CELLS_MAX {
        script.extend(a.iter().map(|line| ('-', *line)));
        script.extend(b.iter().map(|line| ('+', *line)));
    } else {
        between(a, b, &mut script);
    }
    script.extend(old_rest.iter().skip(old_end).map(|line| (' ', *line)));
    script
}

/// The shortest script from `a` to `b`, by the lengths of the longest common rests.
fn between<'t>(a: &[&'t str], b: &[&'t str], script: &mut Vec<(char, &'t str)>) {
    let width = b.len() + 1;
    let mut rests = vec![0_u32; (a.len() + 1) * width];
    let get = |rests: &[u32], i: usize, j: usize| rests.get(i * width + j).copied().unwrap_or(0);
    for (i, line) in a.iter().enumerate().rev() {
        for (j, other) in b.iter().enumerate().rev() {
            let rest = match line == other {
                true => get(&rests, i + 1, j + 1) + 1,
                false => get(&rests, i + 1, j).max(get(&rests, i, j + 1)),
            };
            if let Some(cell) = rests.get_mut(i * width + j) {
                *cell = rest;
            }
        }
    }
    let (mut i, mut j) = (0, 0);
    loop {
        match (a.get(i), b.get(j)) {
            (Some(line), Some(other)) if line == other => {
                script.push((' ', line));
                (i, j) = (i + 1, j + 1);
            }
            (Some(line), other)
                if other.is_none() || get(&rests, i + 1, j) >= get(&rests, i, j + 1) =>
            {
                script.push(('-', line));
                i += 1;
            }
            (_, Some(other)) => {
                script.push(('+', other));
                j += 1;
            }
            (_, None) => return,
        }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => {
                f.write_str("nothing is written down of this protocol yet\n\n")?;
            }
            Self::Changed { changes, lines } => {
                f.write_str("the protocol is not what is written down of it\n\n")?;
                for line in lines {
                    writeln!(f, "    {line}")?;
                }
                f.write_str("\n")?;
                match changes.iter().map(|change| change.effect).max() {
                    None => {}
                    Some(Effect::Fine | Effect::Warning) => {
                        f.write_str("peers of the old version understand it:\n")?;
                    }
                    Some(Effect::Break) => {
                        f.write_str("PEERS OF THE OLD VERSION DO NOT UNDERSTAND IT:\n")?;
                    }
                }
                for Change { rule, effect, message } in changes {
                    let word = match effect {
                        Effect::Fine => "fine",
                        Effect::Warning => "warning",
                        Effect::Break => "break",
                    };
                    writeln!(f, "    {word} {rule}: {message}")?;
                }
                if !changes.is_empty() {
                    f.write_str("\n")?;
                }
            }
        }
        f.write_str("NP_BLESS=1 in the environment of the test writes it down as it is now")
    }
}

impl std::error::Error for Difference {}
