//! The program `npctl`: servers, and the keys that they and their clients have, from the command
//! line.
//!
//! What it knows about files and connections is in the runtime, and about values in the model of
//! schemas, so that it does what programs do; what is here reads arguments and prints. It generates no
//! code, and prints no secret unless it is asked to.

#![forbid(unsafe_code)]

mod cli;

fn main() -> std::process::ExitCode {
    cli::run()
}
