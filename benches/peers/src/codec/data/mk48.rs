//! `mk48`: 1,000 updates of a naval game, mostly small numbers.

use rand::Rng;
use rand::distributions::{Distribution, WeightedIndex};

use super::{any, borrowed_bytes, owned, scalar, several};

scalar! {
    #[wincode(tag_encoding = "u8")]
    #[repr(u8)]
    pub enum EntityType {
        ArleighBurke = 0,
        Bismarck = 1,
        Clemenceau = 2,
        Fletcher = 3,
        G5 = 4,
        Iowa = 5,
        Kolkata = 6,
        Osa = 7,
        Yasen = 8,
        Zubr = 9,
    }
}

owned! {
    #[derive(Copy)]
    pub struct Transform {
        #[bilrost(encoding(varint))]
        pub altitude: i8,
        pub angle: u16,
        pub position: (f32, f32),
        pub velocity: i16,
    }
}

owned! {
    #[derive(Copy)]
    pub struct Guidance {
        pub angle: u16,
        pub submerge: bool,
        pub velocity: i16,
    }
}

owned! {
    pub struct Contact {
        #[bilrost(encoding(varint))]
        pub damage: u8,
        pub entity_id: u32,
        pub entity_type: Option<EntityType>,
        pub guidance: Guidance,
        pub player_id: Option<u16>,
        #[bilrost(encoding(packed))]
        pub reloads: Vec<bool>,
        pub transform: Transform,
        #[bilrost(encoding(packed))]
        pub turret_angles: Vec<u16>,
    }
}

macro_rules! define {
    (
        $kind:ident, [$($life:tt)*], [$($bytes:tt)*], [$($borrow:tt)*],
        $terrain:ident, $update:ident, $updates:ident
    ) => {
        $kind! {
            pub struct $terrain $($life)* {
                #[bilrost(encoding((varint, varint)))]
                pub chunk_id: (i8, i8),
                #[bilrost(encoding(plainbytes))]
                pub data: $($bytes)*,
            }
        }
        $kind! {
            pub struct $update $($life)* {
                #[bilrost(encoding(packed))]
                pub contacts: Vec<Contact>,
                pub score: u32,
                pub world_radius: f32,
                $($borrow)*
                #[bilrost(encoding(packed))]
                pub terrain_updates: Vec<$terrain $($life)*>,
            }
        }
        $kind! {
            pub struct $updates $($life)* {
                $($borrow)*
                #[bilrost(encoding(packed))]
                pub updates: Vec<$update $($life)*>,
            }
        }
    };
}

define!(owned, [], [Vec<u8>], [], TerrainUpdate, Update, Updates);
define!(
    borrowed_bytes, [<'a>], [&'a [u8]], [#[serde(borrow)]],
    TerrainUpdateRef, UpdateRef, UpdatesRef
);

/// A kind of ship: how frequent it is, and how many weapons and turrets it has.
struct Kind {
    entity_type: EntityType,
    frequency: f32,
    weapons: usize,
    turrets: usize,
}

const fn kind(entity_type: EntityType, frequency: f32, weapons: usize, turrets: usize) -> Kind {
    Kind { entity_type, frequency, weapons, turrets }
}

const KINDS: [Kind; 10] = [
    kind(EntityType::ArleighBurke, 2.14, 20, 1),
    kind(EntityType::Bismarck, 0.52, 10, 4),
    kind(EntityType::Clemenceau, 0.97, 16, 4),
    kind(EntityType::Fletcher, 1.46, 18, 4),
    kind(EntityType::G5, 13.16, 2, 0),
    kind(EntityType::Iowa, 1.55, 28, 3),
    kind(EntityType::Kolkata, 0.83, 15, 1),
    kind(EntityType::Osa, 7.25, 6, 2),
    kind(EntityType::Yasen, 4.06, 14, 0),
    kind(EntityType::Zubr, 12.92, 11, 3),
];

/// All of it.
pub fn generate() -> Updates {
    let mut rng = super::rng();
    let kinds = WeightedIndex::new(KINDS.iter().map(|kind| kind.frequency))
        .expect("the frequencies are positive");
    Updates { updates: several(&mut rng, 1_000..1_001, |rng| update(rng, &kinds)) }
}

fn submerge(rng: &mut impl Rng, kind: &Kind) -> bool {
    kind.entity_type == EntityType::Yasen && rng.gen_bool(0.9)
}

fn altitude(rng: &mut impl Rng, kind: &Kind) -> i8 {
    if submerge(rng, kind) { rng.gen_range(-120..-35) } else { 0 }
}

fn velocity(rng: &mut impl Rng) -> i16 {
    match rng.gen_range(0..100) {
        0..=79 => rng.gen_range(140..900),
        80..=89 => 0,
        _ => rng.gen_range(-225..-35),
    }
}

fn guidance(rng: &mut impl Rng, kind: &Kind) -> Guidance {
    Guidance { angle: any(rng), submerge: submerge(rng, kind), velocity: velocity(rng) }
}

fn transform(rng: &mut impl Rng, kind: &Kind) -> Transform {
    Transform {
        altitude: altitude(rng, kind),
        angle: any(rng),
        position: (rng.gen_range(-750.0..750.0), rng.gen_range(-750.0..750.0)),
        velocity: velocity(rng),
    }
}

fn reloads(rng: &mut impl Rng, kind: &Kind) -> Vec<bool> {
    let loaded = rng.gen_range(0.0..1.0);
    (0..kind.weapons).map(|_| rng.gen_bool(loaded)).collect()
}

fn turret_angles(rng: &mut impl Rng, kind: &Kind) -> Vec<u16> {
    let base: u16 = any(rng);
    let angle = |_| {
        if rng.gen_bool(0.75) {
            base.wrapping_add_signed(rng.gen_range(-200..200))
        } else {
            any(rng)
        }
    };
    (0..kind.turrets).map(angle).collect()
}

fn contact(rng: &mut impl Rng, kinds: &WeightedIndex<f32>, players: u16) -> Contact {
    let kind = &KINDS[kinds.sample(rng)];
    let visible = rng.gen_bool(0.7);
    let damage = if visible && rng.gen_bool(0.6) { 0 } else { rng.gen_range(0..200) };
    Contact {
        damage,
        entity_id: rng.gen_range(0..u32::from(players) * 20),
        entity_type: visible.then_some(kind.entity_type),
        guidance: guidance(rng, kind),
        player_id: visible.then(|| rng.gen_range(0..players)),
        reloads: if visible { reloads(rng, kind) } else { Vec::new() },
        transform: transform(rng, kind),
        turret_angles: if visible { turret_angles(rng, kind) } else { Vec::new() },
    }
}

fn terrain_update(rng: &mut impl Rng, radius: i8) -> TerrainUpdate {
    let whole = rng.gen_bool(0.02);
    TerrainUpdate {
        chunk_id: (rng.gen_range(-radius..radius), rng.gen_range(-radius..radius)),
        data: several(rng, if whole { 900..1100 } else { 3..9 }, any),
    }
}

fn update(rng: &mut impl Rng, kinds: &WeightedIndex<f32>) -> Update {
    let players = rng.gen_range(200..400_i32) as u16;
    let world_radius = (f32::from(players) * 15_000.0).sqrt() + rng.gen_range(-50.0..50.0);
    let radius = (world_radius / 1_600.0).ceil() as i8;
    let contacts = rng.gen_range(20..40_i32);
    let contacts = (0..contacts).map(|_| contact(rng, kinds, players)).collect();
    let score = (any::<f32>(rng).powi(4) * 5_000.0) as u32 + rng.gen_range(0..50);
    let updates = rng.gen_range(3..10_i32);
    let terrain_updates = (0..updates).map(|_| terrain_update(rng, radius)).collect();
    Update { contacts, score, world_radius, terrain_updates }
}
