//! Protocols and their messages.

use super::compare::{At, Compare, Side};
use super::entries::{Kind, Slot, Slots, is_moved};
use super::fields::Frame;
use super::items::body;
use super::rules::{
    ERROR_CHANGED, FROM_CHANGED, IDEMPOTENT_DROPPED, MESSAGE_ADDED, MESSAGE_REMOVED,
    MESSAGE_RENAMED, MIN_RAISED, REPLY_ADDED_OR_REMOVED, REPLY_CHANGED, VERSION_LOWERED,
};
use super::same::text;
use crate::ir::{self, Field, Item, Message, Payload, Protocol, Reply};

impl<'a> Compare<'a> {
    pub(super) fn protocol(&mut self, at: &At<'a>, was: &'a Protocol, is: &'a Protocol) {
        if is.version < was.version {
            let message = format!("its version is {}, was {}", is.version, was.version);
            self.report(at, &VERSION_LOWERED, message);
        }
        if is.min > was.min {
            let message =
                format!("it serves versions from {}, and served those from {}", is.min, was.min);
            self.report(at, &MIN_RAISED, message);
        }
        let slots = |item: &'a Protocol| {
            let slot = |message: &'a Message| Slot {
                number: message.number.value,
                name: &message.name,
                meta: &message.meta,
            };
            Slots::new(item.messages.iter().map(slot).collect(), &item.removed)
        };
        let kind = Kind {
            what: "message",
            added: &MESSAGE_ADDED,
            removed: &MESSAGE_REMOVED,
            renamed: &MESSAGE_RENAMED,
            keeps_room: false,
        };
        self.numbers(at, kind, &slots(was), &slots(is));
        for after in &is.messages {
            let same = |before: &&'a Message| before.number.value == after.number.value;
            let entry = |message: &'a Message| (message.name.text.as_str(), message.number.value);
            let moved = |before: &'a Message| {
                let (old, new) = (was.messages.iter().map(entry), is.messages.iter().map(entry));
                is_moved(old, new, entry(before), entry(after))
            };
            if let Some(before) = was.messages.iter().find(same).filter(|before| !moved(before)) {
                let (old, new) = (Some(before.name.span), Some(after.name.span));
                let at = at.inside(&after.name.text, old, new, Some(&after.meta));
                self.message(&at, before, after);
            }
        }
    }

    fn message(&mut self, at: &At<'a>, was: &'a Message, is: &'a Message) {
        if was.from != is.from {
            let side = |side| match side {
                ir::Side::Client => "the client",
                ir::Side::Server => "the server",
            };
            let message = format!("it comes from {}, came from {}", side(is.from), side(was.from));
            self.report(at, &FROM_CHANGED, message);
        }
        if was.idempotent && !is.idempotent {
            self.report(at, &IDEMPOTENT_DROPPED, "it is no longer `#[idempotent]`");
        }
        if let (Payload::Tuple(was), Payload::Tuple(is)) = (&was.payload, &is.payload) {
            self.field(at, was, is);
        } else {
            let old = root(self.old, &was.payload);
            let new = root(self.new, &is.payload);
            self.fields(at, Frame::Open, &old, &new);
        }
        match (&was.reply, &is.reply) {
            (None, None) => {}
            (Some(was), Some(is)) => self.reply(at, was, is),
            (None, Some(_)) => {
                self.report(at, &REPLY_ADDED_OR_REMOVED, "it is answered, and was one-way");
            }
            (Some(_), None) => {
                self.report(at, &REPLY_ADDED_OR_REMOVED, "it is one-way, and was answered");
            }
        }
    }

    fn reply(&mut self, at: &At<'a>, was: &'a Reply, is: &'a Reply) {
        if !self.types(at, &was.ok, &is.ok) {
            let message = format!("its reply is `{}`, was `{}`", text(&is.ok), text(&was.ok));
            self.report(at, &REPLY_CHANGED, message);
        }
        let message = match (&was.err, &is.err) {
            (None, None) => return,
            (Some(was), Some(is)) if self.types(at, was, is) => return,
            (Some(was), Some(is)) => format!("its error is `{}`, was `{}`", text(is), text(was)),
            (None, Some(is)) => format!("it has an error, `{}`, and had none", text(is)),
            (Some(was), None) => format!("it has no error, and had `{}`", text(was)),
        };
        self.report(at, &ERROR_CHANGED, message);
    }
}

/// The fields of a message as they stand in its frame: those of the struct for `M(Struct)`.
fn root<'a>(side: &Side<'a>, payload: &'a Payload) -> Vec<&'a Field> {
    if let Payload::Tuple(only) = payload
        && let Some(Item::Struct(item)) = side.index.item(&only.ty)
        && !item.fixed
    {
        return item.fields.iter().collect();
    }
    body(payload)
}
