//! The macros that read files: a schema that is compiled where it is named, and a lock that holds a
//! protocol to what was written down of it.

#![forbid(unsafe_code)]

use network_protocol as np;
use network_protocol::Protocol as _;

/// Everything the language has, and what it takes from another package.
pub mod sample {
    network_protocol::schema!("../../schemas/sample.np", "acme::common" = super::common);
}

pub mod common {
    network_protocol::schema!("../../schemas/acme/common.np");
}

#[rustfmt::skip]
pub mod chat {
    network_protocol::schema!("../../schemas/chat.np", crate = ::network_protocol);
}

/// What the sample says about addresses.
pub use golden::ip;

#[test]
fn a_file_that_is_named_in_code_is_the_protocol_of_the_file() {
    assert_eq!(chat::Chat::fingerprint(), golden::chat::Chat::fingerprint());
    assert_eq!(chat::Chat::to_np(), golden::chat::Chat::to_np());
    let value = chat::Presence::Away;
    assert_eq!(np::wire::encode(&value), np::wire::encode(&golden::chat::Presence::Away));
}

#[test]
fn a_file_may_use_another_package() {
    let text = np::reflect::to_np::<sample::Chat>();
    assert_eq!(text, golden::acme::chat::Chat::to_np());
    assert_eq!(text, twin::acme::chat::Chat::to_np());
    assert_eq!(sample::Chat::fingerprint(), twin::acme::chat::Chat::fingerprint());
}

#[test]
fn a_protocol_is_held_to_its_lock() {
    np::assert_schema!("tests/locks/chat.np.lock", twin::chat::Chat);
    np::assert_schema!("tests/locks/chat.np.lock", golden::chat::Chat);
    np::assert_schema!("tests/locks/sample.np.lock", twin::acme::chat::Chat);
    np::assert_schema!(
        "tests/locks/everything.np.lock",
        twin::everything::Every,
        twin::everything::Small,
    );
}

#[test]
#[should_panic(expected = "PEERS OF THE OLD VERSION DO NOT UNDERSTAND IT")]
fn a_protocol_that_is_another_is_shown() {
    if std::env::var_os("NP_BLESS").is_some() {
        panic!("PEERS OF THE OLD VERSION DO NOT UNDERSTAND IT: and nobody writes this lock anew");
    }
    np::assert_schema!("tests/locks/everything.np.lock", twin::chat::Chat);
}

#[test]
#[should_panic(expected = "NP_BLESS=1")]
fn a_lock_that_is_not_there_is_asked_for() {
    if std::env::var_os("NP_BLESS").is_some() {
        panic!("NP_BLESS=1 would write it");
    }
    np::assert_schema!("tests/locks/nobody.np.lock", twin::chat::Chat);
}
