//! What goes along with messages, from one side to the other.

use super::pair::{Pair, Protection, append};
use super::script::failure;
use crate::error::Error;
use crate::frame::header::{BadFrame, Kind};
use crate::limits::Limits;
use crate::metadata::{MetaKey, Metadata};
use crate::session::{CallOptions, CallRefused, Config, Event, Role};
use crate::wire::EncodeError;

const TENANT: MetaKey<u64> = MetaKey::new("tenant");
const TOKEN: MetaKey<String> = MetaKey::new("token").sensitive().no_propagate();

fn both(token: &str) -> Metadata {
    let mut metadata = Metadata::new();
    metadata.insert(&TENANT, &7).unwrap();
    metadata.insert(&TOKEN, &token.to_owned()).unwrap();
    metadata
}

#[test]
fn metadata_arrives_with_what_its_keys_say_of_it() {
    let mut pair = Pair::open(Protection::Nn);
    let sent = both("hush");
    let options = || CallOptions { metadata: Some(&sent), ..CallOptions::default() };
    let call = pair.client.session.call(pair.now, 0, 1, options(), append(b"x")).unwrap();
    pair.client.session.notify(0, 2, options(), append(b"y")).unwrap();
    pair.settle();
    let events = pair.server.take_events();
    let [
        Event::Request { metadata: Some(along), body, .. },
        Event::OneWay { metadata: Some(other), .. },
    ] = &events[..]
    else {
        panic!("{events:?}")
    };
    assert_eq!((&body[..], along, other), (&b"x"[..], &sent, &sent));
    let shown = format!("{events:?}");
    assert!(shown.contains("token") && !shown.contains("hush"), "{shown}");
    assert_eq!(along.propagated().names().collect::<Vec<_>>(), ["tenant"]);
    pair.server.session.reply_with(call, &sent, append(b"z")).unwrap();
    pair.settle();
    let events = pair.client.take_events();
    let [Event::Reply { metadata: Some(back), .. }] = &events[..] else { panic!("{events:?}") };
    assert_eq!(*back, sent);
}

/// A connection whose side of this role takes and sends little metadata.
fn little(role: Role) -> Pair {
    let side = |one| {
        let limits = Limits::default();
        let limits = if one == role { limits.with_metadata_bytes(64).unwrap() } else { limits };
        Config { limits: limits.into(), ..config_of(one) }
    };
    Pair::with(side(Role::Client), side(Role::Server)).opened()
}

fn config_of(role: Role) -> Config {
    super::pair::config(Protection::Plain.of(role))
}

#[test]
fn metadata_bytes() {
    let long = both(&"x".repeat(100));
    let options = || CallOptions { metadata: Some(&long), ..CallOptions::default() };
    let mut sends = little(Role::Client);
    let refused = sends.client.session.call(sends.now, 0, 1, options(), append(b""));
    let Err(CallRefused::Encode(EncodeError::TooLarge { max: 64, .. })) = refused else {
        panic!("{refused:?}")
    };
    assert!(sends.client.transmit().is_empty());
    let mut takes = little(Role::Server);
    takes.client.session.call(takes.now, 0, 1, options(), append(b"")).unwrap();
    takes.settle();
    let error = Error::from(BadFrame::Prefix(Kind::Request));
    assert_eq!(failure(&takes.server.take_events()), error);
}
