//! `minecraft`: 500 saved players of a game, of every kind of field.

use rand::Rng;

use super::{any, borrowed, coin, maybe, name, owned, scalar, several};

scalar! {
    #[wincode(tag_encoding = "u8")]
    #[repr(u8)]
    pub enum GameType {
        Survival = 0,
        Creative = 1,
        Adventure = 2,
        Spectator = 3,
    }
}

owned! {
    #[derive(Copy)]
    pub struct Abilities {
        pub walk_speed: f32,
        pub fly_speed: f32,
        pub may_fly: bool,
        pub flying: bool,
        pub invulnerable: bool,
        pub may_build: bool,
        pub instabuild: bool,
    }
}

macro_rules! define {
    (
        $kind:ident, [$($life:tt)*], [$($text:tt)*], [$($borrow:tt)*],
        $item:ident, $entity:ident, $book:ident, $player:ident, $players:ident
    ) => {
        $kind! {
            pub struct $item $($life)* {
                #[bilrost(encoding(varint))]
                pub count: i8,
                #[bilrost(encoding(varint))]
                pub slot: u8,
                pub id: $($text)*,
            }
        }
        $kind! {
            pub struct $entity $($life)* {
                pub id: $($text)*,
                pub pos: (f64, f64, f64),
                pub motion: (f64, f64, f64),
                pub rotation: (f32, f32),
                pub fall_distance: f32,
                pub fire: u16,
                pub air: u16,
                pub on_ground: bool,
                pub no_gravity: bool,
                pub invulnerable: bool,
                pub portal_cooldown: i32,
                #[bilrost(encoding(packed<fixed>))]
                pub uuid: [u32; 4],
                pub custom_name: Option<$($text)*>,
                pub custom_name_visible: bool,
                pub silent: bool,
                pub glowing: bool,
            }
        }
        $kind! {
            pub struct $book $($life)* {
                $($borrow)*
                #[bilrost(encoding(packed))]
                pub recipes: Vec<$($text)*>,
                $($borrow)*
                #[bilrost(encoding(packed))]
                pub to_be_displayed: Vec<$($text)*>,
                pub is_filtering_craftable: bool,
                pub is_gui_open: bool,
                pub is_furnace_filtering_craftable: bool,
                pub is_furnace_gui_open: bool,
                pub is_blasting_furnace_filtering_craftable: bool,
                pub is_blasting_furnace_gui_open: bool,
                pub is_smoker_filtering_craftable: bool,
                pub is_smoker_gui_open: bool,
            }
        }
        $kind! {
            pub struct $player $($life)* {
                pub game_type: GameType,
                pub previous_game_type: GameType,
                pub score: i64,
                pub dimension: $($text)*,
                pub selected_item_slot: u32,
                $($borrow)*
                pub selected_item: $item $($life)*,
                pub spawn_dimension: Option<$($text)*>,
                pub spawn_x: i64,
                pub spawn_y: i64,
                pub spawn_z: i64,
                pub spawn_forced: Option<bool>,
                pub sleep_timer: u16,
                pub food_exhaustion_level: f32,
                pub food_saturation_level: f32,
                pub food_tick_timer: u32,
                pub xp_level: u32,
                pub xp_p: f32,
                pub xp_total: i32,
                pub xp_seed: i32,
                $($borrow)*
                #[bilrost(encoding(packed))]
                pub inventory: Vec<$item $($life)*>,
                $($borrow)*
                #[bilrost(encoding(packed))]
                pub ender_items: Vec<$item $($life)*>,
                pub abilities: Abilities,
                pub entered_nether_position: Option<(f64, f64, f64)>,
                $($borrow)*
                #[bilrost(encoding((packed<fixed>, general)))]
                pub root_vehicle: Option<([u32; 4], $entity $($life)*)>,
                $($borrow)*
                pub shoulder_entity_left: Option<$entity $($life)*>,
                $($borrow)*
                pub shoulder_entity_right: Option<$entity $($life)*>,
                pub seen_credits: bool,
                $($borrow)*
                pub recipe_book: $book $($life)*,
            }
        }
        $kind! {
            pub struct $players $($life)* {
                $($borrow)*
                #[bilrost(encoding(packed))]
                pub players: Vec<$player $($life)*>,
            }
        }
    };
}

define!(owned, [], [String], [], Item, Entity, RecipeBook, Player, Players);
define!(
    borrowed, [<'a>], [&'a str], [#[serde(borrow)]],
    ItemRef, EntityRef, RecipeBookRef, PlayerRef, PlayersRef
);

/// All of it.
pub fn generate() -> Players {
    let mut rng = super::rng();
    Players { players: several(&mut rng, 500..501, player) }
}

fn game_type(rng: &mut impl Rng) -> GameType {
    match rng.gen_range(0..4) {
        0 => GameType::Survival,
        1 => GameType::Creative,
        2 => GameType::Adventure,
        _ => GameType::Spectator,
    }
}

fn item(rng: &mut impl Rng) -> Item {
    const IDS: [&str; 8] =
        ["dirt", "stone", "pickaxe", "sand", "gravel", "shovel", "chestplate", "steak"];
    Item { count: any(rng), slot: any(rng), id: name(rng, &IDS) }
}

fn abilities(rng: &mut impl Rng) -> Abilities {
    Abilities {
        walk_speed: any(rng),
        fly_speed: any(rng),
        may_fly: coin(rng),
        flying: coin(rng),
        invulnerable: coin(rng),
        may_build: coin(rng),
        instabuild: coin(rng),
    }
}

fn vector(rng: &mut impl Rng) -> (f64, f64, f64) {
    (any(rng), any(rng), any(rng))
}

fn uuid(rng: &mut impl Rng) -> [u32; 4] {
    std::array::from_fn(|_| any(rng))
}

fn entity(rng: &mut impl Rng) -> Entity {
    const IDS: [&str; 8] =
        ["cow", "sheep", "zombie", "skeleton", "spider", "creeper", "parrot", "bee"];
    const NAMES: [&str; 8] =
        ["rainbow", "princess", "steve", "johnny", "missy", "coward", "fairy", "howard"];
    Entity {
        id: name(rng, &IDS),
        pos: vector(rng),
        motion: vector(rng),
        rotation: (any(rng), any(rng)),
        fall_distance: any(rng),
        fire: any(rng),
        air: any(rng),
        on_ground: coin(rng),
        no_gravity: coin(rng),
        invulnerable: coin(rng),
        portal_cooldown: any(rng),
        uuid: uuid(rng),
        custom_name: maybe(rng, |rng| name(rng, &NAMES)),
        custom_name_visible: coin(rng),
        silent: coin(rng),
        glowing: coin(rng),
    }
}

fn recipe_book(rng: &mut impl Rng) -> RecipeBook {
    const RECIPES: [&str; 8] =
        ["pickaxe", "torch", "bow", "crafting table", "furnace", "shears", "arrow", "tnt"];
    RecipeBook {
        recipes: several(rng, 0..30, |rng| name(rng, &RECIPES)),
        to_be_displayed: several(rng, 0..10, |rng| name(rng, &RECIPES)),
        is_filtering_craftable: coin(rng),
        is_gui_open: coin(rng),
        is_furnace_filtering_craftable: coin(rng),
        is_furnace_gui_open: coin(rng),
        is_blasting_furnace_filtering_craftable: coin(rng),
        is_blasting_furnace_gui_open: coin(rng),
        is_smoker_filtering_craftable: coin(rng),
        is_smoker_gui_open: coin(rng),
    }
}

fn player(rng: &mut impl Rng) -> Player {
    const DIMENSIONS: [&str; 3] = ["overworld", "nether", "end"];
    Player {
        game_type: game_type(rng),
        previous_game_type: game_type(rng),
        score: any(rng),
        dimension: name(rng, &DIMENSIONS),
        selected_item_slot: any(rng),
        selected_item: item(rng),
        spawn_dimension: maybe(rng, |rng| name(rng, &DIMENSIONS)),
        spawn_x: any(rng),
        spawn_y: any(rng),
        spawn_z: any(rng),
        spawn_forced: maybe(rng, coin),
        sleep_timer: any(rng),
        food_exhaustion_level: any(rng),
        food_saturation_level: any(rng),
        food_tick_timer: any(rng),
        xp_level: any(rng),
        xp_p: any(rng),
        xp_total: any(rng),
        xp_seed: any(rng),
        inventory: several(rng, 0..40, item),
        ender_items: several(rng, 0..27, item),
        abilities: abilities(rng),
        entered_nether_position: maybe(rng, vector),
        root_vehicle: maybe(rng, |rng| (uuid(rng), entity(rng))),
        shoulder_entity_left: maybe(rng, entity),
        shoulder_entity_right: maybe(rng, entity),
        seen_credits: coin(rng),
        recipe_book: recipe_book(rng),
    }
}
