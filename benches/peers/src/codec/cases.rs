//! The cases: a value each, and who competes with it.

use anyhow::{Context, Result};
use clap::ValueEnum;

use super::contestant::{Contestant, Peer};
use super::data::planus as fb;
use super::data::prost as pb;
use super::data::{lockfile, log, mesh, minecraft, mk48};
use super::memory::keep;
use super::ours::{self, evolvable, fixed};
use super::peers;
use crate::common::named;

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Case {
    Log,
    Mesh,
    Minecraft,
    Mk48,
    Lockfile,
    SmallLog,
    SmallPlayer,
}

named!(Case);

impl Case {
    /// What it is, in a few words.
    pub fn about(self) -> &'static str {
        match self {
            Self::Log => "10,000 lines of a web server's log",
            Self::Mesh => "125,000 triangles",
            Self::Minecraft => "500 saved players of a game",
            Self::Mk48 => "1,000 updates of a naval game",
            Self::Lockfile => "the packages of a real Cargo.lock",
            Self::SmallLog => "one line of the log",
            Self::SmallPlayer => "one saved player",
        }
    }

    /// The sizes that the public benchmark publishes, to tell whether the data set is the same.
    pub fn published(self) -> &'static [(Peer, usize)] {
        match self {
            Self::Log => &[
                (Peer::Wincode, 1_045_784),
                (Peer::Rkyv, 1_011_488),
                (Peer::Bitcode, 703_710),
                (Peer::Speedy, 885_780),
                (Peer::Postcard, 724_953),
                (Peer::Bilrost, 804_955),
                (Peer::Prost, 884_628),
            ],
            Self::Mesh => &[
                (Peer::Wincode, 6_000_008),
                (Peer::Rkyv, 6_000_008),
                (Peer::Bitcode, 6_000_006),
                (Peer::Speedy, 6_000_004),
                (Peer::Postcard, 6_000_003),
                (Peer::Bilrost, 8_625_005),
                (Peer::Prost, 8_750_000),
            ],
            Self::Minecraft => &[
                (Peer::Wincode, 566_975),
                (Peer::Bitcode, 327_688),
                (Peer::Speedy, 449_595),
                (Peer::Postcard, 367_489),
                (Peer::Bilrost, 489_348),
                (Peer::Prost, 596_811),
            ],
            Self::Mk48 => &[
                (Peer::Wincode, 1_791_489),
                (Peer::Rkyv, 2_075_936),
                (Peer::Bitcode, 971_318),
                (Peer::Speedy, 1_584_734),
                (Peer::Postcard, 1_311_281),
                (Peer::Bilrost, 1_704_643),
                (Peer::Prost, 1_859_886),
            ],
            Self::Lockfile | Self::SmallLog | Self::SmallPlayer => &[],
        }
    }

    /// Those of `peers` that compete, each checked.
    pub fn contestants(self, peers: &[Peer]) -> Result<Vec<Contestant>> {
        match self {
            Self::Log => logs(peers, log::generate()),
            Self::Mesh => meshes(peers, mesh::generate()),
            Self::Minecraft => players(peers, minecraft::generate()),
            Self::Mk48 => updates(peers, mk48::generate()),
            Self::Lockfile => lockfiles(peers, lockfile::generate()),
            Self::SmallLog => {
                one_log(peers, log::generate().logs.into_iter().next().context("no log")?)
            }
            Self::SmallPlayer => one_player(
                peers,
                minecraft::generate().players.into_iter().next().context("no player")?,
            ),
        }
    }
}

/// A function that makes the contestants of one root type. The peers named after `borrow` read
/// into the type that follows.
macro_rules! contestants {
    (
        fn $function:ident($original:ty),
        ours: $module:ident::$ours:ident,
        prost: $prost:ty,
        planus: $table:ty as $reference:ty,
        borrow $borrowed:ty: $($peer:ident by $borrow:ident),* $(,)?
    ) => {
        fn $function(peers: &[Peer], original: $original) -> Result<Vec<Contestant>> {
            let value: &'static $original = keep(original)?;
            let contestant = |&peer: &Peer| {
                let mut contestant = match peer {
                    Peer::Ours => ours::contestant::<evolvable::$module::$ours, _>(peer, value)?,
                    Peer::OursFixed => ours::contestant::<fixed::$module::$ours, _>(peer, value)?,
                    Peer::Wincode => peers::wincode(value)?,
                    Peer::Rkyv => peers::rkyv(value)?,
                    Peer::Bitcode => peers::bitcode(value)?,
                    Peer::Speedy => peers::speedy(value)?,
                    Peer::Bincode => peers::bincode(value)?,
                    Peer::Postcard => peers::postcard(value)?,
                    Peer::Bilrost => peers::bilrost(value)?,
                    Peer::Prost => peers::prost::<_, $prost>(value)?,
                    Peer::Planus => peers::planus::<_, $table>(value, |bytes| {
                        use ::planus::ReadAsRoot as _;
                        <$reference>::read_as_root(bytes)?.try_into()
                    })?,
                    Peer::SerdeJson => peers::serde_json(value)?,
                };
                $(if peer == Peer::$peer {
                    peers::$borrow::<_, $borrowed>(value, &mut contestant)?;
                })*
                Ok(contestant)
            };
            peers.iter().map(contestant).collect()
        }
    };
    (
        fn $function:ident($original:ty),
        ours: $module:ident::$ours:ident,
        prost: $prost:ty,
        planus: $table:ty as $reference:ty,
        borrow $borrowed:ty $(,)?
    ) => {
        contestants! {
            fn $function($original),
            ours: $module::$ours,
            prost: $prost,
            planus: $table as $reference,
            borrow $borrowed:
                Wincode by wincode_borrow,
                Bitcode by bitcode_borrow,
                Speedy by speedy_borrow,
                Bincode by bincode_borrow,
                Postcard by postcard_borrow,
                Bilrost by bilrost_borrow,
        }
    };
}

contestants! {
    fn logs(log::Logs),
    ours: log::Logs,
    prost: pb::log::Logs,
    planus: fb::log::Logs as fb::log::LogsRef<'static>,
    borrow log::LogsRef<'static>,
}
contestants! {
    fn one_log(log::Log),
    ours: log::Log,
    prost: pb::log::Log,
    planus: fb::log::Log as fb::log::LogRef<'static>,
    borrow log::LogRef<'static>,
}
contestants! {
    fn meshes(mesh::Mesh),
    ours: mesh::Mesh,
    prost: pb::mesh::Mesh,
    planus: fb::mesh::Mesh as fb::mesh::MeshRef<'static>,
    borrow mesh::MeshRef<'static>: Wincode by wincode_borrow,
}
contestants! {
    fn players(minecraft::Players),
    ours: minecraft::Players,
    prost: pb::minecraft::Players,
    planus: fb::minecraft::Players as fb::minecraft::PlayersRef<'static>,
    borrow minecraft::PlayersRef<'static>,
}
contestants! {
    fn one_player(minecraft::Player),
    ours: minecraft::Player,
    prost: pb::minecraft::Player,
    planus: fb::minecraft::Player as fb::minecraft::PlayerRef<'static>,
    borrow minecraft::PlayerRef<'static>,
}
contestants! {
    fn updates(mk48::Updates),
    ours: mk48::Updates,
    prost: pb::mk48::Updates,
    planus: fb::mk48::Updates as fb::mk48::UpdatesRef<'static>,
    borrow mk48::UpdatesRef<'static>:
        Wincode by wincode_borrow,
        Speedy by speedy_borrow,
        Bincode by bincode_borrow,
        Postcard by postcard_borrow,
        Bilrost by bilrost_borrow,
}
contestants! {
    fn lockfiles(lockfile::Lockfile),
    ours: lockfile::Lockfile,
    prost: pb::lockfile::Lockfile,
    planus: fb::lockfile::Lockfile as fb::lockfile::LockfileRef<'static>,
    borrow lockfile::LockfileRef<'static>,
}
