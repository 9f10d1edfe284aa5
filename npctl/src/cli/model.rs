//! Schemas: from files, or from the text that a server gives; and what a connection and a reader of
//! messages have to know of them.

use std::fs;
use std::path::{Path, PathBuf};

use protocol_runtime::fingerprint::Fingerprint;
use protocol_runtime::raw::{RawMessage, RawProtocol};
use protocol_runtime::reflect::NO_PACKAGE;
use protocol_schema::canonical::canonical;
use protocol_schema::check::{holds_secret, nearest, wire_name};
use protocol_schema::diag::{Diagnostic, Severity};
use protocol_schema::fingerprint;
use protocol_schema::ir::{
    Field, Item, Message, Name, Payload, Protocol, Schema, Side, Type, TypeKind,
};
use protocol_schema::text::{self, FileId, SourceMap};
use protocol_schema::value::Codec;

use super::{Refusal, codes};

/// A protocol and the schema it stands in.
pub(crate) struct Model {
    pub(crate) schema: Schema,
    /// Which item it is.
    position: usize,
}

/// A message of a protocol, ready to be sent.
pub(crate) struct Parts<'m> {
    pub(crate) message: &'m Message,
    pub(crate) content: Codec,
    /// One item of the stream that goes with it.
    pub(crate) input: Option<Codec>,
    /// The reply, or one item of it.
    pub(crate) reply: Option<Codec>,
    /// The error, and what it is called.
    pub(crate) error: Option<(Codec, String)>,
}

impl Model {
    /// The protocol of that name, with or without its package, in one of these files.
    pub(crate) fn from_files(files: &[PathBuf], name: &str) -> Result<Self, Refusal> {
        let sources = files.iter().map(|path| Ok((path.as_path(), read(path)?)));
        let sources = sources.collect::<Result<Vec<_>, Refusal>>()?;
        let mut found = Vec::new();
        let mut known = Vec::new();
        for (path, text) in &sources {
            let schema = compile(path, text, &sources)?;
            for (position, protocol) in protocols(&schema) {
                let whole = whole_name(&schema.package, protocol);
                if whole == name || protocol.name.text == name {
                    found.push(Self { schema: schema.clone(), position });
                }
                known.push(protocol.name.text.clone());
                known.push(whole);
            }
        }
        match (found.pop(), found.is_empty()) {
            (Some(model), true) => Ok(model),
            (Some(_), false) => Err(Refusal::usage(format!("several schemas have `{name}`"))
                .help("name it with its package, `package::Protocol`")),
            (None, _) => Err(unknown("the schema has no protocol", name, &known)),
        }
    }

    /// The protocol that a server calls so, from the text that it gives.
    pub(crate) fn from_text(text: &str, name: &str) -> Result<Self, Refusal> {
        let wrong = || {
            Refusal::new(
                codes::FAILED,
                format!("the schema that the server gives of `{name}` is none"),
            )
            .help("name one with `--schema FILE.np`")
        };
        let mut map = SourceMap::new();
        let file = map.add("server.np".to_owned(), text.to_owned());
        let compiled = text::compile(&mut map, file);
        if compiled.has_errors() {
            return Err(wrong());
        }
        let schema = compiled.schema;
        let own = name.rsplit("::").next().unwrap_or(name);
        let position = protocols(&schema).find(|(_, one)| one.name.text == own);
        let position = position.ok_or_else(wrong)?.0;
        Ok(Self { schema, position })
    }

    /// The protocol.
    pub(crate) fn protocol(&self) -> Option<&Protocol> {
        match self.schema.items.get(self.position) {
            Some(Item::Protocol(protocol)) => Some(protocol),
            _ => None,
        }
    }

    fn messages(&self) -> &[Message] {
        self.protocol().map_or(&[], |protocol| &protocol.messages)
    }

    /// The canonical text, of all of it or of one message and what it needs.
    pub(crate) fn text(&self, only: Option<&Message>) -> String {
        let Some(protocol) = self.protocol() else { return String::new() };
        let mut schema = self.schema.clone();
        if let (Some(only), Some(Item::Protocol(all))) = (only, schema.items.get_mut(self.position))
        {
            all.messages.retain(|message| message.number == only.number);
            all.removed.clear();
        }
        text::print(&canonical(&schema, Some(&[&protocol.name.text])))
    }

    /// The fingerprint of the protocol.
    pub(crate) fn fingerprint(&self) -> Fingerprint {
        let of = self.protocol().and_then(|one| fingerprint::protocol(&self.schema, one));
        Fingerprint(of.unwrap_or_default().to_be_bytes())
    }

    /// What a connection has to know. `name` is what the server calls it.
    pub(crate) fn raw(&self, name: &str) -> RawProtocol {
        let messages = self.messages().iter().filter_map(|message| {
            let number = u16::try_from(message.number.value).ok()?;
            let mut raw = RawMessage::new(number, &message.name.text);
            if message.from == Side::Server {
                raw = raw.from_server();
            }
            raw = match &message.reply {
                None => raw,
                Some(reply) if is_stream(&reply.ok) => raw.reply_stream(),
                Some(_) => raw.reply(),
            };
            if input(message).is_some() {
                raw = raw.stream();
            }
            if message.compress {
                raw = raw.compress();
            }
            Some(if holds_secret(&self.schema, message) { raw.secret() } else { raw })
        });
        let raw = RawProtocol::new(name, messages.collect::<Vec<_>>());
        let raw = raw.fingerprint(self.fingerprint()).text(self.text(None));
        match self.protocol() {
            Some(protocol) => raw.version(protocol.version, protocol.min),
            None => raw,
        }
    }

    /// The whole name.
    pub(crate) fn name(&self) -> String {
        self.protocol().map(|one| whole_name(&self.schema.package, one)).unwrap_or_default()
    }

    /// The message of that name.
    pub(crate) fn message(&self, name: &str) -> Result<&Message, Refusal> {
        let found = self.messages().iter().find(|message| message.name.text == name);
        found.ok_or_else(|| {
            let known: Vec<_> = self.messages().iter().map(|one| one.name.text.clone()).collect();
            unknown(&format!("`{}` has no message", self.name()), name, &known)
        })
    }

    /// The one-way messages of the server, by their numbers.
    pub(crate) fn events(&self) -> Result<Vec<(u16, String, Codec)>, Refusal> {
        let events = self.messages().iter();
        let events = events.filter(|one| one.from == Side::Server && one.reply.is_none());
        let event = |message: &Message| {
            let number = u16::try_from(message.number.value).unwrap_or(u16::MAX);
            Ok((number, message.name.text.clone(), self.codec(message, "")?))
        };
        events.map(event).collect()
    }

    /// What a message is made of.
    pub(crate) fn parts<'m>(&self, message: &'m Message) -> Result<Parts<'m>, Refusal> {
        let part = |part: &str| self.codec(message, part);
        let reply = message.reply.as_ref();
        let error = reply.and_then(|reply| reply.err.as_ref());
        let error = error.map(|ty| Ok::<_, Refusal>((part(".error")?, text::type_text(ty))));
        let input = input(message).map(|field| part(&format!(".{}", field.name.text)));
        Ok(Parts {
            message,
            content: part("")?,
            input: input.transpose()?,
            reply: reply.map(|_| part(".reply")).transpose()?,
            error: error.transpose()?,
        })
    }

    fn codec(&self, message: &Message, part: &str) -> Result<Codec, Refusal> {
        let protocol = self.protocol().map(|one| one.name.text.as_str()).unwrap_or_default();
        let name = format!("{protocol}.{}{part}", message.name.text);
        Codec::new(&self.schema, &name).map_err(|error| Refusal::usage(error.to_string()))
    }
}

impl Parts<'_> {
    /// Whether it is answered by a stream.
    pub(crate) fn streams(&self) -> bool {
        self.message.reply.as_ref().is_some_and(|reply| is_stream(&reply.ok))
    }

    /// Whether there is nothing to be said of its content.
    pub(crate) const fn is_empty(&self) -> bool {
        matches!(self.message.payload, Payload::Unit)
    }

    /// The content of a message of which nothing was said.
    pub(crate) const fn nothing(&self) -> &'static str {
        match self.message.payload {
            Payload::Unit | Payload::Tuple(_) => "null",
            Payload::Fields(_) => "{}",
        }
    }
}

/// The field of a message that is a stream.
pub(crate) fn input(message: &Message) -> Option<&Field> {
    match &message.payload {
        Payload::Fields(fields) => fields.iter().find(|field| is_stream(&field.ty)),
        Payload::Unit | Payload::Tuple(_) => None,
    }
}

/// Whether values come one after another.
pub(crate) const fn is_stream(ty: &Type) -> bool {
    matches!(ty.kind, TypeKind::Stream(_))
}

fn protocols(schema: &Schema) -> impl Iterator<Item = (usize, &Protocol)> {
    schema.items.iter().enumerate().filter_map(|(position, item)| match item {
        Item::Protocol(protocol) => Some((position, protocol)),
        Item::Const(_)
        | Item::Alias(_)
        | Item::Struct(_)
        | Item::Scalar(_)
        | Item::Union(_)
        | Item::Flags(_) => None,
    })
}

/// The name of a protocol on the wire. One that was declared in Rust without a package has none, though
/// its text has to name one.
fn whole_name(package: &[Name], protocol: &Protocol) -> String {
    match package {
        [only] if only.text == NO_PACKAGE => protocol.name.text.clone(),
        package => wire_name(package, protocol),
    }
}

fn unknown(what: &str, name: &str, known: &[String]) -> Refusal {
    let refusal = Refusal::usage(format!("{what} `{name}`"));
    match nearest(name, known.iter().map(String::as_str)) {
        Some(near) => refusal.help(format!("did you mean `{near}`?")),
        None if known.is_empty() => refusal,
        None => refusal.help(format!("there are {}", known.join(", "))),
    }
}

fn read(path: &Path) -> Result<String, Refusal> {
    fs::read_to_string(path)
        .map_err(|error| Refusal::usage(format!("cannot read `{}`: {error}", path.display())))
}

fn compile(path: &Path, text: &str, given: &[(&Path, String)]) -> Result<Schema, Refusal> {
    let mut map = SourceMap::new();
    let file = map.add(path.display().to_string(), text.to_owned());
    let compiled = text::compile_with(&mut map, file, &mut |map, package| {
        let (path, text) = package_file(package, path, given)?;
        Some(map.add(path.display().to_string(), text))
    });
    if compiled.has_errors() {
        let errors = compiled.diagnostics.iter().filter(|one| one.severity == Severity::Error);
        let errors: Vec<_> = errors.map(|error| drawn(&map, file, error)).collect();
        return Err(Refusal::usage(format!("`{}` is no schema", path.display()))
            .detail(errors.concat())
            .help("`npgen check` shows the places"));
    }
    Ok(compiled.schema)
}

/// Where a package is that a schema uses: among the files that were named, or in the folder of the
/// schema, as npgen finds it.
fn package_file(package: &str, of: &Path, given: &[(&Path, String)]) -> Option<(PathBuf, String)> {
    let says = format!("package {package};");
    if let Some((path, text)) =
        given.iter().find(|(_, text)| text.lines().any(|line| line.trim() == says))
    {
        return Some((path.to_path_buf(), text.clone()));
    }
    let dir = of.parent()?;
    let own = package.rsplit("::").next()?;
    let names = [package.replace("::", "/"), package.replace("::", "."), own.to_owned()];
    names.into_iter().find_map(|name| {
        let path = dir.join(format!("{name}.np"));
        Some((path.clone(), fs::read_to_string(&path).ok()?))
    })
}

fn drawn(map: &SourceMap, file: FileId, error: &Diagnostic) -> String {
    let (file, range) = map.locate(error.span).unwrap_or((file, 0..0));
    let (line, column) = map.line_column(file, range.start);
    format!("  {}:{line}:{column}: {}: {}\n", map.file(file).name, error.code, error.message)
}
