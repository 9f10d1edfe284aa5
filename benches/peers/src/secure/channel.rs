//! One direction of an encrypted stream: records of a length in front (two bytes; TLS has five),
//! ciphertext and tag. Whoever can, works in place.

use anyhow::{Context, Result, bail, ensure};
use bytes::{Buf, BytesMut};
use network_protocol::noise::{self, Opener, Pattern, Sealer};
use rustls::{ClientConnection, ServerConnection};
use std::io::{Read, Write};

use super::handshake::{self, Keys};
use super::subject::Peer;
use super::tls::{self, Proof, Tls};

/// The most text of a record.
pub const RECORD_TEXT: usize = 16_384;
/// What a record has behind its text.
const TAG: usize = 16;
/// What a record has in front of its text, but for TLS.
pub const LENGTH: usize = 2;

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Cipher {
    AesGcm,
    ChaChaPoly,
}

impl Cipher {
    fn ours(self) -> noise::Suite {
        match self {
            Self::AesGcm => noise::Suite::AesGcm,
            Self::ChaChaPoly => noise::Suite::ChaChaPoly,
        }
    }
}

/// The sending end.
pub trait Seal: Send {
    /// Makes a record of what `buf` has behind `from` and room for a length: text of at most
    /// [`RECORD_TEXT`] bytes.
    fn seal_behind(&mut self, buf: &mut Vec<u8>, from: usize) -> Result<()>;

    /// Appends `text` as a record.
    fn seal(&mut self, text: &[u8], out: &mut Vec<u8>) -> Result<()> {
        let from = out.len();
        out.extend_from_slice(&[0; LENGTH]);
        out.extend_from_slice(text);
        self.seal_behind(out, from)
    }
}

/// The receiving end.
pub trait Open: Send {
    /// Opens a whole record; its text is in place or elsewhere.
    fn open<'a>(&'a mut self, record: &'a mut [u8]) -> Result<&'a [u8]>;

    /// Opens a whole record behind what `text` has already. In place, so that nothing is copied
    /// unless there is something.
    fn open_behind(&mut self, mut record: BytesMut, text: &mut BytesMut) -> Result<()> {
        let len = self.open(&mut record)?.len();
        record.advance(LENGTH);
        record.truncate(len);
        if text.is_empty() {
            *text = record;
        } else {
            text.extend_from_slice(&record);
        }
        Ok(())
    }
}

/// Both ends of a direction.
pub type Channel = (Box<dyn Seal>, Box<dyn Open>);

/// Two directions: one to the server, one to the client.
pub fn pair(peer: Peer, cipher: Cipher) -> Result<(Channel, Channel)> {
    fn boxed(seal: impl Seal + 'static, open: impl Open + 'static) -> Channel {
        (Box::new(seal), Box::new(open))
    }
    let keys = Keys::new()?;
    Ok(match peer {
        Peer::Ours => {
            let (client, server) = handshake::channel(Pattern::Nn, cipher.ours(), &keys)?;
            (boxed(client.sealer, server.opener), boxed(server.sealer, client.opener))
        }
        Peer::Snow | Peer::SnowRing => {
            let suite = match cipher {
                Cipher::AesGcm => "AESGCM",
                Cipher::ChaChaPoly => "ChaChaPoly",
            };
            let params = format!("Noise_NN_25519_{suite}_SHA256").parse()?;
            let new = || handshake::snow_channel(peer, Pattern::Nn, &params, &keys);
            let ((a, b), (c, d)) = (new()?, new()?);
            (boxed(Snow::new(a), Snow::new(b)), boxed(Snow::new(c), Snow::new(d)))
        }
        Peer::Ring => {
            let new = || ring::Keyed::new(cipher, &keys.secret);
            (boxed(new()?, new()?), boxed(new()?, new()?))
        }
        Peer::AwsLcRs => {
            let new = || aws_lc_rs::Keyed::new(cipher, &keys.secret);
            (boxed(new()?, new()?), boxed(new()?, new()?))
        }
        Peer::Rustls => {
            let suite = match cipher {
                Cipher::AesGcm => tls::AES,
                Cipher::ChaChaPoly => tls::CHACHA,
            };
            let tls = Tls::new(peer, suite, Proof::Server)?;
            let ((a, b), (c, d)) = (tls.connect()?, tls.connect()?);
            (boxed(a, TlsEnd::new(b)), boxed(c, TlsEnd::new(d)))
        }
        Peer::Clear => (boxed(Clear, Clear), boxed(Clear, Clear)),
        _ => bail!("{peer} has no records"),
    })
}

/// Both ends of one process, sealed by the cipher that ours uses, with the key that the other
/// process has too.
pub fn keyed(key: &[u8; 32]) -> Result<Channel> {
    let new = || aws_lc_rs::Keyed::new(Cipher::AesGcm, key);
    Ok((Box::new(new()?), Box::new(new()?)))
}

impl Seal for Sealer {
    fn seal_behind(&mut self, buf: &mut Vec<u8>, from: usize) -> Result<()> {
        Ok(self.seal_reserved(buf, from)?)
    }
}

impl Open for Opener {
    fn open<'a>(&'a mut self, record: &'a mut [u8]) -> Result<&'a [u8]> {
        let (header, record) = record.split_first_chunk_mut().context("no header")?;
        ensure!(self.record_len(*header)? == record.len(), "another length");
        let len = Self::open(self, record)?;
        record.get(..len).context("no text")
    }
}

struct Snow {
    state: snow::TransportState,
    text: Vec<u8>,
}

impl Snow {
    fn new(state: snow::TransportState) -> Self {
        Self { state, text: vec![0; RECORD_TEXT + TAG] }
    }
}

/// Snow writes to where nothing is yet, so what lies in place is copied afterwards.
impl Seal for Snow {
    fn seal_behind(&mut self, buf: &mut Vec<u8>, from: usize) -> Result<()> {
        let text = buf.get(from + LENGTH..).context("no room for a length")?;
        let len = self.state.write_message(text, &mut self.text)?;
        buf.truncate(from);
        buf.extend_from_slice(&u16::try_from(len)?.to_be_bytes());
        buf.extend_from_slice(self.text.get(..len).context("no record")?);
        Ok(())
    }

    fn seal(&mut self, text: &[u8], out: &mut Vec<u8>) -> Result<()> {
        out.extend_from_slice(&u16::try_from(text.len() + TAG)?.to_be_bytes());
        let start = out.len();
        out.resize(start + text.len() + TAG, 0);
        let len = self.state.write_message(text, out.get_mut(start..).context("no room")?)?;
        ensure!(start + len == out.len(), "another length");
        Ok(())
    }
}

impl Open for Snow {
    fn open<'a>(&'a mut self, record: &'a mut [u8]) -> Result<&'a [u8]> {
        let len = self.state.read_message(body(record)?, &mut self.text)?;
        self.text.get(..len).context("no text")
    }

    fn open_behind(&mut self, mut record: BytesMut, text: &mut BytesMut) -> Result<()> {
        let start = text.len();
        text.resize(start + record.len(), 0);
        let place = text.get_mut(start..).context("no room")?;
        let len = self.state.read_message(body(&mut record)?, place)?;
        text.truncate(start + len);
        Ok(())
    }
}

/// Text that lies in place behind room for the length of its record, which is filled in.
fn text(buf: &mut [u8], from: usize, tag: usize) -> Result<&mut [u8]> {
    let record = buf.get_mut(from..).context("no record")?;
    let (length, text) = record.split_first_chunk_mut::<LENGTH>().context("no room")?;
    *length = u16::try_from(text.len() + tag)?.to_be_bytes();
    Ok(text)
}

/// A record without its length.
fn body(record: &mut [u8]) -> Result<&mut [u8]> {
    let (header, body) = record.split_first_chunk_mut::<LENGTH>().context("no header")?;
    ensure!(usize::from(u16::from_be_bytes(*header)) == body.len(), "another length");
    Ok(body)
}

/// The ciphers of two libraries with the same interface, used by hand: a counter as nonce.
macro_rules! alone {
    ($library:ident) => {
        mod $library {
            use ::$library::aead::{
                AES_256_GCM, Aad, CHACHA20_POLY1305, LessSafeKey, Nonce, UnboundKey,
            };
            use anyhow::{Result, anyhow};

            use super::{Cipher, Open, Seal, TAG, body, text};

            pub struct Keyed {
                key: LessSafeKey,
                counter: u64,
            }

            impl Keyed {
                pub fn new(cipher: Cipher, key: &[u8; 32]) -> Result<Self> {
                    let algorithm = match cipher {
                        Cipher::AesGcm => &AES_256_GCM,
                        Cipher::ChaChaPoly => &CHACHA20_POLY1305,
                    };
                    let key = UnboundKey::new(algorithm, key).map_err(|_| anyhow!("no key"))?;
                    Ok(Self { key: LessSafeKey::new(key), counter: 0 })
                }

                fn nonce(&mut self) -> Nonce {
                    let [a, b, c, d, e, f, g, h] = self.counter.to_be_bytes();
                    self.counter += 1;
                    Nonce::assume_unique_for_key([0, 0, 0, 0, a, b, c, d, e, f, g, h])
                }
            }

            impl Seal for Keyed {
                fn seal_behind(&mut self, buf: &mut Vec<u8>, from: usize) -> Result<()> {
                    let (nonce, text) = (self.nonce(), text(buf, from, TAG)?);
                    let tag = self.key.seal_in_place_separate_tag(nonce, Aad::empty(), text);
                    buf.extend_from_slice(tag.map_err(|_| anyhow!("not sealed"))?.as_ref());
                    Ok(())
                }
            }

            impl Open for Keyed {
                fn open<'a>(&'a mut self, record: &'a mut [u8]) -> Result<&'a [u8]> {
                    let nonce = self.nonce();
                    let text = self.key.open_in_place(nonce, Aad::empty(), body(record)?);
                    Ok(text.map_err(|_| anyhow!("not opened"))?)
                }
            }
        }
    };
}
alone!(aws_lc_rs);
alone!(ring);

impl Seal for ClientConnection {
    fn seal_behind(&mut self, buf: &mut Vec<u8>, from: usize) -> Result<()> {
        self.writer().write_all(text(buf, from, 0)?)?;
        buf.truncate(from);
        while self.wants_write() {
            self.write_tls(buf)?;
        }
        Ok(())
    }

    fn seal(&mut self, text: &[u8], out: &mut Vec<u8>) -> Result<()> {
        self.writer().write_all(text)?;
        while self.wants_write() {
            self.write_tls(out)?;
        }
        Ok(())
    }
}

struct TlsEnd {
    connection: ServerConnection,
    text: Vec<u8>,
}

impl TlsEnd {
    fn new(connection: ServerConnection) -> Self {
        Self { connection, text: vec![0; RECORD_TEXT] }
    }
}

impl Open for TlsEnd {
    fn open<'a>(&'a mut self, record: &'a mut [u8]) -> Result<&'a [u8]> {
        let mut rest = &*record;
        while !rest.is_empty() {
            self.connection.read_tls(&mut rest)?;
        }
        let state = self.connection.process_new_packets()?;
        let text = self.text.get_mut(..state.plaintext_bytes_to_read()).context("too much")?;
        self.connection.reader().read_exact(text)?;
        Ok(text)
    }
}

struct Clear;

impl Seal for Clear {
    fn seal_behind(&mut self, buf: &mut Vec<u8>, from: usize) -> Result<()> {
        text(buf, from, 0).map(drop)
    }
}

impl Open for Clear {
    fn open<'a>(&'a mut self, record: &'a mut [u8]) -> Result<&'a [u8]> {
        Ok(body(record)?)
    }
}
