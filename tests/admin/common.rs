//! A server with clients, its admin endpoint, and a client of that.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use network_protocol as np;
use np::admin::{Admin, AdminBuilder, Metrics};
use np::{Cx, Server};
use tokio::sync::Semaphore;

#[np::protocol(package = "test::admin")]
pub(crate) enum Desk {
    #[np(reply = String)]
    Echo(String),
    /// Is answered when the test says so.
    #[np(reply = u32)]
    Wait,
    #[np(reply = Result<u32, String>)]
    Divide(u32),
    /// One that a single test calls, as counts are of the process.
    #[np(reply = Result<u32, String>)]
    Halve(u32),
}

/// Answers, and waits to be told to.
#[derive(Clone)]
pub(crate) struct Clerk {
    pub(crate) gate: Arc<Semaphore>,
    pub(crate) waiting: Arc<Semaphore>,
}

impl Default for Clerk {
    fn default() -> Self {
        Self { gate: Arc::new(Semaphore::new(0)), waiting: Arc::new(Semaphore::new(0)) }
    }
}

impl DeskHandler for Clerk {
    async fn echo(&self, _: &Cx, text: String) -> String {
        text
    }

    async fn wait(&self, _: &Cx) -> u32 {
        self.waiting.add_permits(1);
        self.gate.acquire().await.unwrap().forget();
        7
    }

    async fn divide(&self, _: &Cx, by: u32) -> Result<u32, String> {
        100_u32.checked_div(by).ok_or_else(|| "by zero".to_owned())
    }

    async fn halve(&self, _: &Cx, number: u32) -> Result<u32, String> {
        if number.is_multiple_of(2) { Ok(number / 2) } else { Err("odd".to_owned()) }
    }
}

/// One recorder is for all of a process.
pub(crate) fn metrics() -> &'static Metrics {
    static ONE: OnceLock<Metrics> = OnceLock::new();
    ONE.get_or_init(|| Metrics::install().unwrap())
}

pub(crate) async fn serve(clerk: &Clerk) -> Server {
    metrics();
    let builder = np::server().insecure_anonymous().add::<Desk, _>(clerk.clone());
    builder.listen("tcp://127.0.0.1:0").await.unwrap()
}

pub(crate) async fn connect(server: &Server) -> DeskClient {
    np::client().insecure_anonymous().connect(server.address()).await.unwrap()
}

pub(crate) async fn admin(server: &Server) -> Admin {
    AdminBuilder::new().server(server).metrics(metrics()).listen("127.0.0.1:0").await.unwrap()
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.head.lines().filter_map(|line| line.split_once(": "));
        headers.find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

/// Sends octets as they are, and reads until the other side closes.
pub(crate) fn send(address: SocketAddr, octets: &[u8]) -> Option<Answer> {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    // Whoever is refused early does not read the rest.
    drop(stream.write_all(octets));
    let mut text = Vec::new();
    drop(stream.read_to_end(&mut text));
    let text = String::from_utf8(text).unwrap();
    let (head, body) = text.split_once("\r\n\r\n")?;
    let status = head.split(' ').nth(1)?.parse().unwrap();
    Some(Answer { status, head: head.to_owned(), body: body.to_owned() })
}

pub(crate) async fn ask(admin: &Admin, method: &str, path: &str) -> Answer {
    let address = admin.address();
    let text = format!("{method} {path} HTTP/1.1\r\nHost: {address}\r\n\r\n");
    tokio::task::spawn_blocking(move || send(address, text.as_bytes()).unwrap()).await.unwrap()
}

pub(crate) async fn get(admin: &Admin, path: &str) -> Answer {
    ask(admin, "GET", path).await
}
