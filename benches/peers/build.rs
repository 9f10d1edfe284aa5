//! Compiles the schemas, so that what is measured of ours is what users get.

const CASES: [&str; 5] = ["log", "mesh", "minecraft", "mk48", "lockfile"];

fn main() {
    npgen::build(
        ["evolvable", "fixed"]
            .iter()
            .flat_map(|kind| CASES.map(|case| format!("schemas/{kind}/{case}.np"))),
    );
}
