//! Whole connections: from the first byte until both ends may send messages. Ours exchange and
//! bind the protocols they speak meanwhile; TLS does the same with nothing to bind.

use std::sync::Arc;
use std::time::{Instant, SystemTime};

use anyhow::{Result, ensure};
use bytes::BytesMut;
use network_protocol::frame::control::Offer;
use network_protocol::limits::Limits;
use network_protocol::noise::{OsRandom, Pattern, PresharedKey, Suite};
use network_protocol::session::{
    ClientSecurity, ClockPolicy, Config, Event, ReplayFilter, Security, ServerKey, ServerSecurity,
    Session,
};

use super::handshake::{Keys, PATTERNS};
use super::measure::timed;
use super::subject::{Contestant, Metric, Peer};
use super::tls::{self, Proof, Tls};

pub fn contestants(peers: &[Peer]) -> Result<Vec<Contestant>> {
    let mut contestants = Vec::new();
    for (metric, pattern) in PATTERNS {
        for &peer in peers {
            let run = match (peer, metric) {
                (Peer::Ours, _) => ours(metric, pattern)?,
                (Peer::Rustls | Peer::RustlsHybrid, Metric::Nk) => {
                    rustls(peer, metric, Proof::Server)?
                }
                (Peer::Rustls | Peer::RustlsHybrid, Metric::Xx) => {
                    rustls(peer, metric, Proof::Mutual)?
                }
                _ => continue,
            };
            contestants.push(run);
        }
    }
    Ok(contestants)
}

fn rustls(peer: Peer, metric: Metric, proof: Proof) -> Result<Contestant> {
    let tls = Tls::new(peer, tls::AES, proof)?;
    Ok(Contestant::new(peer, metric, move |times| timed(times, || tls.connect().map(drop))))
}

fn ours(metric: Metric, pattern: Pattern) -> Result<Contestant> {
    let keys = Keys::new()?;
    Ok(Contestant::new(Peer::Ours, metric, move |times| {
        // What a filter remembers is bounded, and a server that is filled within a minute by so
        // many clients refuses more.
        let pairs = Pairs::new(&keys, Some(pattern))?;
        timed(times, || pairs.connect().map(drop))
    }))
}

/// Both ends of connections to come.
pub struct Pairs {
    client: ClientSecurity,
    server: ServerSecurity,
    offers: Vec<Offer>,
    unix_ms: u64,
}

/// One end, with what it has received.
pub struct Side {
    pub session: Session,
    pub inbox: BytesMut,
    out: Vec<u8>,
}

impl Pairs {
    /// Without a pattern there is no encryption.
    pub fn new(keys: &Keys, pattern: Option<Pattern>) -> Result<Self> {
        let unix_ms = SystemTime::UNIX_EPOCH.elapsed()?.as_millis().try_into()?;
        let server_key = keys.server.public();
        let mutual = |server| {
            let client = ClientSecurity::Mutual { local: keys.client.clone(), server };
            (client, ServerSecurity::Mutual { local: keys.server.clone() })
        };
        let (client, server) = match pattern {
            None => (ClientSecurity::Plain, ServerSecurity::Plain),
            Some(Pattern::Nn) => {
                (ClientSecurity::InsecureAnonymous, ServerSecurity::InsecureAnonymous)
            }
            Some(Pattern::Nk) => (
                ClientSecurity::ServerAuth { server: server_key },
                ServerSecurity::ServerAuth { local: keys.server.clone() },
            ),
            Some(Pattern::Xx) => mutual(ServerKey::Pinned(server_key)),
            Some(Pattern::Xk) => mutual(ServerKey::Known(server_key)),
            Some(Pattern::NnPsk0) => {
                let key = PresharedKey::from_bytes(keys.secret)?;
                let replay = Arc::new(ReplayFilter::new(&Limits::default(), unix_ms));
                let client = ClientSecurity::SharedKey { key: key.clone() };
                (client, ServerSecurity::SharedKey { key, replay })
            }
        };
        let offer = Offer { name: "peers::Echo".into(), version: 1, min: 1, fingerprint: [7; 16] };
        Ok(Self { client, server, offers: vec![offer], unix_ms })
    }

    fn side(&self, security: Security, now: Instant) -> Result<Side> {
        let config = Config {
            security,
            suite: Suite::AesGcm,
            offers: self.offers.clone(),
            limits: Limits::default().into(),
            unix_ms: self.unix_ms,
            clock: ClockPolicy::Warn,
            shapes: Vec::new(),
            compression: network_protocol::session::CompressionOffer::default(),
            memory: network_protocol::session::MessageMemory::default(),
        };
        let session = Session::new(config, Box::new(OsRandom), now)?;
        Ok(Side { session, inbox: BytesMut::new(), out: Vec::new() })
    }

    /// An open connection: the client's end, and the server's.
    pub fn connect(&self) -> Result<(Side, Side)> {
        let now = Instant::now();
        let mut client = self.side(Security::Client(self.client.clone()), now)?;
        let mut server = self.side(Security::Server(self.server.clone()), now)?;
        while client.carry(now, &mut server) | server.carry(now, &mut client) {}
        for side in [&mut client, &mut server] {
            let event = side.session.poll_event();
            ensure!(event == Some(Event::Established), "not open, but {event:?}");
        }
        let hash = |side: &Side| side.session.established().map(|agreed| agreed.handshake_hash);
        ensure!(hash(&client) == hash(&server), "the ends differ");
        Ok((client, server))
    }
}

impl Side {
    /// Carries what this end has to say to the other; false if it has nothing.
    fn carry(&mut self, now: Instant, to: &mut Self) -> bool {
        self.out.clear();
        let some = self.session.poll_transmit(&mut self.out);
        to.inbox.extend_from_slice(&self.out);
        to.session.handle_bytes(now, &mut to.inbox);
        some
    }
}
