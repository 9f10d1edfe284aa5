//! Records with somebody on the way who changes, drops, repeats and swaps them.

use network_protocol::noise::{
    Handshake, NoiseError, Opener, Params, Pattern, RECORD_HEADER, Role, Sealer, Suite, Transport,
};

use super::Counted;
use crate::input::Input;

/// Seals texts, lets the input change the records, and opens them.
///
/// What comes out is what was sent, up to the first record that was touched, and nothing after.
pub fn record_open(data: &[u8]) {
    let mut input = Input::new(data);
    let suite = input.one(Suite::ALL);
    let size = input.one([1, 16, 1_024, 65_519]);
    let (mut ours, mut theirs) = channel(suite, Counted::seed(data));
    for (sealer, opener) in
        [(&mut ours.sealer, &mut theirs.opener), (&mut theirs.sealer, &mut ours.opener)]
    {
        sealer.set_record_max(size).expect("a size within bounds");
        opener.set_record_max(size).expect("a size within bounds");
    }
    let texts: Vec<&[u8]> = (0..input.below(6)).map(|_| input.some()).collect();
    let sent = texts.concat();
    let genuine = sealed(&mut ours.sealer, &texts);
    let reflected = sealed(&mut theirs.sealer, &texts);

    let mut records = genuine.clone();
    for _ in 0..input.below(4) {
        let (one, other) = (usize::from(input.byte()), usize::from(input.byte()));
        if records.is_empty() {
            break;
        }
        let (one, other) = (one % records.len(), other % records.len());
        match input.below(4) {
            0 => drop(records.remove(one)),
            1 => records.insert(other, records[one].clone()),
            2 => records.swap(one, other),
            _ => records[one].clone_from(&reflected[other % reflected.len()]),
        }
    }
    let mut stream = records.concat();
    input.edit(&mut stream);

    // How many octets of text lie in records that nobody touched.
    let mut whole = 0;
    let mut untouched = &stream[..];
    for record in &genuine {
        let Some(rest) = untouched.strip_prefix(&record[..]) else { break };
        untouched = rest;
        whole += record.len() - RECORD_HEADER - 16;
    }
    let opened = open(&mut theirs.opener, &mut stream);
    assert_eq!(opened, sent[..whole]);
}

/// Both ends of a channel.
fn channel(suite: Suite, seed: u64) -> (Transport, Transport) {
    let start = |role, seed: u64| {
        let params = Params {
            pattern: Pattern::Nn,
            suite,
            role,
            prologue: b"",
            local_static: None,
            remote_static: None,
            psk: None,
        };
        Handshake::new(params, &mut Counted(seed)).expect("nothing is missing")
    };
    let (mut ours, mut theirs) = (start(Role::Initiator, seed), start(Role::Responder, !seed));
    let (mut message, mut payload) = (Vec::new(), Vec::new());
    ours.write_message(&[], &mut message).expect("its turn");
    theirs.read_message(&message, &mut payload).expect("a message");
    message.clear();
    theirs.write_message(&[], &mut message).expect("its turn");
    ours.read_message(&message, &mut payload).expect("a message");
    (ours.finish().expect("it is"), theirs.finish().expect("it is"))
}

/// Each record of some texts.
fn sealed(sealer: &mut Sealer, texts: &[&[u8]]) -> Vec<Vec<u8>> {
    let mut records = Vec::new();
    for text in texts {
        // Something in front of the text stays as it is.
        let mut buf = [b"before", *text].concat();
        sealer.seal(&mut buf, 6).expect("few records");
        let mut rest = buf.strip_prefix(b"before").expect("it was not touched");
        while let Some((header, _)) = rest.split_first_chunk() {
            let len = usize::from(u16::from_be_bytes(*header)) + RECORD_HEADER;
            let (record, more) = rest.split_at(len);
            records.push(record.to_vec());
            rest = more;
        }
    }
    records
}

/// All text that comes out. After a failure nothing more does.
fn open(opener: &mut Opener, stream: &mut [u8]) -> Vec<u8> {
    let (mut text, mut rest, mut failed) = (Vec::new(), stream, false);
    while let Some((header, behind)) = rest.split_first_chunk_mut() {
        let len = match opener.record_len(*header) {
            Ok(len) if len <= behind.len() => len,
            Ok(_) => break,
            Err(error) => {
                assert_eq!(failed, error == NoiseError::Dead);
                failed = true;
                // Goes on where a careless owner would.
                usize::from(u16::from_be_bytes(*header)).min(behind.len())
            }
        };
        let (record, more) = behind.split_at_mut(len);
        let before = record.to_vec();
        match opener.open(record) {
            Ok(len) => {
                assert!(!failed, "it came back to life");
                text.extend_from_slice(&record[..len]);
            }
            Err(error) => {
                assert_eq!(failed, error == NoiseError::Dead);
                // As before, or zeros where a text would be.
                let kept = record.iter().zip(&before).all(|(now, then)| now == then || *now == 0);
                assert!(kept, "something came out of a record that failed");
                failed = true;
            }
        }
        rest = more;
    }
    text
}

pub(super) fn seeds() -> Vec<(String, Vec<u8>)> {
    let with = |head: [u8; 2], tail: &[u8]| {
        let texts = [&[3_u8, 2, b'h', b'i', 20][..], &[7; 20], &[1, 9]].concat();
        [&head[..], &texts, tail].concat()
    };
    [
        ("untouched", with([0, 2], &[])),
        ("untouched-aes", with([1, 3], &[])),
        ("small-records", with([0, 0], &[])),
        ("dropped", with([0, 1], &[1, 1, 0, 0])),
        ("repeated", with([0, 1], &[1, 0, 1, 1])),
        ("swapped", with([1, 1], &[1, 0, 2, 2])),
        ("reflected", with([0, 2], &[1, 1, 1, 3])),
        ("flipped", with([0, 2], &[0, 1, 5, 0, 5, 0, 0])),
        ("cut", with([0, 2], &[0, 1, 50, 0, 60, 0, 1])),
        ("length", with([0, 2], &[0, 1, 0, 0, 0, 0, 6, 2, 0, 16])),
    ]
    .map(|(name, seed)| (name.to_owned(), seed))
    .into()
}
