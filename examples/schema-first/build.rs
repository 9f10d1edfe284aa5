//! Compiles the schema to Rust.

fn main() {
    npgen::build(["../../schemas/logs.np"]);
}
