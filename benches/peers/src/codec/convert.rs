//! From the types of the data sets to the generated ones of this project, of which there are two
//! sets with the same names: each macro implements the conversions for the module that invokes it.

/// A field, a struct or a list as another type; no value is lost.
pub trait To<T> {
    fn to(&self) -> T;
}

macro_rules! unchanged {
    ($($type:ty),*) => {$(
        impl To<$type> for $type {
            fn to(&self) -> $type {
                self.clone()
            }
        }
    )*};
}
unchanged!(bool, u8, u16, u32, u64, i8, i16, i32, i64, f32, f64, String);

impl<T: Copy> To<[T; 2]> for (T, T) {
    fn to(&self) -> [T; 2] {
        (*self).into()
    }
}

impl<T: Copy> To<[T; 3]> for (T, T, T) {
    fn to(&self) -> [T; 3] {
        (*self).into()
    }
}

impl<T: Copy, const N: usize> To<[T; N]> for [T; N] {
    fn to(&self) -> [T; N] {
        *self
    }
}

impl<T: To<U>, U> To<Vec<U>> for Vec<T> {
    fn to(&self) -> Vec<U> {
        self.iter().map(To::to).collect()
    }
}

impl<T: To<U>, U> To<Option<U>> for Option<T> {
    fn to(&self) -> Option<U> {
        self.as_ref().map(To::to)
    }
}

/// Structs of the same names and fields as in a module of `data`.
macro_rules! structs {
    ($module:ident: $($name:ident { $($field:ident),* $(,)? })*) => {$(
        impl $crate::codec::convert::To<$name> for $crate::codec::data::$module::$name {
            fn to(&self) -> $name {
                $name { $($field: self.$field.to()),* }
            }
        }
    )*};
}
pub(crate) use structs;

/// Scalar enums of the same names and variants as in a module of `data`.
macro_rules! scalars {
    ($module:ident: $($name:ident { $($variant:ident),* $(,)? })*) => {$(
        impl $crate::codec::convert::To<$name> for $crate::codec::data::$module::$name {
            fn to(&self) -> $name {
                match self { $(Self::$variant => $name::$variant),* }
            }
        }
    )*};
}
pub(crate) use scalars;

macro_rules! log {
    () => {
        $crate::codec::convert::structs! {
            log:
            Address { x0, x1, x2, x3 }
            Log { address, identity, userid, date, request, code, size }
            Logs { logs }
        }
    };
}
pub(crate) use log;

macro_rules! mesh {
    () => {
        $crate::codec::convert::structs! {
            mesh:
            Vector3 { x, y, z }
            Triangle { v0, v1, v2, normal }
            Mesh { triangles }
        }
    };
}
pub(crate) use mesh;

macro_rules! minecraft {
    () => {
        $crate::codec::convert::scalars! {
            minecraft:
            GameType { Survival, Creative, Adventure, Spectator }
        }
        impl $crate::codec::convert::To<Vehicle>
            for ([u32; 4], $crate::codec::data::minecraft::Entity)
        {
            fn to(&self) -> Vehicle {
                Vehicle { uuid: self.0, entity: self.1.to() }
            }
        }
        $crate::codec::convert::structs! {
            minecraft:
            Item { count, slot, id }
            Abilities {
                walk_speed, fly_speed, may_fly, flying, invulnerable, may_build, instabuild
            }
            Entity {
                id, pos, motion, rotation, fall_distance, fire, air, on_ground, no_gravity,
                invulnerable, portal_cooldown, uuid, custom_name, custom_name_visible, silent,
                glowing
            }
            RecipeBook {
                recipes, to_be_displayed, is_filtering_craftable, is_gui_open,
                is_furnace_filtering_craftable, is_furnace_gui_open,
                is_blasting_furnace_filtering_craftable, is_blasting_furnace_gui_open,
                is_smoker_filtering_craftable, is_smoker_gui_open
            }
            Player {
                game_type, previous_game_type, score, dimension, selected_item_slot,
                selected_item, spawn_dimension, spawn_x, spawn_y, spawn_z, spawn_forced,
                sleep_timer, food_exhaustion_level, food_saturation_level, food_tick_timer,
                xp_level, xp_p, xp_total, xp_seed, inventory, ender_items, abilities,
                entered_nether_position, root_vehicle, shoulder_entity_left,
                shoulder_entity_right, seen_credits, recipe_book
            }
            Players { players }
        }
    };
}
pub(crate) use minecraft;

macro_rules! mk48 {
    () => {
        $crate::codec::convert::scalars! {
            mk48:
            EntityType {
                ArleighBurke, Bismarck, Clemenceau, Fletcher, G5, Iowa, Kolkata, Osa, Yasen, Zubr
            }
        }
        $crate::codec::convert::structs! {
            mk48:
            Transform { altitude, angle, position, velocity }
            Guidance { angle, submerge, velocity }
            Contact {
                damage, entity_id, entity_type, guidance, player_id, reloads, transform,
                turret_angles
            }
            TerrainUpdate { chunk_id, data }
            Update { contacts, score, world_radius, terrain_updates }
            Updates { updates }
        }
    };
}
pub(crate) use mk48;

macro_rules! lockfile {
    () => {
        $crate::codec::convert::structs! {
            lockfile:
            Dependency { name, version }
            Package { name, version, source, checksum, dependencies }
            Lockfile { version, packages }
        }
    };
}
pub(crate) use lockfile;
