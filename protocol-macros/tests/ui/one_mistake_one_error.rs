//! What uses a type that was refused is not refused as well.

use std::collections::BTreeMap;

use protocol_macros::{Wire, protocol};
use protocol_runtime::protocol::Protocol;
use protocol_runtime::wire;

#[derive(Wire, Clone, Debug)]
#[np(crate = protocol_runtime)]
pub struct Page {
    #[np(maximum(3))]
    pub text: String,
}

#[derive(Wire, Clone, Copy, Debug)]
#[np(crate = protocol_runtime)]
#[repr(u8)]
pub enum Level {
    Low,
    High,
}

#[derive(Wire, Clone, Debug)]
#[np(crate = protocol_runtime, error)]
pub enum Failure {
    Full,
}

#[derive(Wire, Clone, Debug)]
#[np(crate = protocol_runtime)]
pub struct Borrowed<'a> {
    pub text: &'a str,
}

#[derive(Wire, Clone, Debug)]
#[np(crate = protocol_runtime)]
pub struct Generic<T> {
    pub value: T,
}

#[derive(Wire, Clone, Debug)]
#[np(crate = protocol_runtime)]
pub struct Tuple(u32);

#[derive(Wire, Clone, Debug)]
#[np(crate = protocol_runtime)]
pub struct Uses {
    pub one: Page,
    pub many: Vec<Page>,
    #[np(default = Level::High)]
    pub level: Level,
    pub levels: BTreeMap<u8, Level>,
    pub borrowed: Borrowed<'static>,
    pub generic: [Generic<u32>; 3],
    pub tuple: Option<Tuple>,
}

#[protocol(crate = protocol_runtime)]
#[derive(Clone, Debug)]
pub enum Book {
    #[np(reply = Result<Page, Failure>)]
    Turn { to: Level, from: Tuple },
    Close(Page),
}

#[protocol(crate = protocol_runtime)]
#[derive(Clone, Debug)]
pub enum Refused {
    #[np(idempotents)]
    Say { text: String },
    Close(Page),
}

fn uses(failure: Failure, page: &Page) -> Box<dyn std::error::Error> {
    let _ = wire::encode(page);
    let _ = wire::view::<Page>(&[]);
    let _ = (Refused::NAME, Refused::schema(), Refused::Say { text: String::new() }.number());
    Box::new(failure)
}

fn main() {}
