//! The shell over real sockets and memory: calls, and how connections live and end.

mod calls;
mod channel;
mod common;
mod flow;
mod lifecycle;
mod log;
mod monitor;
mod raw;
mod security;
mod streams;
mod trust;
