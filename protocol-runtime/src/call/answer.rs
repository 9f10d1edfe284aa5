//! What calls are answered with, and how that is read.

use bytes::Bytes;

use crate::connection::Connection;
use crate::driver::{Incoming, Of};
use crate::session::CallId;
use crate::types::Stream;
use crate::wire::{AppError, DecodeError, DecodeErrorKind, Root, decode_root};

/// What a call may be answered with: any [`Root`], or a [`Stream`].
pub trait Answer: Sized + 'static {
    /// Whether it is a stream.
    #[doc(hidden)]
    const STREAM: bool;

    /// Reads a reply.
    ///
    /// # Errors
    ///
    /// Whatever rule the bytes break; `NoValue` for an answer of the other kind.
    #[doc(hidden)]
    fn read(reply: Reply<'_>) -> Result<Self, DecodeError>;
}

/// A reply, for whoever waits for it.
#[derive(Debug)]
pub struct Reply<'a> {
    /// `None` if it is a stream.
    pub(super) body: Option<Bytes>,
    pub(super) connection: &'a Connection,
    pub(super) call: CallId,
    pub(super) protocol: u8,
}

impl<T: Root> Answer for T {
    const STREAM: bool = false;

    fn read(reply: Reply<'_>) -> Result<Self, DecodeError> {
        let options = reply.connection.shared().decode_options(reply.protocol);
        match &reply.body {
            Some(body) => decode_root(body, &options),
            None => {
                reply.connection.shared().give_up(reply.call);
                Err(DecodeErrorKind::NoValue.into())
            }
        }
    }
}

impl<T: Root + Send, E: AppError + Send> Answer for Stream<T, E> {
    const STREAM: bool = true;

    fn read(reply: Reply<'_>) -> Result<Self, DecodeError> {
        if reply.body.is_some() {
            return Err(DecodeErrorKind::NoValue.into());
        }
        let of = Of::Ours(reply.connection.clone());
        Ok(Self::received(Incoming::new(of, reply.call, reply.protocol)))
    }
}
