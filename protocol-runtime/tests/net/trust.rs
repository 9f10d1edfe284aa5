//! Trust on first use: what a client with nobody's key does about its server's.
#![expect(clippy::disallowed_methods, reason = "tests start tasks")]
#![expect(clippy::unwrap_used, reason = "helpers fail as the tests do")]

use protocol_runtime::client::ClientBuilder;
use protocol_runtime::error::Error;
use protocol_runtime::identity::{KnownServers, ServerName, StateDir};
use protocol_runtime::noise::{Keypair, Pattern};
use protocol_runtime::serve::Client;
use protocol_runtime::server::{Server, ServerBuilder};

use crate::common::*;
use crate::log;

async fn serve(identity: &Keypair, address: &str) -> Server {
    let server = ServerBuilder::new().identity(identity.clone());
    server.add::<Probe, _>(Host::new().0).listen(address).await.unwrap()
}

async fn visit(dir: &Dir, address: &str) -> Result<ProbeClient, Error> {
    ClientBuilder::new().state_dir(dir.path("state")).connect(address).await
}

fn name(address: &str) -> ServerName {
    address.trim_start_matches("tcp://").parse().unwrap()
}

fn servers(dir: &Dir) -> KnownServers {
    StateDir::new(dir.path("state")).servers().unwrap()
}

#[tokio::test]
async fn the_first_key_is_written_down_and_a_changed_one_refused() {
    log::keep();
    let dir = Dir::new("changed");
    let (first, second) = (key(), key());
    let server = serve(&first, TCP).await;
    let address = server.address().to_owned();

    let probe = visit(&dir, &address).await.unwrap();
    assert_eq!(probe.echo("first contact").await.unwrap(), "first contact");
    assert_eq!(servers(&dir).find(&name(&address)).unwrap(), Some(first.public()));
    let told = log::lines(&["WARN", "first contact", &first.public().fingerprint()]);
    assert_eq!(told.len(), 1, "{told:?}");
    let own = StateDir::new(dir.path("state")).keypair().unwrap().public();
    assert!(!log::lines(&["INFO", "identity", &own.fingerprint()]).is_empty());
    assert_eq!(probe.connection().security().local_key, Some(own));

    // It is known now, and nothing more is said.
    let probe = visit(&dir, &address).await.unwrap();
    assert_eq!(probe.connection().security().pattern, Some(Pattern::Xx));
    assert_eq!(log::lines(&["first contact", &first.public().fingerprint()]).len(), 1);
    drop(probe);
    server.shutdown(SOON).await.unwrap();

    let server = serve(&second, &address).await;
    let error = visit(&dir, &address).await.unwrap_err();
    let Error::ServerKeyChanged(changed) = &error else { panic!("{error:?}") };
    assert_eq!((changed.known, changed.presented), (first.public(), second.public()));
    let text = error.to_string();
    let file = dir.path("state").join("known_servers").display().to_string();
    let mend = format!("npctl key forget {}", name(&address));
    let place = format!("`--state-dir {}`", dir.path("state").display());
    let (old, new) = (first.public().fingerprint(), second.public().fingerprint());
    for part in [&old, &new, &file, &mend, &place] {
        assert!(text.contains(part.as_str()), "{text}");
    }
    assert_eq!(servers(&dir).find(&name(&address)).unwrap(), Some(first.public()), "it stays");

    // What `npctl key forget` does.
    servers(&dir).forget(&name(&address)).unwrap();
    assert!(visit(&dir, &address).await.unwrap().echo("again").await.is_ok());
    assert_eq!(servers(&dir).find(&name(&address)).unwrap(), Some(second.public()));
    drop(server);
}

#[tokio::test]
async fn nothing_of_a_server_is_handled_before_its_key_is_written_down() {
    let dir = Dir::new("unwritable");
    let state = dir.path("state");
    drop(StateDir::new(&state).keypair().unwrap());
    // Nothing can be renamed into the place of a directory.
    let server = serve(&key(), TCP).await;
    std::fs::create_dir(state.join("known_servers.lock")).unwrap();
    let (guest, mut ticks) = Guest::new();
    let client = ClientBuilder::new().state_dir(&state).on::<Probe, _>(guest);
    let error = client.open(server.address()).await.unwrap_err();
    assert!(matches!(error, Error::Config(_)), "{error:?}");
    assert!(error.to_string().contains("known_servers"), "{error}");
    assert!(ticks.recv().await.is_none(), "the handler is gone, and got nothing");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_first_contacts_at_once_agree() {
    let dir = Dir::new("at-once");
    let server = serve(&key(), TCP).await;
    let visits: Vec<_> = (0..20)
        .map(|_| {
            let (address, state) = (server.address().to_owned(), dir.path("state"));
            tokio::spawn(async move {
                let client = ClientBuilder::new().state_dir(state);
                let probe: ProbeClient = client.connect(&address).await.unwrap();
                probe.echo("x").await.unwrap();
                probe.connection().security().local_key
            })
        })
        .collect();
    let mut keys = Vec::new();
    for visit in visits {
        keys.push(visit.await.unwrap().unwrap());
    }
    keys.dedup();
    assert_eq!(keys.len(), 1, "one identity");
    assert_eq!(servers(&dir).list().unwrap().len(), 1);
}

#[tokio::test]
async fn a_server_that_was_named_is_not_written_down() {
    let dir = Dir::new("named");
    let server = serve(&key(), TCP).await;
    let client = ClientBuilder::new().state_dir(dir.path("state"));
    let client = client.server_key(server.key().unwrap());
    let probe: ProbeClient = client.connect(server.address()).await.unwrap();
    assert_eq!(probe.connection().security().pattern, Some(Pattern::Xk));
    assert!(servers(&dir).list().unwrap().is_empty());
}
