//! Somebody who hears both sides of a session, knows the secrets of both, and opens everything:
//! §2 to §6 of the page, from the octets.

use network_protocol::compress::{Algorithm, decompress};
use network_protocol::noise::{Handshake, Opener, Params, Pattern, Role as Noise, Sealer};
use network_protocol::session::Role;

use crate::decoder::Decoder;
use crate::doors::{Described, schemas};
use crate::graph::{Message, Reply, Ty};
use crate::json::Json;
use crate::sessions::Keys;

/// The flags of a frame.
const FLAGS: [(u8, &str); 4] = [(1, "compressed"), (2, "metadata"), (4, "deadline"), (8, "more")];

/// A message that came in part.
struct Unfinished {
    from: Role,
    kind: u8,
    call: u32,
    compressed: bool,
    body: Vec<u8>,
}

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
    /// How bodies are compressed.
    algorithm: Option<Algorithm>,
    unfinished: Vec<Unfinished>,
}

impl<'k> Listener<'k> {
    /// `protocols` are the schemas of those that are accepted, in that order.
    pub fn new(keys: &'k Keys, protocols: &[&str], algorithm: Option<Algorithm>) -> Self {
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
            algorithm,
            unfinished: Vec::new(),
        }
    }

    /// Takes apart what a side writes.
    pub fn hear(&mut self, from: Role, mut octets: &[u8]) -> Vec<Json> {
        self.flights += 1;
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
                None => self.frame(from, octets, &mut parts),
                Some(records) => {
                    let len = usize::from(u16::from_be_bytes([octets[0], octets[1]]));
                    let (record, rest) = octets.split_at(2 + len);
                    let plaintext = open(&mut records[usize::from(from == Role::Server)], record);
                    let mut frames = Vec::new();
                    let mut left = &plaintext[..];
                    while !left.is_empty() {
                        left = self.frame(from, left, &mut frames);
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
    fn frame<'o>(&mut self, from: Role, octets: &'o [u8], parts: &mut Vec<Json>) -> &'o [u8] {
        let (header, rest) = octets.split_at(12);
        let u32_at = |at: usize| u32::from_le_bytes([0, 1, 2, 3].map(|i| header[at + i]));
        let (len, kind, flags, call) = (u32_at(0) as usize, header[4], header[5], u32_at(8));
        let method = u16::from_le_bytes([header[6], header[7]]);
        let (index, number) = (usize::from(method >> 12), method & 0xFFF);
        let (payload, rest) = rest.split_at(len);
        let mut entries = vec![("frame".to_owned(), Json::text(name(kind)))];
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
        if flags != 0 {
            let named = FLAGS.iter().filter(|(bit, _)| flags & bit != 0);
            say("flags", Json::List(named.map(|(_, name)| Json::text(*name)).collect()));
        }
        say("header", Json::hex(header));
        say("payload", Json::hex(payload));
        let mut said = Vec::new();
        let body = self.body(from, kind, flags, call, payload, &mut said);
        if let Some(body) = body {
            said.extend(self.content(from, kind, (index, number), call, &body));
        }
        for (key, value) in said {
            say(key, value);
        }
        parts.push(Json::Map(entries));
        rest
    }

    /// The body that a frame completes, if it does; and what stands before it.
    fn body(
        &mut self,
        from: Role,
        kind: u8,
        flags: u8,
        call: u32,
        mut payload: &[u8],
        said: &mut Vec<(&'static str, Json)>,
    ) -> Option<Vec<u8>> {
        let same = |one: &Unfinished| (one.from, one.kind, one.call) == (from, kind, call);
        let begun = self.unfinished.iter().position(same).map(|at| self.unfinished.remove(at));
        let fragmented = begun.is_some();
        let mut message = begun.unwrap_or_else(|| {
            if flags & 4 != 0 {
                let (deadline, rest) = payload.split_first_chunk().expect("a deadline");
                said.push(("deadline_ms", Json::number(u32::from_le_bytes(*deadline))));
                payload = rest;
            }
            if flags & 2 != 0 {
                let (len, rest) = payload.split_first_chunk().expect("a length");
                let (metadata, rest) = rest.split_at(usize::from(u16::from_le_bytes(*len)));
                said.push(("metadata", self.metadata(metadata)));
                payload = rest;
            }
            Unfinished { from, kind, call, compressed: flags & 1 != 0, body: Vec::new() }
        });
        message.body.extend_from_slice(payload);
        if flags & 8 != 0 {
            self.unfinished.push(message);
            return None;
        }
        if fragmented {
            said.push(("joined", Json::hex(&message.body)));
        }
        if matches!(kind, 3 | 8) {
            // What was unfinished of that call does not come any more.
            self.unfinished.retain(|one| one.call != call);
        }
        if !message.compressed {
            return Some(message.body);
        }
        let algorithm = self.algorithm.expect("both sides can");
        let body = decompress(algorithm, &message.body, 1 << 20).expect("a block");
        said.push(("uncompressed", Json::hex(&body)));
        Some(body.to_vec())
    }

    /// What the body of a message says.
    fn content(
        &mut self,
        from: Role,
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
            let (_, index, message) = asked.expect("a call");
            let caller = if call % 2 == 1 { Role::Client } else { Role::Server };
            let ty = if from == caller {
                message.stream.as_ref().map(|(_, ty)| ty.clone())
            } else {
                message.reply.as_ref().filter(|reply| reply.stream).map(|reply| reply.ok.clone())
            };
            return vec![("value", self.of_protocol(*index, &ty.expect("a stream"), payload))];
        }
        let reply = asked.and_then(|(_, index, message)| Some((*index, message.reply.clone()?)));
        match (kind, reply) {
            (2, Some((_, Reply { stream: true, .. }))) => {
                assert!(payload.is_empty());
                vec![("opens", Json::text("the stream of the answer"))]
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
            (6 | 8, _) => {
                assert!(payload.is_empty());
                Vec::new()
            }
            (7, _) => vec![("value", self.value("Credit", payload))],
            (9, _) => vec![("value", self.value("Ping", payload))],
            (10, _) => vec![("value", self.value("Pong", payload))],
            (11, _) => vec![("value", self.value("GoAway", payload))],
            (12, _) => vec![("value", self.value("Close", payload))],
            _ => panic!("an answer to nothing"),
        }
    }

    /// What goes along with a message.
    fn metadata(&self, bytes: &[u8]) -> Json {
        let (graph, meta) = (&self.control.graph, self.control.types["Meta"].clone());
        let ty = Ty::Map(Box::new(Ty::String), Box::new(meta));
        graph.json(&ty, &Decoder::new(graph, true).root(&ty, bytes).expect("metadata"))
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

/// What a kind of frame is called.
fn name(kind: u8) -> &'static str {
    match kind {
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
    }
}
