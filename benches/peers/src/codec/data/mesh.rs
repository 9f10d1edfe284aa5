//! `mesh`: 125,000 triangles, nothing but floats.

use rand::Rng;

use super::{any, owned};

owned! {
    #[derive(Copy)]
    #[repr(C)]
    pub struct Vector3 {
        pub x: f32,
        pub y: f32,
        pub z: f32,
    }
}

owned! {
    #[derive(Copy)]
    #[repr(C)]
    pub struct Triangle {
        pub v0: Vector3,
        pub v1: Vector3,
        pub v2: Vector3,
        pub normal: Vector3,
    }
}

owned! {
    pub struct Mesh {
        #[bilrost(encoding(packed))]
        pub triangles: Vec<Triangle>,
    }
}

/// What wincode reads without a copy, where the buffer is aligned.
#[derive(Debug, serde::Serialize, wincode::SchemaRead)]
pub struct MeshRef<'a> {
    pub triangles: &'a [Triangle],
}

/// All of it.
pub fn generate() -> Mesh {
    let mut rng = super::rng();
    Mesh { triangles: super::several(&mut rng, 125_000..125_001, triangle) }
}

fn triangle(rng: &mut impl Rng) -> Triangle {
    Triangle { v0: vector(rng), v1: vector(rng), v2: vector(rng), normal: vector(rng) }
}

fn vector(rng: &mut impl Rng) -> Vector3 {
    Vector3 { x: any(rng), y: any(rng), z: any(rng) }
}
