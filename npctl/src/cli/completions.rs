//! `npctl completions`: a script that completes npctl's arguments in a shell.

use clap::CommandFactory;
use clap_complete::Shell;

use super::{Done, after_help};

/// Prints a script that completes npctl's arguments in a shell
#[derive(clap::Args)]
#[command(after_help = after_help!("npctl completions bash"))]
pub(crate) struct Arguments {
    /// The shell
    shell: Shell,
}

pub(crate) fn run(arguments: &Arguments) -> Done {
    let mut text = Vec::new();
    let mut command = super::Arguments::command();
    clap_complete::generate(arguments.shell, &mut command, "npctl", &mut text);
    Done::text(text)
}
