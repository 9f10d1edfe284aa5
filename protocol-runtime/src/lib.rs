//! What carries a protocol: its encoding, frames, encrypted channel and sessions, and the shell
//! that drives them over a transport.
