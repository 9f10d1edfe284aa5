//! Ships the lines of a log file to a server of its own, and shows what they add up to.

#![forbid(unsafe_code)]
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program talks to its user")]

use std::process::ExitCode;
use std::time::Duration;

use network_protocol as np;

/// The text of a file, or of the built-in sample.
fn read(file: Option<&str>) -> Result<String, String> {
    let Some(name) = file else {
        return Ok(include_str!("../../data/packages.log").to_owned());
    };
    let bytes = std::fs::read(name).map_err(|error| format!("cannot read {name}: {error}"))?;
    match String::from_utf8(bytes) {
        Ok(text) if text.is_empty() => Err(format!("{name} is empty")),
        Ok(text) if !text.contains('\0') => Ok(text),
        _ => Err(format!("{name} is binary; give a text file (UTF-8)")),
    }
}

async fn run(file: Option<String>) -> Result<String, Box<dyn std::error::Error>> {
    let text = read(file.as_deref())?;
    let name = file.as_deref().unwrap_or("packages.log");
    let identity = np::Keypair::generate()?;
    let (key, server) = (identity.public(), schema_first::serve(identity).await?);
    let summary = schema_first::ship(server.address(), key, name, &text).await?;
    server.shutdown(Duration::from_secs(1)).await?;
    Ok(summary)
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(std::env::args().nth(1)).await {
        Ok(summary) => {
            println!("{summary}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("schema-first: {error}");
            ExitCode::FAILURE
        }
    }
}
