//! Declare a binary protocol once; get typed codecs, a typed client and a handler trait; have it
//! carried over an encrypted connection.
//!
//! ```
//! # include_str!("../README.md");
//! ```

#![forbid(unsafe_code)]
