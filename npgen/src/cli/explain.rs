//! `npgen explain`: a page for each rule.

use super::{Done, Refusal, after_help};

/// Explains a rule: what it means, an example that breaks it, and the mend
///
/// Without a code it lists all rules.
#[derive(clap::Args)]
#[command(after_help = after_help!("npgen explain NP0301"))]
pub(crate) struct Arguments {
    /// The code, such as NP0301 or NPB101, or the name of the rule
    #[arg(value_name = "CODE")]
    code: Option<String>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<Done, Refusal> {
    let Some(code) = &arguments.code else {
        let pages = npgen::pages();
        let width = pages.iter().map(|page| page.code.len()).max().unwrap_or(0);
        let lines = pages.iter().map(|page| format!("{:width$}  {}\n", page.code, page.name));
        return Ok(Done::text(lines.collect::<String>()));
    };
    let page = npgen::explain(code).ok_or_else(|| unknown(code))?;
    Ok(Done::text(format!("{} {}\n\n{}\n", page.code, page.name, page.text)))
}

/// There is no such rule.
pub(super) fn unknown(code: &str) -> Refusal {
    let help = match npgen::nearest_page(code) {
        Some(nearest) => format!("did you mean `{nearest}`? `npgen explain` lists all"),
        None => "`npgen explain` lists them".to_owned(),
    };
    Refusal::Usage(format!("there is no rule `{code}`\n  = help: {help}"))
}
