//! Clients in good faith: in this process, with figures of how they fared, or as processes.

use std::time::{Duration, Instant};

use network_protocol as np;
use np::{Client as _, Limits};
use tokio::task::JoinSet;

use crate::host::{LoadClient, Protection, client_key, limit, milliseconds, server_key};
use crate::process::{MARK, commands};

pub(crate) fn builder(protection: Protection) -> np::ClientBuilder {
    match protection {
        Protection::Plain => np::client().insecure_plain(),
        Protection::Keys => np::client().identity(client_key()).server_key(server_key().public()),
    }
}

pub(crate) async fn client(address: &str, protection: Protection) -> Result<LoadClient, np::Error> {
    builder(protection).connect(address).await
}

/// As many as are asked for, a few at a time.
pub(crate) async fn clients(
    address: &str,
    protection: Protection,
    count: usize,
) -> Vec<LoadClient> {
    let mut clients = Vec::new();
    while clients.len() < count {
        let mut opening = JoinSet::new();
        for _ in 0..(count - clients.len()).min(50) {
            let address = address.to_owned();
            opening.spawn(async move { client(&address, protection).await });
        }
        while let Some(opened) = opening.join_next().await {
            clients.push(opened.unwrap().unwrap());
        }
    }
    clients
}

/// How calls fared.
#[derive(Debug, Default)]
pub(crate) struct Fared {
    pub(crate) errors: Vec<String>,
    pub(crate) times: Vec<Duration>,
}

impl Fared {
    pub(crate) fn at(&self, per_mille: usize) -> Duration {
        self.times.get(self.times.len() * per_mille / 1_000).copied().unwrap_or(Duration::MAX)
    }
}

/// Each of the clients calls ten times a second, for so long.
pub(crate) async fn call_for(clients: &[LoadClient], time: Duration) -> Fared {
    let mut calling = JoinSet::new();
    for (at, load) in (0_u32..).zip(clients) {
        let (load, each) = (load.clone(), Duration::from_millis(100));
        let count = u32::try_from(time.as_millis() / each.as_millis()).unwrap();
        let first = tokio::time::Instant::now() + each * (at % 100) / 100;
        calling.spawn(async move {
            let mut fared = Fared::default();
            for turn in 0..count {
                tokio::time::sleep_until(first + each * turn).await;
                let begin = Instant::now();
                match load.next(turn).await {
                    Ok(next) if next == turn + 1 => fared.times.push(begin.elapsed()),
                    other => fared.errors.push(format!("{other:?}")),
                }
            }
            fared
        });
    }
    let mut fared = Fared::default();
    while let Some(one) = calling.join_next().await {
        let one = one.unwrap();
        fared.times.extend(one.times);
        fared.errors.extend(one.errors);
    }
    fared.times.sort_unstable();
    assert!(!fared.times.is_empty(), "nobody was served: {:?}", fared.errors.first());
    fared
}

/// A client as a process: connects, calls when told to, and says when and why it was closed.
pub(crate) async fn connect_and_wait(options: &[&str]) {
    let (mut limits, mut protection) = (Limits::default(), Protection::Plain);
    let (mut address, mut connect) = (String::new(), Duration::from_secs(10));
    for option in options {
        match option.split_once('=').unwrap() {
            ("security", word) => protection = Protection::of(word),
            ("to", to) => to.clone_into(&mut address),
            ("connect", time) => connect = milliseconds(time),
            (name, value) => limits = limit(limits, name, value),
        }
    }
    let begin = Instant::now();
    let builder = builder(protection).limits(limits).connect_timeout(connect);
    let load: LoadClient = match builder.connect(&address).await {
        Ok(load) => load,
        Err(error) => {
            println!("{MARK}not connected after {} ms: {error:?}", begin.elapsed().as_millis());
            return;
        }
    };
    println!("{MARK}connected");
    let connection = load.connection();
    let mut commands = commands();
    loop {
        let command = tokio::select! {
            command = commands.recv() => command,
            reason = connection.closed() => {
                println!("{MARK}closed: {reason:?}");
                return;
            }
        };
        let Some(command) = command else { return };
        match &command[..] {
            "call" => println!("{MARK}{:?}", load.next(1).await),
            other => panic!("{other}: call"),
        }
    }
}
