//! The peers, each by the quickest of its documented ways that reuses what it can.
//!
//! Where a peer can write into a slice, the slice is made once with the right size, as in the
//! public benchmark. Every way is checked to give the original before it is measured.

use std::fmt::Debug;
use std::hint::black_box;

use anyhow::{Result, ensure};
use serde::Serialize;

use super::contestant::{Contestant, Metric, Peer};
use super::memory::keep;

/// Whether a borrowing value equals an owned one: they have the same fields, so they have the
/// same JSON.
fn same<T: Serialize, B: Serialize>(owned: &T, borrowed: &B) -> Result<bool> {
    Ok(serde_json::to_vec(owned)? == serde_json::to_vec(borrowed)?)
}

/// wincode with its defaults, but that a list may be larger than 4 MiB, for the mesh is.
mod win {
    use wincode::config::Configuration;
    pub use wincode::config::{deserialize, serialize, serialize_into};

    const LIST_BYTES_MAX: usize = 64 << 20;
    pub type Config = Configuration<true, LIST_BYTES_MAX>;
    pub const CONFIG: Config = Configuration::default().with_preallocation_size_limit();

    pub trait Write: wincode::SchemaWrite<Config, Src = Self> {}
    impl<T: wincode::SchemaWrite<Config, Src = T>> Write for T {}

    pub trait Read<'a>: wincode::SchemaRead<'a, Config, Dst = Self> {}
    impl<'a, T: wincode::SchemaRead<'a, Config, Dst = T>> Read<'a> for T {}
}

pub fn wincode<T>(value: &'static T) -> Result<Contestant>
where
    T: win::Write + for<'a> win::Read<'a> + Debug + PartialEq + Sync,
{
    let bytes: &'static [u8] = win::serialize(value, win::CONFIG)?.leak();
    let read: T = win::deserialize(bytes, win::CONFIG)?;
    ensure!(read == *value, "wincode gives another value");

    let mut out = vec![0; bytes.len()];
    let mut contestant = Contestant::new(Peer::Wincode, bytes.len());
    contestant.run(Metric::Serialize, move || {
        win::serialize_into(out.as_mut_slice(), black_box(value), win::CONFIG).expect("fits");
        black_box(out.as_slice());
    });
    contestant.run(Metric::Deserialize, move || {
        let read: T = win::deserialize(black_box(bytes), win::CONFIG).expect("is valid");
        black_box(read);
    });
    Ok(contestant)
}

pub fn wincode_borrow<T, B>(value: &'static T, contestant: &mut Contestant) -> Result<()>
where
    T: win::Write + Serialize,
    B: win::Read<'static> + Serialize,
{
    let bytes: &'static [u8] = win::serialize(value, win::CONFIG)?.leak();
    let read: B = win::deserialize(bytes, win::CONFIG)?;
    ensure!(same(value, &read)?, "wincode borrows another value");
    contestant.run(Metric::Borrow, move || {
        let read: B = win::deserialize(black_box(bytes), win::CONFIG).expect("is valid");
        black_box(read);
    });
    Ok(())
}

mod archive {
    pub use rkyv::api::high::{HighDeserializer, HighSerializer, HighValidator};
    pub use rkyv::bytecheck::CheckBytes;
    pub use rkyv::rancor::Failure;
    pub use rkyv::ser::allocator::ArenaHandle;
    pub use rkyv::util::AlignedVec;

    pub type Serializer<'a> = HighSerializer<AlignedVec, ArenaHandle<'a>, Failure>;
}

pub fn rkyv<T>(value: &'static T) -> Result<Contestant>
where
    T: rkyv::Archive + for<'a> rkyv::Serialize<archive::Serializer<'a>> + Debug + PartialEq + Sync,
    T::Archived: for<'a> archive::CheckBytes<archive::HighValidator<'a, archive::Failure>>
        + rkyv::Deserialize<T, archive::HighDeserializer<archive::Failure>>,
{
    use archive::{AlignedVec, Failure};
    use rkyv::api::high::to_bytes_in;

    let bytes: &'static AlignedVec = Box::leak(Box::new(rkyv::to_bytes::<Failure>(value)?));
    ensure!(rkyv::from_bytes::<T, Failure>(bytes)? == *value, "rkyv gives another value");

    let mut out = AlignedVec::with_capacity(bytes.len());
    let mut contestant = Contestant::new(Peer::Rkyv, bytes.len());
    contestant.run(Metric::Serialize, move || {
        let mut buffer = std::mem::take(&mut out);
        buffer.clear();
        out = to_bytes_in::<_, Failure>(black_box(value), buffer).expect("fits");
        black_box(out.as_slice());
    });
    contestant.run(Metric::Deserialize, move || {
        black_box(rkyv::from_bytes::<T, Failure>(black_box(bytes)).expect("is valid"));
    });
    contestant.run(Metric::Access, move || {
        black_box(rkyv::access::<T::Archived, Failure>(black_box(bytes)).expect("is valid"));
    });
    Ok(contestant)
}

pub fn bitcode<T>(value: &'static T) -> Result<Contestant>
where
    T: bitcode::Encode + bitcode::DecodeOwned + Debug + PartialEq + Sync,
{
    let bytes: &'static [u8] = bitcode::encode(value).leak();
    ensure!(bitcode::decode::<T>(bytes)? == *value, "bitcode gives another value");

    let (mut encoder, mut decoder) = (bitcode::Buffer::new(), bitcode::Buffer::new());
    let mut contestant = Contestant::new(Peer::Bitcode, bytes.len());
    contestant.run(Metric::Serialize, move || {
        black_box(encoder.encode(black_box(value)));
    });
    contestant.run(Metric::Deserialize, move || {
        black_box(decoder.decode::<T>(black_box(bytes)).expect("is valid"));
    });
    Ok(contestant)
}

pub fn bitcode_borrow<T, B>(value: &'static T, contestant: &mut Contestant) -> Result<()>
where
    T: bitcode::Encode + Serialize,
    B: bitcode::Decode<'static> + Serialize,
{
    let bytes: &'static [u8] = bitcode::encode(value).leak();
    ensure!(same(value, &bitcode::decode::<B>(bytes)?)?, "bitcode borrows another value");
    let mut decoder = bitcode::Buffer::new();
    contestant.run(Metric::Borrow, move || {
        black_box(decoder.decode::<B>(black_box(bytes)).expect("is valid"));
    });
    Ok(())
}

pub fn speedy<T>(value: &'static T) -> Result<Contestant>
where
    T: speedy::Writable<speedy::LittleEndian>
        + for<'a> speedy::Readable<'a, speedy::LittleEndian>
        + Debug
        + PartialEq
        + Sync,
{
    let bytes: &'static [u8] = value.write_to_vec()?.leak();
    ensure!(T::read_from_buffer(bytes)? == *value, "speedy gives another value");

    let mut out = vec![0; bytes.len()];
    let mut contestant = Contestant::new(Peer::Speedy, bytes.len());
    contestant.run(Metric::Serialize, move || {
        black_box(value).write_to_buffer(&mut out).expect("fits");
        black_box(out.as_slice());
    });
    contestant.run(Metric::Deserialize, move || {
        black_box(T::read_from_buffer(black_box(bytes)).expect("is valid"));
    });
    Ok(contestant)
}

pub fn speedy_borrow<T, B>(value: &'static T, contestant: &mut Contestant) -> Result<()>
where
    T: speedy::Writable<speedy::LittleEndian> + Serialize,
    B: speedy::Readable<'static, speedy::LittleEndian> + Serialize,
{
    let bytes: &'static [u8] = value.write_to_vec()?.leak();
    ensure!(same(value, &B::read_from_buffer(bytes)?)?, "speedy borrows another value");
    contestant.run(Metric::Borrow, move || {
        black_box(B::read_from_buffer(black_box(bytes)).expect("is valid"));
    });
    Ok(())
}

pub fn bincode<T>(value: &'static T) -> Result<Contestant>
where
    T: bincode::Encode + bincode::Decode<()> + Debug + PartialEq + Sync,
{
    use bincode::config::standard;

    let bytes: &'static [u8] = bincode::encode_to_vec(value, standard())?.leak();
    let (read, _) = bincode::decode_from_slice::<T, _>(bytes, standard())?;
    ensure!(read == *value, "bincode gives another value");

    let mut out = vec![0; bytes.len()];
    let mut contestant = Contestant::new(Peer::Bincode, bytes.len());
    contestant.run(Metric::Serialize, move || {
        bincode::encode_into_slice(black_box(value), &mut out, standard()).expect("fits");
        black_box(out.as_slice());
    });
    contestant.run(Metric::Deserialize, move || {
        let read = bincode::decode_from_slice::<T, _>(black_box(bytes), standard());
        black_box(read.expect("is valid"));
    });
    Ok(contestant)
}

pub fn bincode_borrow<T, B>(value: &'static T, contestant: &mut Contestant) -> Result<()>
where
    T: bincode::Encode + Serialize,
    B: bincode::BorrowDecode<'static, ()> + Serialize,
{
    use bincode::config::standard;

    let bytes: &'static [u8] = bincode::encode_to_vec(value, standard())?.leak();
    let (read, _) = bincode::borrow_decode_from_slice::<B, _>(bytes, standard())?;
    ensure!(same(value, &read)?, "bincode borrows another value");
    contestant.run(Metric::Borrow, move || {
        let read = bincode::borrow_decode_from_slice::<B, _>(black_box(bytes), standard());
        black_box(read.expect("is valid"));
    });
    Ok(())
}

pub fn postcard<T>(value: &'static T) -> Result<Contestant>
where
    T: Serialize + serde::de::DeserializeOwned + Debug + PartialEq + Sync,
{
    let bytes: &'static [u8] = postcard::to_allocvec(value)?.leak();
    ensure!(postcard::from_bytes::<T>(bytes)? == *value, "postcard gives another value");

    let mut out = vec![0; bytes.len()];
    let mut contestant = Contestant::new(Peer::Postcard, bytes.len());
    contestant.run(Metric::Serialize, move || {
        postcard::to_slice(black_box(value), &mut out).expect("fits");
        black_box(out.as_slice());
    });
    contestant.run(Metric::Deserialize, move || {
        black_box(postcard::from_bytes::<T>(black_box(bytes)).expect("is valid"));
    });
    Ok(contestant)
}

pub fn postcard_borrow<T, B>(value: &'static T, contestant: &mut Contestant) -> Result<()>
where
    T: Serialize,
    B: Serialize + serde::Deserialize<'static>,
{
    let bytes: &'static [u8] = postcard::to_allocvec(value)?.leak();
    ensure!(same(value, &postcard::from_bytes::<B>(bytes)?)?, "postcard borrows another value");
    contestant.run(Metric::Borrow, move || {
        black_box(postcard::from_bytes::<B>(black_box(bytes)).expect("is valid"));
    });
    Ok(())
}

pub fn bilrost<T>(value: &'static T) -> Result<Contestant>
where
    T: bilrost::OwnedMessage + Debug + PartialEq + Sync,
{
    let bytes: &'static [u8] = value.encode_to_vec().leak();
    ensure!(T::decode(bytes)? == *value, "bilrost gives another value");

    let mut out = Vec::with_capacity(bytes.len());
    let mut contestant = Contestant::new(Peer::Bilrost, bytes.len());
    contestant.run(Metric::Serialize, move || {
        out.clear();
        black_box(value).encode(&mut out).expect("a vector grows");
        black_box(out.as_slice());
    });
    contestant.run(Metric::Deserialize, move || {
        black_box(T::decode(black_box(bytes)).expect("is valid"));
    });
    Ok(contestant)
}

pub fn bilrost_borrow<T, B>(value: &'static T, contestant: &mut Contestant) -> Result<()>
where
    T: bilrost::Message + Serialize,
    B: bilrost::BorrowedMessage<'static> + Serialize,
{
    let bytes: &'static [u8] = value.encode_to_vec().leak();
    ensure!(same(value, &B::decode_borrowed(bytes)?)?, "bilrost borrows another value");
    contestant.run(Metric::Borrow, move || {
        black_box(B::decode_borrowed(black_box(bytes)).expect("is valid"));
    });
    Ok(())
}

/// The message `P` is made from the original beforehand; that is not measured.
pub fn prost<T, P>(value: &'static T) -> Result<Contestant>
where
    T: Serialize,
    P: prost::Message + Clone + Default + PartialEq + serde::de::DeserializeOwned + 'static,
{
    let value: &'static P = keep(serde_json::from_value(serde_json::to_value(value)?)?)?;
    let bytes: &'static [u8] = value.encode_to_vec().leak();
    ensure!(P::decode(bytes)? == *value, "prost gives another value");

    let mut out = Vec::with_capacity(bytes.len());
    let mut contestant = Contestant::new(Peer::Prost, bytes.len());
    contestant.run(Metric::Serialize, move || {
        out.clear();
        black_box(value).encode(&mut out).expect("a vector grows");
        black_box(out.as_slice());
    });
    contestant.run(Metric::Deserialize, move || {
        black_box(P::decode(black_box(bytes)).expect("is valid"));
    });
    Ok(contestant)
}

/// FlatBuffers. `read` makes an owned value; a lazy reader that checks nothing before a getter is
/// called is no validated access, so there is none.
pub fn planus<T, P>(
    value: &'static T,
    read: fn(&'static [u8]) -> planus::Result<P>,
) -> Result<Contestant>
where
    T: Serialize,
    P: planus::WriteAsOffset<P>
        + Clone
        + PartialEq
        + Send
        + Sync
        + serde::de::DeserializeOwned
        + 'static,
{
    let value: &'static P = keep(serde_json::from_value(serde_json::to_value(value)?)?)?;
    let mut builder = planus::Builder::new();
    let bytes: &'static [u8] = builder.finish(value, None).to_vec().leak();
    ensure!(read(bytes)? == *value, "planus gives another value");

    let mut contestant = Contestant::new(Peer::Planus, bytes.len());
    contestant.run(Metric::Serialize, move || {
        builder.clear();
        black_box(builder.finish(black_box(value), None));
    });
    contestant.run(Metric::Deserialize, move || {
        black_box(read(black_box(bytes)).expect("is valid"));
    });
    Ok(contestant)
}

pub fn serde_json<T>(value: &'static T) -> Result<Contestant>
where
    T: Serialize + serde::de::DeserializeOwned + Debug + PartialEq + Sync,
{
    let bytes: &'static [u8] = serde_json::to_vec(value)?.leak();
    ensure!(serde_json::from_slice::<T>(bytes)? == *value, "serde_json gives another value");

    let mut out = Vec::with_capacity(bytes.len());
    let mut contestant = Contestant::new(Peer::SerdeJson, bytes.len());
    contestant.run(Metric::Serialize, move || {
        out.clear();
        serde_json::to_writer(&mut out, black_box(value)).expect("a vector grows");
        black_box(out.as_slice());
    });
    contestant.run(Metric::Deserialize, move || {
        black_box(serde_json::from_slice::<T>(black_box(bytes)).expect("is valid"));
    });
    Ok(contestant)
}
