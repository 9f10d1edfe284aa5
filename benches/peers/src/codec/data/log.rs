//! `log`: 10,000 lines of a web server's log, mostly short strings.

use rand::Rng;

use super::{any, borrowed, name, owned, owned_but_bilrost, pick};

owned_but_bilrost! {
    #[derive(Copy, Default, Eq)]
    pub struct Address {
        pub x0: u8,
        pub x1: u8,
        pub x2: u8,
        pub x3: u8,
    }
}

/// For bilrost, an address is four bytes and not a message of four numbers; that is smaller and
/// quicker.
mod bilrost_address {
    use bilrost::DecodeErrorKind;
    use bilrost::encoding::{Fixed, General, Proxiable, Proxied};

    use super::Address;

    bilrost::empty_state_via_default!(Address);

    impl Proxiable for Address {
        type Proxy = [u8; 4];

        fn encode_proxy(&self) -> [u8; 4] {
            [self.x0, self.x1, self.x2, self.x3]
        }

        fn decode_proxy(&mut self, [x0, x1, x2, x3]: [u8; 4]) -> Result<(), DecodeErrorKind> {
            *self = Self { x0, x1, x2, x3 };
            Ok(())
        }
    }

    bilrost::delegate_value_encoding!(
        delegate from (General) to (Proxied<Fixed>) for type (Address)
    );
}

macro_rules! define {
    ($kind:ident, [$($life:tt)*], $log:ident, $logs:ident, [$($text:tt)*], [$($borrow:tt)*]) => {
        $kind! {
            pub struct $log $($life)* {
                pub address: Address,
                pub identity: $($text)*,
                pub userid: $($text)*,
                pub date: $($text)*,
                pub request: $($text)*,
                pub code: u16,
                pub size: u64,
            }
        }
        $kind! {
            pub struct $logs $($life)* {
                $($borrow)*
                #[bilrost(encoding(packed))]
                pub logs: Vec<$log $($life)*>,
            }
        }
    };
}

define!(owned, [], Log, Logs, [String], []);
define!(borrowed, [<'a>], LogRef, LogsRef, [&'a str], [#[serde(borrow)]]);

/// All of it.
pub fn generate() -> Logs {
    let mut rng = super::rng();
    Logs { logs: super::several(&mut rng, 10_000..10_001, log) }
}

fn log(rng: &mut impl Rng) -> Log {
    const USERS: [&str; 9] =
        ["-", "alice", "bob", "carmen", "david", "eric", "frank", "george", "harry"];
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    const CODES: [u16; 63] = [
        100, 101, 102, 103, 200, 201, 202, 203, 204, 205, 206, 207, 208, 226, 300, 301, 302, 303,
        304, 305, 306, 307, 308, 400, 401, 402, 403, 404, 405, 406, 407, 408, 409, 410, 411, 412,
        413, 414, 415, 416, 417, 418, 421, 422, 423, 424, 425, 426, 428, 429, 431, 451, 500, 501,
        502, 503, 504, 505, 506, 507, 508, 510, 511,
    ];
    const METHODS: [&str; 5] = ["GET", "POST", "PUT", "UPDATE", "DELETE"];
    const ROUTES: [&str; 7] = [
        "/favicon.ico",
        "/css/index.css",
        "/css/font-awsome.min.css",
        "/img/logo-full.svg",
        "/img/splash.jpg",
        "/api/login",
        "/api/logout",
    ];
    const PROTOCOLS: [&str; 4] = ["HTTP/1.0", "HTTP/1.1", "HTTP/2", "HTTP/3"];

    let (day, month, year) =
        (rng.gen_range(1..=28), pick(rng, &MONTHS), rng.gen_range(1970..=2021));
    let (hour, minute, second) = (rng.gen_range(0..24), rng.gen_range(0..60), rng.gen_range(0..60));
    let zone = rng.gen_range(0..25_usize);
    let sign = if zone < 12 { '-' } else { '+' };
    let date =
        format!("{day}/{month}/{year}:{hour}:{minute}:{second} {sign}{:02}00", zone.abs_diff(12));
    let request =
        format!("{} {} {}", pick(rng, &METHODS), pick(rng, &ROUTES), pick(rng, &PROTOCOLS));
    Log {
        address: Address { x0: octet(rng), x1: octet(rng), x2: octet(rng), x3: octet(rng) },
        identity: "-".into(),
        userid: name(rng, &USERS),
        date,
        request,
        code: pick(rng, &CODES),
        size: rng.gen_range(0..100_000_000),
    }
}

fn octet(rng: &mut impl Rng) -> u8 {
    any(rng)
}
