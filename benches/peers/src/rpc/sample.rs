//! One sample: a fresh client process, which starts a fresh server process, lets one peer do one
//! case for a while, and prints what came of it.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use bytes::Bytes;
use clap::Args;
use tokio::runtime::Builder;
use tokio::task::{JoinHandle, LocalSet};
use tokio::time::sleep;

use super::load::{self, Connection};
use super::peers::{self, Connect};
use super::process::{self, Counter, Counting};
use super::relay::Relay;
use super::serve::Used;
use super::subject::{Case, Load, Metric, Peer};

#[derive(Args)]
pub struct Arguments {
    #[arg(long)]
    pub peer: Peer,
    #[arg(long)]
    pub case: Case,
    #[arg(long)]
    pub seconds: f64,
    /// How many processors: both processes on the first, or one each.
    #[arg(long)]
    pub cores: usize,
    /// Counts system calls by that, and allocations; times are then not to be trusted.
    #[arg(long)]
    pub count: Option<Counter>,
}

/// Connections of `idle`; with the peer's own limits on what one source may open.
const IDLE: usize = 1_000;
/// Honest connections of `slow`.
const HONEST: usize = 16;
/// What the connection that does not read asks for: so many at a time of so many bytes.
const GREEDY: (usize, usize) = (32, 65_536);

pub type Figures = BTreeMap<String, f64>;

/// The server's process. Ends with this one.
pub struct Server {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    pub address: String,
}

impl Server {
    fn start(arguments: &Arguments, address: &str) -> Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["rpc-serve", "--peer", &arguments.peer.to_string(), "--processor", "0"]);
        command.args(["--address", address]);
        if arguments.count.is_some() {
            command.arg("--count");
        }
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let input = child.stdin.take().context("no input")?;
        let mut output = BufReader::new(child.stdout.take().context("no output")?);
        let mut address = String::new();
        output.read_line(&mut address)?;
        ensure!(!address.is_empty(), "the server does not start");
        Ok(Self { child, input, output, address: address.trim().to_owned() })
    }

    fn used(&mut self) -> Result<Used> {
        self.input.write_all(b"\n")?;
        let mut line = String::new();
        self.output.read_line(&mut line)?;
        Ok(serde_json::from_str(&line)?)
    }

    fn kill(&mut self) -> Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have gone already.
        let _ = self.kill();
    }
}

pub fn run(arguments: &Arguments) -> Result<()> {
    process::pin(arguments.cores - 1)?;
    process::raise_descriptors()?;
    let server = Server::start(arguments, "127.0.0.1:0")?;
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let figures = LocalSet::new().block_on(&runtime, async {
        peers::with_client(arguments.peer, Sample { arguments, server }).await
    })?;
    println!("{}", serde_json::to_string(&figures)?);
    std::process::exit(0)
}

/// What is to be done with a client, whichever it is.
pub struct Sample<'a> {
    arguments: &'a Arguments,
    server: Server,
}

impl Sample<'_> {
    /// Whether several calls are in flight on one connection.
    pub fn shares_connections(&self) -> bool {
        match self.arguments.case.load() {
            Load::Echo { in_flight, .. } => in_flight > 1,
            load => load == Load::Slow,
        }
    }

    pub async fn run<C: Connect>(mut self, client: C) -> Result<Figures> {
        let figures = match self.arguments.case.load() {
            Load::Echo { connections, in_flight, bytes } => {
                let body = body(bytes);
                let address = self.server.address.clone();
                let mut tasks = Vec::new();
                for _ in 0..connections {
                    let connection = connected(&client, &address, &body).await?;
                    tasks.push(connection);
                }
                let tasks = tasks.into_iter().map(|connection| {
                    tokio::task::spawn_local(connection.echo(in_flight, body.clone()))
                });
                self.observe(tasks.collect(), None).await?
            }
            Load::Stream { bytes } => {
                let connection = client.connect(&self.server.address).await?;
                let tasks = vec![tokio::task::spawn_local(connection.items(bytes))];
                self.observe(tasks, Some(bytes)).await?
            }
            Load::StreamSlow { bytes } => self.stream_slow(&client, bytes).await?,
            Load::Connect => {
                let (address, body) = (self.server.address.clone(), body(64));
                let task = tokio::task::spawn_local(async move {
                    loop {
                        let start = Instant::now();
                        connected(&client, &address, &body).await?;
                        load::count(1);
                        load::time(start);
                    }
                });
                self.observe(vec![task], None).await?
            }
            Load::Idle => self.idle(&client).await?,
            Load::Slow => self.slow(client).await?,
            Load::Restart => self.restart(&client).await?,
        };
        Ok(figures.into_iter().map(|(metric, value)| (metric.to_string(), value)).collect())
    }

    /// Lets tasks go on, and looks at what they do for a while.
    async fn observe(
        &mut self,
        tasks: Vec<JoinHandle<Result<()>>>,
        item: Option<usize>,
    ) -> Result<BTreeMap<Metric, f64>> {
        let window = Duration::from_secs_f64(self.arguments.seconds);
        let mut tasks = Tasks(tasks);
        tasks.go_on(window / 4 + Duration::from_millis(50)).await?;
        let counter = self.arguments.count.unwrap_or(Counter::None);
        let counting = counter.attach(self.server.child.id())?;
        let before = self.server.used()?;
        load::take_times();
        let (own, start, done) = (process::cpu(), Instant::now(), load::done());
        tasks.go_on(window).await?;
        let (own, took, done) =
            (process::cpu() - own, start.elapsed(), (load::done() - done) as f64);
        let times = load::take_times();
        let calls = counting.map(Counting::finish).transpose()?;
        let after = self.server.used()?;
        ensure!(done > 0.0, "no exchange succeeded");

        let mut figures = BTreeMap::new();
        if let Some(calls) = calls {
            figures.insert(Metric::Syscalls, calls as f64 / done);
        }
        if self.arguments.count.is_some() {
            let allocations = (after.allocations - before.allocations) as f64;
            figures.insert(Metric::Allocs, allocations / done);
            return Ok(figures);
        }
        let (server, client) =
            ((after.cpu_us - before.cpu_us) / done, own.as_secs_f64() * 1e6 / done);
        let rps = done / took.as_secs_f64();
        figures.extend([
            (Metric::Rps, rps),
            (Metric::ServerUs, server),
            (Metric::ClientUs, client),
            (Metric::CpuUs, server + client),
        ]);
        if let Some(bytes) = item {
            figures.insert(Metric::MbS, rps * bytes as f64 / 1e6);
        }
        if !times.is_empty() {
            figures.insert(Metric::P50, crate::common::quantile(&times, 0.5));
            figures.insert(Metric::P99, crate::common::quantile(&times, 0.99));
        }
        Ok(figures)
    }

    async fn idle<C: Connect>(&mut self, client: &C) -> Result<BTreeMap<Metric, f64>> {
        let body = body(64);
        // What a server makes once is not to count.
        let first = connected(client, &self.server.address, &body).await?;
        let before = self.server.used()?.resident_kib;
        let mut connections = vec![first];
        for _ in 0..IDLE {
            connections.push(connected(client, &self.server.address, &body).await?);
        }
        sleep(Duration::from_millis(200)).await;
        let grown = self.server.used()?.resident_kib.saturating_sub(before);
        Ok(BTreeMap::from([(Metric::Kib, grown as f64 / IDLE as f64)]))
    }

    async fn slow<C: Connect>(&mut self, client: C) -> Result<BTreeMap<Metric, f64>> {
        let small = body(64);
        let mut honest = Vec::new();
        for _ in 0..HONEST {
            honest.push(connected(&client, &self.server.address, &small).await?);
        }
        let relay = Relay::start(&self.server.address).await?;
        let greedy = connected(&client, &relay.address, &small).await?;
        relay.stop_reading();
        let before = self.server.used()?.resident_kib;
        let (in_flight, bytes) = GREEDY;
        // It waits for ever, or is closed for not reading; neither is an error here.
        tokio::task::spawn_local(greedy.echo(in_flight, body(bytes)));
        let tasks =
            honest.into_iter().map(|one| tokio::task::spawn_local(one.echo(1, small.clone())));
        let mut figures = self.observe(tasks.collect(), None).await?;
        let grown = self.server.used()?.resident_kib.saturating_sub(before);
        figures.insert(Metric::Kib, grown as f64);
        Ok(figures)
    }

    async fn stream_slow<C: Connect>(
        &mut self,
        client: &C,
        bytes: usize,
    ) -> Result<BTreeMap<Metric, f64>> {
        let relay = Relay::start(&self.server.address).await?;
        let connection = connected(client, &relay.address, &body(64)).await?;
        let before = self.server.used()?.resident_kib;
        let mut tasks = Tasks(vec![tokio::task::spawn_local(connection.items(bytes))]);
        tasks.go_on(Duration::from_millis(50)).await?;
        ensure!(load::done() > 0, "no exchange succeeded");
        relay.stop_reading();
        tasks.go_on(Duration::from_secs_f64(self.arguments.seconds)).await?;
        let grown = self.server.used()?.resident_kib.saturating_sub(before);
        Ok(BTreeMap::from([(Metric::Kib, grown as f64)]))
    }

    async fn restart<C: Connect>(&mut self, client: &C) -> Result<BTreeMap<Metric, f64>> {
        let body = body(64);
        drop(connected(client, &self.server.address, &body).await?);
        let address = self.server.address.clone();
        self.server.kill()?;
        let start = Instant::now();
        self.server = Server::start(self.arguments, &address)?;
        connected(client, &address, &body).await?;
        Ok(BTreeMap::from([(Metric::Ms, start.elapsed().as_secs_f64() * 1e3)]))
    }
}

/// Tasks that are not to end.
struct Tasks(Vec<JoinHandle<Result<()>>>);

impl Tasks {
    async fn go_on(&mut self, time: Duration) -> Result<()> {
        sleep(time).await;
        for task in &mut self.0 {
            if task.is_finished() {
                task.await??;
                bail!("a client ended early");
            }
        }
        Ok(())
    }
}

/// Text of so many bytes: one of the peers takes nothing else.
fn body(bytes: usize) -> Bytes {
    (b'a'..=b'z').cycle().take(bytes).collect()
}

async fn connected<C: Connect>(client: &C, address: &str, body: &Bytes) -> Result<C::Connection> {
    let mut connection = client.connect(address).await?;
    let echo = connection.call(body).await?;
    ensure!(echo == *body, "another message came back");
    Ok(connection)
}
