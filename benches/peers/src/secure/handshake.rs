//! Noise alone: messages of a handshake from one end to the other, without payloads. Both ends
//! must come to the same hash and know each other.

use anyhow::{Context, Result, ensure};
use network_protocol::noise::{
    Handshake, Keypair, OsRandom, Params, Pattern, PresharedKey, Role, Suite, Transport,
};
use snow::Builder;
use snow::params::NoiseParams;
use snow::resolvers::{DefaultResolver, FallbackResolver, RingResolver};

use super::measure::timed;
use super::subject::{Contestant, Metric, Peer};

pub const PATTERNS: [(Metric, Pattern); 5] = [
    (Metric::Nn, Pattern::Nn),
    (Metric::Nk, Pattern::Nk),
    (Metric::Xx, Pattern::Xx),
    (Metric::Xk, Pattern::Xk),
    (Metric::NnPsk0, Pattern::NnPsk0),
];

const PROLOGUE: &[u8] = b"peers";

/// The long-term keys of both ends.
pub struct Keys {
    pub client: Keypair,
    pub server: Keypair,
    pub secret: [u8; 32],
}

impl Keys {
    pub fn new() -> Result<Self> {
        let secret = *Keypair::generate()?.secret();
        Ok(Self { client: Keypair::generate()?, server: Keypair::generate()?, secret })
    }
}

/// Who has to show a key of its own, and whether the client knows the server's.
struct Proofs {
    client: bool,
    server: bool,
    server_known: bool,
    secret: bool,
}

fn proofs(pattern: Pattern) -> Proofs {
    let (client, server, server_known, secret) = match pattern {
        Pattern::Nn => (false, false, false, false),
        Pattern::Nk => (false, true, true, false),
        Pattern::Xx => (true, true, false, false),
        Pattern::Xk => (true, true, true, false),
        Pattern::NnPsk0 => (false, false, false, true),
    };
    Proofs { client, server, server_known, secret }
}

pub fn contestants(peers: &[Peer]) -> Result<Vec<Contestant>> {
    let mut contestants = Vec::new();
    for (metric, pattern) in PATTERNS {
        for &peer in peers {
            let run = match peer {
                Peer::Ours => ours(metric, pattern)?,
                Peer::Snow => snow(peer, metric, pattern)?,
                Peer::SnowRing => snow(peer, metric, pattern)?,
                Peer::DhAlone => dh_alone(metric, pattern)?,
                _ => continue,
            };
            contestants.push(run);
        }
    }
    Ok(contestants)
}

fn ours(metric: Metric, pattern: Pattern) -> Result<Contestant> {
    let keys = Keys::new()?;
    Ok(Contestant::new(Peer::Ours, metric, move |times| {
        timed(times, || channel(pattern, Suite::AesGcm, &keys).map(drop))
    }))
}

/// A whole handshake: the client's end, and the server's.
pub fn channel(pattern: Pattern, suite: Suite, keys: &Keys) -> Result<(Transport, Transport)> {
    let proofs = proofs(pattern);
    let secret = match proofs.secret {
        true => Some(PresharedKey::from_bytes(keys.secret)?),
        false => None,
    };
    let server_public = keys.server.public();
    let common = Params {
        pattern,
        suite,
        role: Role::Responder,
        prologue: PROLOGUE,
        local_static: proofs.server.then_some(&keys.server),
        remote_static: None,
        psk: secret.as_ref(),
    };
    let mut server = Handshake::new(common, &mut OsRandom)?;
    let mut client = Handshake::new(
        Params {
            role: Role::Initiator,
            local_static: proofs.client.then_some(&keys.client),
            remote_static: proofs.server_known.then_some(&server_public),
            ..common
        },
        &mut OsRandom,
    )?;
    let (mut message, mut payload) = (Vec::new(), Vec::new());
    while !client.is_finished() {
        let (from, to) = match client.is_my_turn() {
            true => (&mut client, &mut server),
            false => (&mut server, &mut client),
        };
        message.clear();
        from.write_message(&[], &mut message)?;
        to.read_message(&message, &mut payload)?;
    }
    let (client, server) = (client.finish()?, server.finish()?);
    ensure!(client.hash == server.hash, "the ends differ");
    ensure!(client.remote_static.is_some() == proofs.server, "no key of the server");
    ensure!(server.remote_static.is_some() == proofs.client, "no key of the client");
    Ok((client, server))
}

fn snow(peer: Peer, metric: Metric, pattern: Pattern) -> Result<Contestant> {
    let keys = Keys::new()?;
    let params: NoiseParams = format!("Noise_{}_25519_AESGCM_SHA256", name(pattern)).parse()?;
    Ok(Contestant::new(peer, metric, move |times| {
        timed(times, || snow_channel(peer, pattern, &params, &keys).map(drop))
    }))
}

/// How Noise calls a pattern.
pub fn name(pattern: Pattern) -> &'static str {
    match pattern {
        Pattern::Nn => "NN",
        Pattern::Nk => "NK",
        Pattern::Xx => "XX",
        Pattern::Xk => "XK",
        Pattern::NnPsk0 => "NNpsk0",
    }
}

fn snow_builder(peer: Peer, params: &NoiseParams) -> Builder<'_> {
    match peer {
        // Ring has no X25519 with keys that can be given, so that stays with the other.
        Peer::SnowRing => Builder::with_resolver(
            params.clone(),
            Box::new(FallbackResolver::new(Box::new(RingResolver), Box::new(DefaultResolver))),
        ),
        _ => Builder::with_resolver(params.clone(), Box::new(DefaultResolver)),
    }
}

/// As [`channel`], by snow.
pub fn snow_channel(
    peer: Peer,
    pattern: Pattern,
    params: &NoiseParams,
    keys: &Keys,
) -> Result<(snow::TransportState, snow::TransportState)> {
    let proofs = proofs(pattern);
    let server_public = *keys.server.public().as_bytes();
    let mut client = snow_builder(peer, params).prologue(PROLOGUE)?;
    let mut server = snow_builder(peer, params).prologue(PROLOGUE)?;
    if proofs.client {
        client = client.local_private_key(keys.client.secret())?;
    }
    if proofs.server {
        server = server.local_private_key(keys.server.secret())?;
    }
    if proofs.server_known {
        client = client.remote_public_key(&server_public)?;
    }
    if proofs.secret {
        client = client.psk(0, &keys.secret)?;
        server = server.psk(0, &keys.secret)?;
    }
    let (mut client, mut server) = (client.build_initiator()?, server.build_responder()?);
    let (mut message, mut payload) = ([0; 1_024], [0; 1_024]);
    while !client.is_handshake_finished() {
        let (from, to) = match client.is_my_turn() {
            true => (&mut client, &mut server),
            false => (&mut server, &mut client),
        };
        let len = from.write_message(&[], &mut message)?;
        to.read_message(message.get(..len).context("a short message")?, &mut payload)?;
    }
    ensure!(client.get_handshake_hash() == server.get_handshake_hash(), "the ends differ");
    ensure!(client.get_remote_static().is_some() == proofs.server, "no key of the server");
    ensure!(server.get_remote_static().is_some() == proofs.client, "no key of the client");
    Ok((client.into_transport_mode()?, server.into_transport_mode()?))
}

/// How many secrets both ends share in the course of a handshake: each of them computes each.
fn shared_secrets(pattern: Pattern) -> usize {
    match pattern {
        Pattern::Nn | Pattern::NnPsk0 => 1,
        Pattern::Nk => 2,
        Pattern::Xx | Pattern::Xk => 3,
    }
}

/// Two key generations, and each shared secret at both ends.
fn dh_alone(metric: Metric, pattern: Pattern) -> Result<Contestant> {
    let secrets = shared_secrets(pattern);
    Ok(Contestant::new(Peer::DhAlone, metric, move |times| {
        timed(times, || {
            let (client, server) = (dh::generate()?, dh::generate()?);
            for _ in 0..secrets {
                let (ours, theirs) = (dh::agree(&client, &server)?, dh::agree(&server, &client)?);
                ensure!(ours == theirs, "the ends differ");
            }
            Ok(())
        })
    }))
}

#[cfg(feature = "accel")]
mod dh {
    use anyhow::{Result, anyhow};
    use aws_lc_rs::agreement::{self, PrivateKey, PublicKey, UnparsedPublicKey, X25519};
    use network_protocol::noise::{OsRandom, Random as _};

    /// With randomness from where ours has it: the library's own takes longer.
    pub fn generate() -> Result<(PrivateKey, PublicKey)> {
        let mut secret = [0; 32];
        OsRandom.fill(&mut secret)?;
        let private = PrivateKey::from_private_key(&X25519, &secret)?;
        let public = private.compute_public_key()?;
        Ok((private, public))
    }

    pub fn agree(
        ours: &(PrivateKey, PublicKey),
        theirs: &(PrivateKey, PublicKey),
    ) -> Result<[u8; 32]> {
        let theirs = UnparsedPublicKey::new(&X25519, theirs.1.as_ref());
        let shared = |shared: &[u8]| shared.try_into().map_err(|_| ());
        agreement::agree(&ours.0, theirs, (), shared).map_err(|()| anyhow!("no agreement"))
    }
}

#[cfg(not(feature = "accel"))]
mod dh {
    use anyhow::Result;
    use network_protocol::noise::{OsRandom, Random as _};
    use x25519_dalek::{PublicKey, StaticSecret};

    pub fn generate() -> Result<(StaticSecret, PublicKey)> {
        let mut secret = [0; 32];
        OsRandom.fill(&mut secret)?;
        let secret = StaticSecret::from(secret);
        let public = PublicKey::from(&secret);
        Ok((secret, public))
    }

    pub fn agree(
        ours: &(StaticSecret, PublicKey),
        theirs: &(StaticSecret, PublicKey),
    ) -> Result<[u8; 32]> {
        Ok(ours.0.diffie_hellman(&theirs.1).to_bytes())
    }
}
