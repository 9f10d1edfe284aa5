//! The same schema through both doors, and a third opinion: an encoder and a decoder of this test's own,
//! written after `docs/wire.md` and not after the code, over types as data.
//!
//! What is proven here: both doors describe the same types and protocols; they read and write the
//! same bytes, and fail alike; those bytes are the ones of the page, also where one side's schema
//! is older or newer; and the files in `schemas/vectors/` hold nothing else.

mod agree;
mod canonical;
mod decoder;
mod dice;
mod doors;
mod draw;
mod encoder;
mod evolve;
mod exchanges;
mod graph;
mod identity;
mod json;
mod listener;
mod refusals;
mod sessions;
mod text;
mod value;
mod values;
mod vectors;
