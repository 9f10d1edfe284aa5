//! The same data sets as messages of Protocol Buffers.
//!
//! Written by hand, as `prost-build` would write them from a `.proto` file with the narrowest
//! types that the format has. Their fields bear the names of the originals, so `serde` carries a
//! value over.

use serde::{Deserialize, Deserializer};

macro_rules! message {
    ($(pub struct $name:ident { $($body:tt)* })*) => {$(
        #[derive(Clone, PartialEq, prost::Message, serde::Deserialize)]
        pub struct $name { $($body)* }
    )*};
}

pub mod log {
    message! {
        pub struct Address {
            #[prost(uint32, tag = "1")]
            pub x0: u32,
            #[prost(uint32, tag = "2")]
            pub x1: u32,
            #[prost(uint32, tag = "3")]
            pub x2: u32,
            #[prost(uint32, tag = "4")]
            pub x3: u32,
        }

        pub struct Log {
            #[prost(message, optional, tag = "1")]
            pub address: Option<Address>,
            #[prost(string, tag = "2")]
            pub identity: String,
            #[prost(string, tag = "3")]
            pub userid: String,
            #[prost(string, tag = "4")]
            pub date: String,
            #[prost(string, tag = "5")]
            pub request: String,
            #[prost(uint32, tag = "6")]
            pub code: u32,
            #[prost(uint64, tag = "7")]
            pub size: u64,
        }

        pub struct Logs {
            #[prost(message, repeated, tag = "1")]
            pub logs: Vec<Log>,
        }
    }
}

pub mod mesh {
    message! {
        pub struct Vector3 {
            #[prost(float, tag = "1")]
            pub x: f32,
            #[prost(float, tag = "2")]
            pub y: f32,
            #[prost(float, tag = "3")]
            pub z: f32,
        }

        pub struct Triangle {
            #[prost(message, optional, tag = "1")]
            pub v0: Option<Vector3>,
            #[prost(message, optional, tag = "2")]
            pub v1: Option<Vector3>,
            #[prost(message, optional, tag = "3")]
            pub v2: Option<Vector3>,
            #[prost(message, optional, tag = "4")]
            pub normal: Option<Vector3>,
        }

        pub struct Mesh {
            #[prost(message, repeated, tag = "1")]
            pub triangles: Vec<Triangle>,
        }
    }
}

pub mod minecraft {
    message! {
        pub struct Item {
            #[prost(int32, tag = "1")]
            pub count: i32,
            #[prost(uint32, tag = "2")]
            pub slot: u32,
            #[prost(string, tag = "3")]
            pub id: String,
        }

        pub struct Abilities {
            #[prost(float, tag = "1")]
            pub walk_speed: f32,
            #[prost(float, tag = "2")]
            pub fly_speed: f32,
            #[prost(bool, tag = "3")]
            pub may_fly: bool,
            #[prost(bool, tag = "4")]
            pub flying: bool,
            #[prost(bool, tag = "5")]
            pub invulnerable: bool,
            #[prost(bool, tag = "6")]
            pub may_build: bool,
            #[prost(bool, tag = "7")]
            pub instabuild: bool,
        }

        pub struct Vector3d {
            #[prost(double, tag = "1")]
            pub x: f64,
            #[prost(double, tag = "2")]
            pub y: f64,
            #[prost(double, tag = "3")]
            pub z: f64,
        }

        pub struct Vector2f {
            #[prost(float, tag = "1")]
            pub x: f32,
            #[prost(float, tag = "2")]
            pub y: f32,
        }

        pub struct Uuid {
            #[prost(uint32, tag = "1")]
            pub x0: u32,
            #[prost(uint32, tag = "2")]
            pub x1: u32,
            #[prost(uint32, tag = "3")]
            pub x2: u32,
            #[prost(uint32, tag = "4")]
            pub x3: u32,
        }

        pub struct Entity {
            #[prost(string, tag = "1")]
            pub id: String,
            #[prost(message, optional, tag = "2")]
            pub pos: Option<Vector3d>,
            #[prost(message, optional, tag = "3")]
            pub motion: Option<Vector3d>,
            #[prost(message, optional, tag = "4")]
            pub rotation: Option<Vector2f>,
            #[prost(float, tag = "5")]
            pub fall_distance: f32,
            #[prost(uint32, tag = "6")]
            pub fire: u32,
            #[prost(uint32, tag = "7")]
            pub air: u32,
            #[prost(bool, tag = "8")]
            pub on_ground: bool,
            #[prost(bool, tag = "9")]
            pub no_gravity: bool,
            #[prost(bool, tag = "10")]
            pub invulnerable: bool,
            #[prost(int32, tag = "11")]
            pub portal_cooldown: i32,
            #[prost(message, optional, tag = "12")]
            pub uuid: Option<Uuid>,
            #[prost(string, optional, tag = "13")]
            pub custom_name: Option<String>,
            #[prost(bool, tag = "14")]
            pub custom_name_visible: bool,
            #[prost(bool, tag = "15")]
            pub silent: bool,
            #[prost(bool, tag = "16")]
            pub glowing: bool,
        }

        pub struct RecipeBook {
            #[prost(string, repeated, tag = "1")]
            pub recipes: Vec<String>,
            #[prost(string, repeated, tag = "2")]
            pub to_be_displayed: Vec<String>,
            #[prost(bool, tag = "3")]
            pub is_filtering_craftable: bool,
            #[prost(bool, tag = "4")]
            pub is_gui_open: bool,
            #[prost(bool, tag = "5")]
            pub is_furnace_filtering_craftable: bool,
            #[prost(bool, tag = "6")]
            pub is_furnace_gui_open: bool,
            #[prost(bool, tag = "7")]
            pub is_blasting_furnace_filtering_craftable: bool,
            #[prost(bool, tag = "8")]
            pub is_blasting_furnace_gui_open: bool,
            #[prost(bool, tag = "9")]
            pub is_smoker_filtering_craftable: bool,
            #[prost(bool, tag = "10")]
            pub is_smoker_gui_open: bool,
        }

        pub struct Vehicle {
            #[prost(message, optional, tag = "1")]
            pub uuid: Option<Uuid>,
            #[prost(message, optional, tag = "2")]
            pub entity: Option<Entity>,
        }

        pub struct Player {
            #[serde(deserialize_with = "super::game_type")]
            #[prost(int32, tag = "1")]
            pub game_type: i32,
            #[serde(deserialize_with = "super::game_type")]
            #[prost(int32, tag = "2")]
            pub previous_game_type: i32,
            #[prost(int64, tag = "3")]
            pub score: i64,
            #[prost(string, tag = "4")]
            pub dimension: String,
            #[prost(uint32, tag = "5")]
            pub selected_item_slot: u32,
            #[prost(message, optional, tag = "6")]
            pub selected_item: Option<Item>,
            #[prost(string, optional, tag = "7")]
            pub spawn_dimension: Option<String>,
            #[prost(int64, tag = "8")]
            pub spawn_x: i64,
            #[prost(int64, tag = "9")]
            pub spawn_y: i64,
            #[prost(int64, tag = "10")]
            pub spawn_z: i64,
            #[prost(bool, optional, tag = "11")]
            pub spawn_forced: Option<bool>,
            #[prost(uint32, tag = "12")]
            pub sleep_timer: u32,
            #[prost(float, tag = "13")]
            pub food_exhaustion_level: f32,
            #[prost(float, tag = "14")]
            pub food_saturation_level: f32,
            #[prost(uint32, tag = "15")]
            pub food_tick_timer: u32,
            #[prost(uint32, tag = "16")]
            pub xp_level: u32,
            #[prost(float, tag = "17")]
            pub xp_p: f32,
            #[prost(int32, tag = "18")]
            pub xp_total: i32,
            #[prost(int32, tag = "19")]
            pub xp_seed: i32,
            #[prost(message, repeated, tag = "20")]
            pub inventory: Vec<Item>,
            #[prost(message, repeated, tag = "21")]
            pub ender_items: Vec<Item>,
            #[prost(message, optional, tag = "22")]
            pub abilities: Option<Abilities>,
            #[prost(message, optional, tag = "23")]
            pub entered_nether_position: Option<Vector3d>,
            #[prost(message, optional, tag = "24")]
            pub root_vehicle: Option<Vehicle>,
            #[prost(message, optional, tag = "25")]
            pub shoulder_entity_left: Option<Entity>,
            #[prost(message, optional, tag = "26")]
            pub shoulder_entity_right: Option<Entity>,
            #[prost(bool, tag = "27")]
            pub seen_credits: bool,
            #[prost(message, optional, tag = "28")]
            pub recipe_book: Option<RecipeBook>,
        }

        pub struct Players {
            #[prost(message, repeated, tag = "1")]
            pub players: Vec<Player>,
        }
    }
}

pub mod mk48 {
    message! {
        pub struct Vector2f {
            #[prost(float, tag = "1")]
            pub x: f32,
            #[prost(float, tag = "2")]
            pub y: f32,
        }

        pub struct Transform {
            #[prost(int32, tag = "1")]
            pub altitude: i32,
            #[prost(uint32, tag = "2")]
            pub angle: u32,
            #[prost(message, optional, tag = "3")]
            pub position: Option<Vector2f>,
            #[prost(int32, tag = "4")]
            pub velocity: i32,
        }

        pub struct Guidance {
            #[prost(uint32, tag = "1")]
            pub angle: u32,
            #[prost(bool, tag = "2")]
            pub submerge: bool,
            #[prost(int32, tag = "3")]
            pub velocity: i32,
        }

        pub struct Contact {
            #[prost(uint32, tag = "1")]
            pub damage: u32,
            #[prost(uint32, tag = "2")]
            pub entity_id: u32,
            #[serde(deserialize_with = "super::entity_type")]
            #[prost(int32, optional, tag = "3")]
            pub entity_type: Option<i32>,
            #[prost(message, optional, tag = "4")]
            pub guidance: Option<Guidance>,
            #[prost(uint32, optional, tag = "5")]
            pub player_id: Option<u32>,
            #[prost(bool, repeated, tag = "6")]
            pub reloads: Vec<bool>,
            #[prost(message, optional, tag = "7")]
            pub transform: Option<Transform>,
            #[prost(uint32, repeated, tag = "8")]
            pub turret_angles: Vec<u32>,
        }

        pub struct ChunkId {
            #[prost(int32, tag = "1")]
            pub x: i32,
            #[prost(int32, tag = "2")]
            pub y: i32,
        }

        pub struct TerrainUpdate {
            #[prost(message, optional, tag = "1")]
            pub chunk_id: Option<ChunkId>,
            #[prost(bytes = "vec", tag = "2")]
            pub data: Vec<u8>,
        }

        pub struct Update {
            #[prost(message, repeated, tag = "1")]
            pub contacts: Vec<Contact>,
            #[prost(uint32, tag = "2")]
            pub score: u32,
            #[prost(float, tag = "3")]
            pub world_radius: f32,
            #[prost(message, repeated, tag = "4")]
            pub terrain_updates: Vec<TerrainUpdate>,
        }

        pub struct Updates {
            #[prost(message, repeated, tag = "1")]
            pub updates: Vec<Update>,
        }
    }
}

pub mod lockfile {
    message! {
        pub struct Dependency {
            #[prost(string, tag = "1")]
            pub name: String,
            #[prost(string, optional, tag = "2")]
            pub version: Option<String>,
        }

        pub struct Package {
            #[prost(string, tag = "1")]
            pub name: String,
            #[prost(string, tag = "2")]
            pub version: String,
            #[prost(string, optional, tag = "3")]
            pub source: Option<String>,
            #[prost(bytes = "vec", optional, tag = "4")]
            pub checksum: Option<Vec<u8>>,
            #[prost(message, repeated, tag = "5")]
            pub dependencies: Vec<Dependency>,
        }

        pub struct Lockfile {
            #[prost(uint32, tag = "1")]
            pub version: u32,
            #[prost(message, repeated, tag = "2")]
            pub packages: Vec<Package>,
        }
    }
}

// Protocol Buffers hold an open enum as a number.

fn game_type<'de, D: Deserializer<'de>>(from: D) -> Result<i32, D::Error> {
    super::minecraft::GameType::deserialize(from).map(|game_type| game_type as i32)
}

fn entity_type<'de, D: Deserializer<'de>>(from: D) -> Result<Option<i32>, D::Error> {
    let entity_type = Option::<super::mk48::EntityType>::deserialize(from)?;
    Ok(entity_type.map(|entity_type| entity_type as i32))
}
