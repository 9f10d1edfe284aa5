//! Frames out of what was read: the records are opened on the way, if there are any.

use bytes::{Buf, Bytes, BytesMut};

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
}

impl Incoming {
    /// Out of records.
    pub(super) fn sealed(opener: Opener) -> Self {
        Self::Sealed(Box::new(Sealed { opener, text: BytesMut::new() }))
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
            if !open_record(&mut sealed.opener, bytes, &mut sealed.text)? {
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
    let little = text.get(..len).map(Bytes::copy_from_slice).unwrap_or_default();
    text.advance(len);
    little
}

/// Opens the next record behind `text`; false if it is not all there yet.
fn open_record(
    opener: &mut Opener,
    bytes: &mut BytesMut,
    text: &mut BytesMut,
) -> Result<bool, Error> {
    if text.is_empty() {
        // Lets go of the memory of the last record, so that it can be read into again.
        *text = BytesMut::new();
    }
    let Some(header) = prefix::<RECORD_HEADER>(bytes) else { return Ok(false) };
    let len = opener.record_len(header).map_err(Error::Record)?;
    let whole = len.saturating_add(RECORD_HEADER);
    if bytes.len() < whole {
        return Ok(false);
    }
    let mut record = bytes.split_to(whole);
    record.advance(RECORD_HEADER);
    let len = opener.open(&mut record).map_err(Error::Record)?;
    record.truncate(len);
    if text.is_empty() {
        *text = record;
    } else {
        text.extend_from_slice(&record);
    }
    Ok(true)
}
