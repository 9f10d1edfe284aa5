//! The program `npctl`: keys, and the servers that are trusted, from the command line.
//!
//! What it knows about files is in the runtime, so that it reads and writes what programs do; what
//! is here reads arguments and prints. It prints no secret and opens no connection.

#![forbid(unsafe_code)]

mod cli;

fn main() -> std::process::ExitCode {
    cli::run()
}
