//! A server as it is run: configured by a file and the environment, with lines in a log, an admin endpoint, and a drain
//! when it is told to stop. `cargo run --example daemon -- --example > daemon.toml`, then
//! `cargo run --example daemon -- daemon.toml`; `docs/operations.md` says what can be seen of it.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program talks to its user")]

use std::error::Error;
use std::process::{ExitCode, Termination as _};

use network_protocol::admin::{Admin, Metrics};
use network_protocol::config::NetworkConfig;
use network_protocol::{self as np, logging};

#[np::protocol(package = "example::greeter")]
pub(crate) enum Greeter {
    #[np(reply = String)]
    Greet(String),
}

const USAGE: &str = "Usage: daemon [CONFIG.toml]
       daemon --example

Serves Greeter at server.address until SIGTERM or Ctrl-C. Without a file it is configured by the
environment alone, as NETWORK_PROTOCOL_SERVER_ADDRESS. --example prints a file to begin with.

Exit codes: 0 when all that ran was finished, 1 if it could not begin, 2 for wrong arguments, 3 when
calls were cut, 130 or 143 after a second signal.";

struct Polite;

impl GreeterHandler for Polite {
    async fn greet(&self, _: &np::Cx, name: String) -> String {
        format!("hello, {name}")
    }
}

async fn serve(config: &NetworkConfig) -> Result<np::Ended, Box<dyn Error>> {
    // Lines wait for no disk, and those that wait are written when this is dropped.
    let _logging = logging::init(&config.logging)?;
    // Before servers are made, so that all they do is counted.
    let metrics = Metrics::install()?;
    let server = config.serve::<Greeter, _>(Polite).await?;
    let _admin: Option<Admin> = match config.admin_builder()? {
        Some(admin) => {
            Some(admin.server(&server).metrics(&metrics).listen(&config.admin.address).await?)
        }
        None => None,
    };
    Ok(server.run_until_signal().await?)
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let config = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["-h" | "--help"] => {
            println!("{USAGE}");
            return ExitCode::SUCCESS;
        }
        ["--example"] => {
            print!("{}", NetworkConfig::example_config());
            return ExitCode::SUCCESS;
        }
        [] => NetworkConfig::from_env(),
        [file] if !file.starts_with('-') => NetworkConfig::load(file),
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    let served = match config {
        Ok(config) => serve(&config).await,
        Err(error) => Err(error.into()),
    };
    match served {
        Ok(ended) => ended.report(),
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
