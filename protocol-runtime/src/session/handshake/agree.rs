//! What both sides can live with: protocols by name and version, records and limits by the
//! lesser of two.

use std::time::Duration;

use crate::compress::Algorithm;
use crate::error::{Mismatch, PeerText};
use crate::frame::control::{Offer, PeerLimits};
use crate::frame::header::PROTOCOLS_MAX;
use crate::frame::preface::Channel;
use crate::limits::Limits;
use crate::noise::RECORD_MAX;
use crate::session::config::{Accepted, Established};

/// What is agreed before any key is.
pub(super) struct Agreed {
    pub(super) channel: Channel,
    pub(super) protocols: Vec<Accepted>,
    pub(super) record_bytes: u32,
    pub(super) compression: Option<Algorithm>,
    /// The limits of the peer.
    pub(super) peer: PeerLimits,
}

impl Agreed {
    /// What an open connection says about itself.
    pub(super) fn established(self, limits: &Limits) -> Established {
        Established {
            protocols: self.protocols,
            channel: self.channel,
            peer_key: None,
            handshake_hash: None,
            record_bytes: self.record_bytes,
            calls: self.peer.calls.min(limits.calls_in_flight()),
            body_bytes: self.peer.message,
            frame_bytes: self.peer.frame,
            stream_window: self.peer.stream_window,
            events_window: self.peer.events_window,
            compression: self.compression,
            heartbeat: (self.peer.heartbeat_ms > 0)
                .then(|| Duration::from_millis(self.peer.heartbeat_ms.into())),
            peer_unix_ms: None,
            clock_skew: None,
        }
    }
}

/// Whether two sides of a protocol understand each other: each is new enough for the other.
pub(super) fn fits(ours: &Offer, theirs: &Offer) -> bool {
    ours.name == theirs.name && ours.version >= theirs.min && theirs.version >= ours.min
}

/// A protocol that both sides have, at a place in Accept.
pub(super) fn accepted(index: usize, ours: &Offer, theirs: &Offer) -> Option<Accepted> {
    let index = u8::try_from(index).ok().filter(|index| usize::from(*index) < PROTOCOLS_MAX)?;
    let exact = ours.fingerprint == theirs.fingerprint;
    Some(Accepted { index, ours: ours.clone(), theirs: theirs.clone(), exact })
}

/// Which of the client's offers a server serves, in the client's order.
pub(super) fn choose(ours: &[Offer], theirs: &[Offer]) -> Result<Vec<Accepted>, Mismatch> {
    let both = theirs.iter().filter_map(|theirs| {
        let ours = ours.iter().find(|ours| fits(ours, theirs))?;
        Some((ours, theirs))
    });
    let mut chosen: Vec<_> = both
        .enumerate()
        .filter_map(|(index, (ours, theirs))| accepted(index, ours, theirs))
        .collect();
    // It stays for as long as the connection does.
    chosen.shrink_to_fit();
    if chosen.is_empty() { Err(mismatch(ours, theirs)) } else { Ok(chosen) }
}

/// The algorithm that a server takes of those that both sides read: the one with the smaller
/// result.
pub(super) fn compression(ours: u8, theirs: u8) -> Option<Algorithm> {
    Algorithm::AVAILABLE.iter().copied().find(|one| one.bit() & ours & theirs != 0)
}

/// The record size that a server takes from both offers.
pub(super) fn record_bytes(limits: &Limits, theirs: u32) -> u32 {
    let most = u32::try_from(RECORD_MAX).unwrap_or(u32::MAX);
    limits.record_bytes().min(theirs).min(most)
}

fn mismatch(ours: &[Offer], theirs: &[Offer]) -> Mismatch {
    let by_version = theirs.iter().any(|theirs| ours.iter().any(|ours| ours.name == theirs.name));
    let theirs = theirs
        .iter()
        .map(|offer| (PeerText::from(&offer.name[..]), offer.version, offer.min))
        .collect();
    let ours = ours.iter().map(|offer| (offer.name.clone(), offer.version, offer.min)).collect();
    Mismatch { ours, theirs, by_version }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offer(name: &str, version: u32, min: u32) -> Offer {
        Offer { name: name.into(), version, min, fingerprint: [0; 16] }
    }

    #[test]
    fn each_side_must_be_new_enough_for_the_other() {
        for (ours, theirs, expected) in [
            ((3, 2), (3, 2), true),
            ((3, 2), (2, 1), true),
            ((3, 2), (1, 1), false),
            ((1, 1), (3, 2), false),
            ((3, 1), (9, 3), true),
            ((3, 1), (9, 4), false),
        ] {
            let (ours, theirs) = (offer("a", ours.0, ours.1), offer("a", theirs.0, theirs.1));
            assert_eq!(fits(&ours, &theirs), expected, "{ours:?} {theirs:?}");
            assert_eq!(fits(&theirs, &ours), expected, "the rule has no sides");
        }
        assert!(!fits(&offer("a", 1, 1), &offer("b", 1, 1)));
    }

    #[test]
    fn the_order_is_the_clients_and_what_does_not_fit_is_left_out() {
        let ours = [offer("a", 1, 1), offer("b", 1, 1), offer("c", 1, 1)];
        let theirs = [offer("c", 1, 1), offer("x", 1, 1), offer("b", 9, 9), offer("a", 2, 1)];
        let chosen = choose(&ours, &theirs).unwrap();
        let names: Vec<_> = chosen.iter().map(|one| (one.index, one.name())).collect();
        assert_eq!(names, [(0, "c"), (1, "a")]);
    }

    #[test]
    fn a_mismatch_tells_whether_only_the_version_is_wrong() {
        let ours = [offer("a", 1, 1)];
        assert!(choose(&ours, &[offer("a", 9, 9)]).unwrap_err().by_version);
        assert!(!choose(&ours, &[offer("b", 1, 1)]).unwrap_err().by_version);
    }
}
