//! The program `npgen`: schemas checked, compiled and shown from the command line.
//!
//! Everything it knows about schemas is in the library; what is here reads arguments and prints.

#![forbid(unsafe_code)]

mod cli;

fn main() -> std::process::ExitCode {
    cli::run()
}
