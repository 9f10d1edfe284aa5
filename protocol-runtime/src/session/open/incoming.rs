//! Frames out of what was read: the records are opened on the way, if there are any.

use bytes::{Buf, Bytes, BytesMut};

use crate::buffers;
use crate::error::Error;
use crate::frame::decoder::Decoder;
use crate::frame::prefix;
use crate::noise::{Opener, RECORD_HEADER};

/// Frames of so many octets together are copied.
const LITTLE: usize = 1_024;

/// Where frames come from.
pub(super) enum Incoming {
    Clear,
    Sealed(Box<Sealed>),
}

/// Records, apart from what a connection in clear needs.
pub(super) struct Sealed {
    opener: Opener,
    /// Text of records, up to the frame that is incomplete.
    text: BytesMut,
    /// Whether it is where it was read into, among much else.
    apart: bool,
}

impl Incoming {
    /// Out of records.
    pub(super) fn sealed(opener: Opener) -> Self {
        Self::Sealed(Box::new(Sealed { opener, text: BytesMut::new(), apart: true }))
    }

    /// What a frame began with keeps no more memory than it needs: the rest of it may not come for long.
    pub(super) fn rest(&mut self) {
        if let Self::Sealed(sealed) = self
            && !std::mem::replace(&mut sealed.apart, true)
        {
            sealed.text = BytesMut::from(&sealed.text[..]);
        }
    }

    /// Frames that are all there; `None` if there is none.
    pub(super) fn next(
        &mut self,
        decoder: Decoder,
        bytes: &mut BytesMut,
    ) -> Result<Option<Bytes>, Error> {
        loop {
            let text = match self {
                Self::Clear => &mut *bytes,
                Self::Sealed(sealed) => &mut sealed.text,
            };
            let whole = decoder.whole(text);
            if whole > 0 {
                return Ok(Some(taken(text, whole)));
            }
            // What breaks a rule is told before the rest of it comes.
            decoder.head(text)?;
            let Self::Sealed(sealed) = self else { return Ok(None) };
            if !sealed.open_record(bytes)? {
                return Ok(None);
            }
        }
    }
}

/// Takes so many octets off the front. What is little does not keep the large buffer that it was
/// read into.
fn taken(text: &mut BytesMut, len: usize) -> Bytes {
    if len > LITTLE {
        return text.split_to(len).freeze();
    }
    let little = text.get(..len).map(buffers::little).unwrap_or_default();
    text.advance(len);
    little
}

impl Sealed {
    /// Opens the next record behind the text; false if it is not all there yet.
    fn open_record(&mut self, bytes: &mut BytesMut) -> Result<bool, Error> {
        if self.text.is_empty() {
            // Lets go of the memory of the last record, so that it can be read into again.
            (self.text, self.apart) = (BytesMut::new(), true);
        }
        let Some(header) = prefix::<RECORD_HEADER>(bytes) else { return Ok(false) };
        let len = self.opener.record_len(header).map_err(Error::Record)?;
        let whole = len.saturating_add(RECORD_HEADER);
        if bytes.len() < whole {
            return Ok(false);
        }
        let mut record = bytes.split_to(whole);
        record.advance(RECORD_HEADER);
        let len = self.opener.open(&mut record).map_err(Error::Record)?;
        record.truncate(len);
        if self.text.is_empty() {
            (self.text, self.apart) = (record, false);
        } else {
            self.text.extend_from_slice(&record);
        }
        Ok(true)
    }
}
