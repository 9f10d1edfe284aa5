//! The pages of `npgen explain`: for each rule what it means, an example that breaks it, and the
//! mend. Kept as Markdown, a file for each family of rules, a heading for each rule.

use protocol_schema::check::nearest;

/// The pages, by family.
const FILES: [&str; 13] = [
    include_str!("explain/np00.md"),
    include_str!("explain/np01.md"),
    include_str!("explain/np02.md"),
    include_str!("explain/np03.md"),
    include_str!("explain/np04.md"),
    include_str!("explain/np05.md"),
    include_str!("explain/np06.md"),
    include_str!("explain/np07.md"),
    include_str!("explain/np08.md"),
    include_str!("explain/np09.md"),
    include_str!("explain/npb_breaks.md"),
    include_str!("explain/npb_warnings.md"),
    include_str!("explain/npb_notes.md"),
];

/// A page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    /// `NP0101` or `NPB101`.
    pub code: &'static str,
    /// `duplicate-item`.
    pub name: &'static str,
    /// The page, in Markdown, without its heading.
    pub text: &'static str,
}

/// All pages, in the order of their codes.
#[must_use]
pub fn pages() -> Vec<Page> {
    FILES.iter().flat_map(|file| pages_of(file)).collect()
}

/// The page of a code, written as `NP0101`, `np101` or `101`, or of a rule by its name.
#[must_use]
pub fn explain(wanted: &str) -> Option<Page> {
    let wanted = wanted.trim().to_ascii_lowercase();
    let number = |text: &str| {
        let (letters, digits) = match text.strip_prefix("npb") {
            Some(digits) => ("npb", digits),
            None => ("np", text.strip_prefix("np").unwrap_or(text)),
        };
        digits.parse::<u16>().ok().map(|number| (letters, number))
    };
    let asked = number(&wanted);
    pages().into_iter().find(|page| {
        let code = page.code.to_ascii_lowercase();
        page.name == wanted || asked.is_some() && number(&code) == asked
    })
}

/// The code or name that was most likely meant, where there is no page of that name.
#[must_use]
pub fn nearest_page(wanted: &str) -> Option<&'static str> {
    let pages = pages();
    let upper = wanted.trim().to_ascii_uppercase();
    let lower = wanted.trim().to_ascii_lowercase();
    nearest(&lower, pages.iter().map(|page| page.name))
        .or_else(|| nearest(&upper, pages.iter().map(|page| page.code)))
}

/// `# NP0101 duplicate-item`, and what follows.
fn pages_of(file: &'static str) -> Vec<Page> {
    let starts = file.match_indices("# NP").map(|(at, _)| at);
    let starts = starts.filter(|at| *at == 0 || file.as_bytes().get(at - 1) == Some(&b'\n'));
    let starts: Vec<usize> = starts.collect();
    let ends = starts.iter().skip(1).copied().chain([file.len()]);
    let page = |(start, end): (&usize, usize)| {
        let page = file.get(*start..end)?;
        let (heading, text) = page.split_once('\n')?;
        let (code, name) = heading.strip_prefix("# ")?.split_once(' ')?;
        Some(Page { code, name: name.trim(), text: text.trim() })
    };
    starts.iter().zip(ends).filter_map(page).collect()
}

#[cfg(test)]
#[path = "explain_tests.rs"]
mod tests;
