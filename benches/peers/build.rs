//! Compiles the schemas, so that what is measured of ours is what users get.

use tonic_build::manual::{Builder, Method, Service};

const CASES: [&str; 5] = ["log", "mesh", "minecraft", "mk48", "lockfile"];

fn main() {
    npgen::build(
        ["evolvable", "fixed"]
            .iter()
            .flat_map(|kind| CASES.map(|case| format!("schemas/{kind}/{case}.np"))),
    );
    echo_by_tonic();
}

/// As `tonic-prost-build` would, without a schema and so without `protoc`.
fn echo_by_tonic() {
    const BODY: &str = "crate::rpc::peers::tonic::Body";
    let method = |name: &str, route: &str| {
        Method::builder()
            .name(name)
            .route_name(route)
            .input_type(BODY)
            .output_type(BODY)
            .codec_path("tonic_prost::ProstCodec")
    };
    let echo = method("echo", "Echo").build();
    let items = method("items", "Items").server_streaming().build();
    let service = Service::builder().name("Echo").package("peers");
    Builder::new().compile(&[service.method(echo).method(items).build()]);
}
