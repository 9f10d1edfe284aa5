//! The echo as programs write it: a protocol, a handler, and a client that 64 tasks share. Both
//! ends prove to hold their keys, as they do by default.

use anyhow::{Result, ensure};
use network_protocol as np;
use np::{Bytes, Cx, Keypair};
use tokio::runtime::Runtime;
use tokio::task::JoinSet;

use super::IN_FLIGHT;

#[np::protocol(package = "peers")]
pub enum Echo {
    #[np(reply = Bytes)]
    Echo(Bytes),
}

struct Back;

impl EchoHandler for Back {
    async fn echo(&self, _: &Cx, body: Bytes) -> Bytes {
        body
    }
}

pub struct Client {
    client: EchoClient,
    body: Bytes,
    /// Goes with the client.
    _server: np::Server,
}

impl Client {
    pub fn new(runtime: &Runtime, body: Vec<u8>) -> Result<Self> {
        runtime.block_on(async {
            let (theirs, ours) = (Keypair::generate()?, Keypair::generate()?);
            let key = theirs.public();
            let server = np::server().identity(theirs).add::<Echo, _>(Back);
            let server = server.listen("tcp://127.0.0.1:0").await?;
            let client = np::client().identity(ours).server_key(key);
            let client = client.connect::<EchoClient>(server.address()).await?;
            Ok(Self { client, body: body.into(), _server: server })
        })
    }
}

impl super::Echo for Client {
    async fn echo(&mut self, times: u64) -> Result<u64> {
        let mut tasks = JoinSet::new();
        for task in 0..IN_FLIGHT.min(times) {
            let share = times / IN_FLIGHT + u64::from(task < times % IN_FLIGHT);
            let (client, body) = (self.client.clone(), self.body.clone());
            tasks.spawn(async move {
                for _ in 0..share {
                    let echo = client.echo(body.clone()).await?;
                    ensure!(echo == body, "another message came back");
                }
                Ok(share)
            });
        }
        let mut echoed = 0;
        while let Some(share) = tasks.join_next().await {
            echoed += share??;
        }
        Ok(echoed)
    }
}
