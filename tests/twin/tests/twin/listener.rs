//! Somebody who hears both sides of a session, knows the secrets of both, and opens everything:
//! §2 to §6 of the page, from the octets.

use std::collections::BTreeMap;

use network_protocol::compress::{Algorithm, decompress};
use network_protocol::noise::{Handshake, Opener, Params, Pattern, Role as Noise, Sealer};
use network_protocol::session::Role;

use crate::decoder::Decoder;
use crate::doors::{Described, schemas};
use crate::graph::{Message, Reply, Ty};
use crate::json::Json;
use crate::sessions::Keys;

/// The most that is taken of a compressed body.
const RAW_MAX: usize = 65_536;

pub struct Listener<'k> {
    keys: &'k Keys,
    control: Described,
    protocols: Vec<Described>,
    pub prologue: Vec<u8>,
    /// The handshake as the client has it, and as the server has it.
    handshakes: Option<[Handshake; 2]>,
    pub hash: Option<[u8; 32]>,
    /// What opens and seals the records of the client, and those of the server.
    records: Option<[(Opener, Sealer); 2]>,
    flights: usize,
    /// The message of each call, for what is answered, and its protocol's index.
    calls: Vec<(u32, usize, Message)>,
    /// Who speaks.
    from: Role,
    /// Bodies that are not all there, by sender, kind and call, and whether they are compressed.
    unfinished: BTreeMap<(bool, u8, u32), (bool, Vec<u8>)>,
}

impl<'k> Listener<'k> {
    /// `protocols` are the files of those that are accepted, in that order.
    pub fn new(keys: &'k Keys, protocols: &[&str]) -> Self {
        let all = schemas();
        let described = |file: &str| {
            all.iter().find(|schema| schema.file == file).expect("a schema").graph(false)
        };
        Self {
            keys,
            control: described("control.np"),
            protocols: protocols.iter().map(|file| described(file)).collect(),
            prologue: Vec::new(),
            handshakes: None,
            hash: None,
            records: None,
            flights: 0,
            calls: Vec::new(),
            from: Role::Client,
            unfinished: BTreeMap::new(),
        }
    }

    /// Takes apart what a side writes.
    pub fn hear(&mut self, from: Role, mut octets: &[u8]) -> Vec<Json> {
        self.flights += 1;
        self.from = from;
        let mut parts = Vec::new();
        if self.flights == 1 {
            let len = 10 + usize::from(u16::from_le_bytes([octets[8], octets[9]]));
            let (preface, rest) = octets.split_at(len);
            parts.push(self.preface(preface));
            octets = rest;
            if let Some(pattern) = self.keys.pattern {
                self.prologue = [b"np-secure/1\0", preface].concat();
                self.handshakes = Some(self.handshakes(pattern));
            }
        }
        if self.handshakes.is_some() || (self.keys.pattern.is_none() && self.flights == 2) {
            let len = usize::from(u16::from_be_bytes([octets[0], octets[1]]));
            let (unit, rest) = octets[2..].split_at(len);
            parts.push(self.unit(from, unit));
            octets = rest;
        }
        while !octets.is_empty() {
            octets = match &mut self.records {
                None => self.frame(octets, &mut parts),
                Some(records) => {
                    let len = usize::from(u16::from_be_bytes([octets[0], octets[1]]));
                    let (record, rest) = octets.split_at(2 + len);
                    let plaintext = open(&mut records[usize::from(from == Role::Server)], record);
                    let mut frames = Vec::new();
                    let mut left = &plaintext[..];
                    while !left.is_empty() {
                        left = self.frame(left, &mut frames);
                    }
                    parts.push(Json::map([
                        ("record", Json::hex(record)),
                        ("plaintext", Json::hex(&plaintext)),
                        ("frames", Json::List(frames)),
                    ]));
                    rest
                }
            };
        }
        parts
    }

    fn preface(&self, octets: &[u8]) -> Json {
        assert_eq!(octets[..4], *b"NPRO");
        Json::map([
            ("preface", Json::hex(octets)),
            ("format", Json::number(octets[4])),
            ("security", Json::number(octets[5])),
            ("suite", Json::number(octets[6])),
            ("length", Json::number(u16::from_le_bytes([octets[8], octets[9]]))),
            ("value", self.value("Preface", &octets[10..])),
        ])
    }

    /// The handshake of each side, with the keys and the randomness of that side.
    fn handshakes(&self, pattern: Pattern) -> [Handshake; 2] {
        let start = |noise, role: Role, local, remote| {
            let params = Params {
                pattern,
                suite: self.keys.suite,
                role: noise,
                prologue: &self.prologue,
                local_static: if self.keys.proves(role) { Some(local) } else { None },
                remote_static: remote,
                psk: (pattern == Pattern::NnPsk0).then_some(&self.keys.shared),
            };
            Handshake::new(params, &mut self.keys.random(role)).expect("a handshake")
        };
        let pin = self.keys.pin();
        [
            start(Noise::Initiator, Role::Client, &self.keys.client, pin.as_ref()),
            start(Noise::Responder, Role::Server, &self.keys.server, None),
        ]
    }

    /// A unit: one side must write what the other can read.
    fn unit(&mut self, from: Role, unit: &[u8]) -> Json {
        let mut payload = Vec::new();
        if let Some([client, server]) = &mut self.handshakes {
            let (writer, reader) =
                if from == Role::Client { (client, server) } else { (server, client) };
            reader.read_message(unit, &mut payload).expect("a message of the handshake");
            let mut written = Vec::new();
            writer.write_message(&payload, &mut written).expect("the same message");
            assert_eq!(written, unit);
        } else {
            payload = unit.to_vec();
        }
        let finished =
            |[client, server]: &[Handshake; 2]| client.is_finished() && server.is_finished();
        if self.handshakes.as_ref().is_some_and(finished) {
            self.finish();
        }
        let mut entries =
            vec![("unit".to_owned(), Json::hex(unit)), ("payload".to_owned(), Json::hex(&payload))];
        let ty = match self.flights {
            2 => Some("Accept"),
            flight if self.keys.hello() == Some(flight) => Some("Hello"),
            _ => None,
        };
        if let Some(ty) = ty {
            entries.push(("type".into(), Json::text(ty)));
            entries.push(("value".into(), self.value(ty, &payload)));
        }
        Json::Map(entries)
    }

    fn finish(&mut self) {
        let finished = self.handshakes.take().expect("two of them");
        let [client, server] = finished.map(|one| one.finish().expect("finished"));
        assert_eq!(client.hash, server.hash);
        self.hash = Some(client.hash);
        self.records = Some([(server.opener, client.sealer), (client.opener, server.sealer)]);
    }

    /// Takes a frame, and says what follows it.
    fn frame<'o>(&mut self, octets: &'o [u8], parts: &mut Vec<Json>) -> &'o [u8] {
        let (header, rest) = octets.split_at(12);
        let u32_at = |at: usize| u32::from_le_bytes([0, 1, 2, 3].map(|i| header[at + i]));
        let (len, kind, call) = (u32_at(0) as usize, header[4], u32_at(8));
        let method = u16::from_le_bytes([header[6], header[7]]);
        let (index, number) = (usize::from(method >> 12), method & 0xFFF);
        let (payload, rest) = rest.split_at(len);
        let flags = header[5];
        let name = match kind {
            1 => "Request",
            2 => "Reply",
            3 => "Error",
            4 => "Event",
            5 => "Item",
            6 => "End",
            7 => "Credit",
            8 => "Cancel",
            9 => "Ping",
            10 => "Pong",
            11 => "GoAway",
            12 => "Close",
            other => panic!("kind {other}"),
        };
        let mut entries = vec![("frame".to_owned(), Json::text(name))];
        let mut say = |key: &str, value| entries.push((key.to_owned(), value));
        if matches!(kind, 1 | 4) {
            say("protocol", Json::number(index as u32));
            say("number", Json::number(number));
        } else {
            assert_eq!(method, 0);
        }
        if matches!(kind, 1..=3 | 5..=8) {
            say("call", Json::number(call));
        } else {
            assert_eq!(call, 0);
        }
        say("header", Json::hex(header));
        say("payload", Json::hex(payload));
        let mut payload = payload;
        if flags != 0 {
            say("flags", Json::number(flags));
        }
        if flags & 4 != 0 {
            let (deadline, behind) = payload.split_first_chunk().expect("a deadline");
            say("deadline", Json::number(u32::from_le_bytes(*deadline)));
            payload = behind;
        }
        if flags & 2 != 0 {
            let (len, behind) = payload.split_first_chunk().expect("a length");
            let (metadata, behind) = behind.split_at(u16::from_le_bytes(*len).into());
            say("metadata", Json::hex(metadata));
            payload = behind;
        }
        let key = (self.from == Role::Client, kind, call);
        let begun = self.unfinished.remove(&key);
        let (compressed, mut body) = begun.unwrap_or_else(|| (flags & 1 != 0, Vec::new()));
        body.extend_from_slice(payload);
        if flags & 8 != 0 {
            self.unfinished.insert(key, (compressed, body));
        } else {
            if compressed {
                body = decompress(Algorithm::Lz4, &body, RAW_MAX).expect("a block").to_vec();
                say("raw_length", Json::number(body.len() as u32));
            }
            for (key, value) in self.content(kind, (index, number), call, &body) {
                say(key, value);
            }
        }
        parts.push(Json::Map(entries));
        rest
    }

    /// What the payload of a frame says.
    fn content(
        &mut self,
        kind: u8,
        (index, number): (usize, u16),
        call: u32,
        payload: &[u8],
    ) -> Vec<(&'static str, Json)> {
        if matches!(kind, 1 | 4) {
            let messages = &self.protocols[index].protocols[0].messages;
            let Some(message) = messages.iter().find(|message| message.number == number).cloned()
            else {
                return vec![("message", Json::text("one that no side knows"))];
            };
            let value = self.of_protocol(index, &message.payload, payload);
            let name = Json::text(&message.name);
            self.calls.push((call, index, message));
            return vec![("message", name), ("value", value)];
        }
        let asked = self.calls.iter().rev().find(|(id, _, _)| *id == call);
        if kind == 5 {
            let (_, index, message) = asked.expect("an item of a call");
            let by_caller = (call % 2 == 1) == (self.from == Role::Client);
            let ty = if by_caller {
                message.stream.as_ref().map(|(_, ty)| ty)
            } else {
                message.reply.as_ref().map(|reply| &reply.ok)
            };
            return vec![("value", self.of_protocol(*index, ty.expect("a stream"), payload))];
        }
        let reply = asked.and_then(|(_, index, message)| Some((*index, message.reply.clone()?)));
        match (kind, reply) {
            (2, Some((_, Reply { stream: true, .. }))) | (6 | 8, _) => {
                assert!(payload.is_empty());
                vec![]
            }
            (2, Some((index, Reply { ok, .. }))) => {
                vec![("value", self.of_protocol(index, &ok, payload))]
            }
            (3, reply) => {
                let mut said = vec![("value", self.value("ErrorBody", payload))];
                let detail = self.detail(payload);
                if let (false, Some((index, Reply { err: Some(err), .. }))) =
                    (detail.is_empty(), reply)
                {
                    said.push(("detail", self.of_protocol(index, &err, &detail)));
                }
                said
            }
            (7, _) => vec![("value", self.value("Credit", payload))],
            (9, _) => vec![("value", self.value("Ping", payload))],
            (10, _) => vec![("value", self.value("Pong", payload))],
            (11, _) => vec![("value", self.value("GoAway", payload))],
            (12, _) => vec![("value", self.value("Close", payload))],
            _ => panic!("an answer to nothing"),
        }
    }

    /// The typed error in an `ErrorBody`.
    fn detail(&self, payload: &[u8]) -> Vec<u8> {
        let ty = &self.control.types["ErrorBody"];
        let value = Decoder::new(&self.control.graph, true).root(ty, payload);
        match value.expect("an error") {
            crate::value::Value::Struct(fields) => match fields.last() {
                Some(crate::value::Value::Bytes(detail)) => detail.clone(),
                other => panic!("{other:?} is no detail"),
            },
            other => panic!("{other:?} is no error"),
        }
    }

    fn of_protocol(&self, index: usize, ty: &Ty, bytes: &[u8]) -> Json {
        let graph = &self.protocols[index].graph;
        graph.json(ty, &Decoder::new(graph, true).root(ty, bytes).expect("a body"))
    }

    /// A body of the connection's own.
    fn value(&self, ty: &str, bytes: &[u8]) -> Json {
        let (graph, ty) = (&self.control.graph, &self.control.types[ty]);
        graph.json(ty, &Decoder::new(graph, true).root(ty, bytes).expect("a body"))
    }
}

/// Opens a record; sealed again it must be the same.
fn open((opener, sealer): &mut (Opener, Sealer), record: &[u8]) -> Vec<u8> {
    let mut plaintext = record[2..].to_vec();
    let len = opener.open(&mut plaintext).expect("a record");
    plaintext.truncate(len);
    let mut sealed = plaintext.clone();
    sealer.seal(&mut sealed, 0).expect("room");
    assert_eq!(sealed, record);
    plaintext
}
