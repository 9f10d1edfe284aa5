//! Two versions of a protocol, as text, to what changed.

use std::cmp::Reverse;

use protocol_schema::evolve::{self, Level};
use protocol_schema::fingerprint;
use protocol_schema::ir::{Item, Schema};
use protocol_schema::text::{self, SourceMap};

use crate::error::{Changes, NotCompared, PeerText, SchemaVersion};
use crate::schema::{Change, Effect};

/// Of what a peer tells this many changes are kept.
const CHANGES_MAX: usize = 64;

/// What changed, by the rules of evolution, what matters most first; none if one of the texts is no
/// schema.
pub(super) fn changes(old: &str, new: &str) -> Option<Vec<Change>> {
    Some(between(&parsed(old)?, &parsed(new)?))
}

/// What changed between this side's schema of the protocol `name` and the one that its peer tells,
/// which has to be the one that it offered.
///
/// The lower version is the older one. Of two that say they are the same version nobody knows which
/// was there first, so the change counts that does less.
///
/// # Errors
///
/// [`NotCompared::Unreadable`]. The text is taken for hostile: it costs no more than its length
/// allows, and what is kept of it is short.
pub(crate) fn told(
    name: &str,
    (ours, our_text): (SchemaVersion, &str),
    (theirs, their_text): (SchemaVersion, &str),
) -> Result<Changes, NotCompared> {
    let (Some(our), Some(their)) = (parsed(our_text), parsed(their_text)) else {
        return Err(NotCompared::Unreadable);
    };
    if !is_offered(&their, name, theirs) {
        return Err(NotCompared::Unreadable);
    }
    let mut list = match ours.version.cmp(&theirs.version) {
        std::cmp::Ordering::Less => between(&our, &their),
        std::cmp::Ordering::Greater => between(&their, &our),
        std::cmp::Ordering::Equal => {
            let (one, other) = (between(&our, &their), between(&their, &our));
            let worst = |list: &[Change]| list.iter().map(|change| change.effect).max();
            if worst(&one) <= worst(&other) { one } else { other }
        }
    };
    let left_out = list.len().saturating_sub(CHANGES_MAX);
    list.truncate(CHANGES_MAX);
    for change in &mut list {
        let message = std::mem::take(&mut change.message);
        change.message = PeerText::new(message).to_string();
    }
    Ok(Changes { list, left_out })
}

/// Whether a schema has the protocol that was offered.
fn is_offered(schema: &Schema, name: &str, offered: SchemaVersion) -> bool {
    let own = name.rsplit("::").next().unwrap_or(name);
    let protocols = schema.items.iter().filter_map(|item| match item {
        Item::Protocol(protocol) => Some(protocol),
        Item::Struct(_)
        | Item::Scalar(_)
        | Item::Union(_)
        | Item::Flags(_)
        | Item::Alias(_)
        | Item::Const(_) => None,
    });
    let wanted = u128::from_be_bytes(offered.fingerprint.0);
    protocols
        .filter(|protocol| protocol.name.text == own)
        .any(|protocol| fingerprint::protocol(schema, protocol) == Some(wanted))
}

fn between(old: &Schema, new: &Schema) -> Vec<Change> {
    let mut changes = evolve::compare(old, new);
    changes.sort_by_key(|change| Reverse(change.rule.level));
    changes
        .into_iter()
        .map(|change| Change {
            rule: change.rule.id.to_string(),
            effect: match change.rule.level {
                Level::Note => Effect::Fine,
                Level::Warning => Effect::Warning,
                Level::Break => Effect::Break,
            },
            message: match change.path.as_str() {
                "" => change.message,
                path => format!("{path}: {}", change.message),
            },
        })
        .collect()
}

fn parsed(text: &str) -> Option<Schema> {
    let mut map = SourceMap::new();
    let file = map.add(String::new(), text.to_owned());
    let compiled = text::compile(&mut map, file);
    (!compiled.has_errors()).then_some(compiled.schema)
}
