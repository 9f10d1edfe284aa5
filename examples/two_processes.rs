//! Two processes that were told no key, and talk encrypted. One serves, until it is ended:
//! `cargo run --example two_processes -- serve tcp://127.0.0.1:9000`; in another terminal,
//! `cargo run --example two_processes -- greet tcp://127.0.0.1:9000 you`.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program talks to its user")]

use network_protocol::{self as np, Client as _};

#[np::protocol(package = "example::hello")]
pub(crate) enum Hello {
    #[np(reply = String)]
    Greet(String),
}

const USAGE: &str = "Usage: two_processes serve ADDRESS
       two_processes greet ADDRESS NAME

An address is as tcp://127.0.0.1:9000.";

struct Host;

impl HelloHandler for Host {
    async fn greet(&self, cx: &np::Cx, name: String) -> String {
        format!("hello, {name}, with the {}", cx.peer().identity())
    }
}

async fn serve(address: &str) -> np::Result<()> {
    let server = np::serve::<Hello, _>(address, Host).await?;
    let fingerprint = server.key().map(|key| key.fingerprint()).unwrap_or_default();
    println!("listening at {} with the key {fingerprint}", server.address());
    server.closed().await;
    Ok(())
}

async fn greet(address: &str, name: &str) -> np::Result<()> {
    let hello: HelloClient = np::connect(address).await?;
    println!("{}", hello.greet(name.to_owned()).await?);
    println!("{}", hello.connection().security());
    Ok(())
}

#[tokio::main]
async fn main() -> std::process::ExitCode {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    let result = match arguments[..] {
        ["serve", address] => serve(address).await,
        ["greet", address, name] => greet(address, name).await,
        ["-h" | "--help"] => {
            println!("{USAGE}");
            return 0.into();
        }
        _ => {
            eprintln!("two_processes: no such way to use it\n\n{USAGE}");
            return 2.into();
        }
    };
    result.inspect_err(|error| eprintln!("two_processes: {error}")).map_or(1, |()| 0).into()
}
