//! Commands on calls of the peer, and on streams of calls of either side.

#[cfg(feature = "net")]
use std::collections::VecDeque;

use super::event::{ItemRefused, Unanswered};
use super::{CallId, Session};
use crate::error::Fault;
use crate::metadata::Metadata;
use crate::wire::EncodeError;

impl Session {
    /// Answers a call of the peer.
    ///
    /// # Errors
    ///
    /// [`Unanswered`] says what the peer got instead.
    pub fn reply(
        &mut self,
        call: CallId,
        encode: impl FnOnce(&mut Vec<u8>) -> Result<(), EncodeError>,
    ) -> Result<(), Unanswered> {
        let (open, core) = self.open().ok_or(Unanswered::NotOpen)?;
        open.reply(core, call, None, encode)
    }

    /// Answers a call of the peer with the typed error of its message.
    ///
    /// # Errors
    ///
    /// [`Unanswered`] says what the peer got instead.
    pub fn reply_error(
        &mut self,
        call: CallId,
        encode: impl FnOnce(&mut Vec<u8>) -> Result<(), EncodeError>,
    ) -> Result<(), Unanswered> {
        let (open, core) = self.open().ok_or(Unanswered::NotOpen)?;
        open.reply_error(core, call, encode)
    }

    /// Answers a call of the peer with a fault.
    ///
    /// # Errors
    ///
    /// [`Unanswered::NotOpen`].
    pub fn fail(&mut self, call: CallId, fault: &Fault) -> Result<(), Unanswered> {
        let (open, core) = self.open().ok_or(Unanswered::NotOpen)?;
        open.fail(core, call, fault)
    }

    /// Answers a call of the peer, and sends `metadata` along.
    ///
    /// # Errors
    ///
    /// [`Unanswered`] says what the peer got instead.
    pub fn reply_with(
        &mut self,
        call: CallId,
        metadata: &Metadata,
        encode: impl FnOnce(&mut Vec<u8>) -> Result<(), EncodeError>,
    ) -> Result<(), Unanswered> {
        let (open, core) = self.open().ok_or(Unanswered::NotOpen)?;
        open.reply(core, call, Some(metadata), encode)
    }

    /// Answers a call of the peer with a stream, whose items follow.
    ///
    /// # Errors
    ///
    /// [`Unanswered::NotOpen`], or [`Unanswered::Shape`] if the answer to this message is no
    /// stream.
    pub fn open_stream(&mut self, call: CallId) -> Result<(), Unanswered> {
        let (open, core) = self.open().ok_or(Unanswered::NotOpen)?;
        open.open_stream(core, call)
    }

    /// Sends an item of this side's stream of a call, of either side.
    ///
    /// # Errors
    ///
    /// Why it was not sent. Nothing was written.
    pub fn item(
        &mut self,
        call: CallId,
        encode: impl FnOnce(&mut Vec<u8>) -> Result<(), EncodeError>,
    ) -> Result<(), ItemRefused> {
        let (open, core) = self.open().ok_or(ItemRefused::NotOpen)?;
        open.item(core, call, encode)
    }

    /// Takes values off the front and sends them as items, as long as less than `room` octets wait.
    #[cfg(feature = "net")]
    pub(crate) fn items<T>(
        &mut self,
        call: CallId,
        values: &mut VecDeque<T>,
        room: usize,
        encode: impl Fn(&T, &mut Vec<u8>) -> Result<(), EncodeError>,
    ) -> Result<(), ItemRefused> {
        let (open, core) = self.open().ok_or(ItemRefused::NotOpen)?;
        open.items(core, call, (values, room), encode)
    }

    /// Ends this side's stream of a call, of either side.
    ///
    /// # Errors
    ///
    /// [`Unanswered::NotOpen`] if there is no such stream.
    pub fn end(&mut self, call: CallId) -> Result<(), Unanswered> {
        let (open, core) = self.open().ok_or(Unanswered::NotOpen)?;
        open.end_stream(core, call)
    }
}
