//! Server and clients as they are, on the network of `turmoil`: connections are held up, cut and
//! opened again, by one seed.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::io;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use network_protocol::testing::Dice;
use network_protocol::{self as np, Arrival, CallError, Listen};
use turmoil::net::{TcpListener, TcpStream};

/// Numbers each of which is to be taken at most once.
#[np::protocol(package = "test::machines")]
enum Tickets {
    #[np(reply = u64)]
    Take(u64),
}

/// Which tickets were taken.
#[derive(Clone, Default)]
struct Office(Arc<Mutex<BTreeSet<u64>>>);

impl TicketsHandler for Office {
    async fn take(&self, _: &np::Cx, ticket: u64) -> u64 {
        assert!(self.0.lock().unwrap().insert(ticket), "ticket {ticket} is taken twice");
        tokio::time::sleep(Duration::from_millis(ticket % 50)).await;
        ticket
    }
}

/// The listener of a simulated machine.
struct Simulated(TcpListener);

impl Listen for Simulated {
    type Stream = TcpStream;

    async fn accept(&mut self) -> io::Result<Arrival<TcpStream>> {
        let (stream, from) = self.0.accept().await?;
        Ok(Arrival::new(stream, format!("tcp://{from}")).with_ip(from.ip()))
    }
}

const PORT: u16 = 9_000;
/// Calls of each client.
const CALLS: u64 = 40;
const CLIENTS: u64 = 3;

pub(crate) fn simulate(seed: u64) {
    let office = Office::default();
    let mut builder = turmoil::Builder::new();
    builder.rng_seed(seed).enable_random_order().simulation_duration(Duration::from_secs(600));
    let mut network = builder.build();
    let served = office.clone();
    network.host("server", move || {
        let served = served.clone();
        async move {
            let listener = TcpListener::bind((Ipv4Addr::UNSPECIFIED, PORT)).await?;
            let builder = np::server().insecure_plain().add::<Tickets, _>(served);
            let server = builder.serve_on("turmoil", Simulated(listener)).await?;
            server.closed().await;
            Ok(())
        }
    });
    for client in 0..CLIENTS {
        let office = office.clone();
        network.client(format!("client-{client}"), async move {
            run(Dice::new(seed ^ client << 32), client, &office).await;
            Ok(())
        });
    }
    let dice = RefCell::new(Dice::new(!seed));
    while !network.step().unwrap() {
        let mut dice = dice.borrow_mut();
        let client = format!("client-{}", dice.below(CLIENTS));
        match dice.below(400) {
            0 => network.partition("server", client.as_str()),
            1..=12 => network.repair("server", client.as_str()),
            13 => network.hold("server", client.as_str()),
            14..=30 => network.release("server", client.as_str()),
            _ => {}
        }
    }
}

/// Takes tickets, and connects again when the connection is lost.
async fn run(mut dice: Dice, client: u64, office: &Office) {
    let mut connection: Option<TicketsClient> = None;
    let mut call = 0;
    let mut failures = 0;
    while call < CALLS {
        let Some(tickets) = &connection else {
            let builder = np::client().insecure_plain().offer::<Tickets>();
            let builder = builder.connect_timeout(Duration::from_secs(2));
            let opened = builder.open_on("server", || TcpStream::connect(("server", PORT))).await;
            connection = opened.ok().and_then(|opened| opened.client().ok());
            failures += 1;
            assert!(failures < 1_000, "no connection any more");
            tokio::time::sleep(Duration::from_millis(dice.below(100))).await;
            continue;
        };
        let ticket = client * CALLS + call;
        call += 1;
        match tickets.take(ticket).timeout(Duration::from_millis(200 + dice.below(2_000))).await {
            Ok(taken) => {
                assert_eq!(taken, ticket, "the answer of another call");
                assert!(office.0.lock().unwrap().contains(&ticket), "answered, and not taken");
            }
            Err(CallError::ConnectionLost { maybe_executed }) => {
                let taken = office.0.lock().unwrap().contains(&ticket);
                assert!(maybe_executed || !taken, "taken, and said not to be");
                connection = None;
            }
            Err(CallError::DeadlineExceeded) => connection = None,
            Err(other) => panic!("{other}"),
        }
    }
}
