//! Generated code and what reads by the schema alone, on bytes that are almost right: a fuzzer's
//! first minute, the same in each run. `ROUNDS=1000000` goes on for longer.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test stops at what it does not expect"
)]

#[path = "../../../fuzz/src/corpus.rs"]
pub mod corpus;
#[path = "../../../fuzz/src/input.rs"]
pub mod input;
#[path = "../../../fuzz/src/values.rs"]
pub mod values;

use input::Input;

/// Numbers that look random.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }
}

#[test]
fn both_take_the_same_bytes_for_the_same_value() {
    let rounds = std::env::var("ROUNDS").ok().and_then(|rounds| rounds.parse().ok());
    let seeds = (values::TARGET.seeds)();
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    for round in 0..rounds.unwrap_or(20_000_usize) {
        let (_, seed) = &seeds[round % seeds.len()];
        let (choice, bytes) = seed.split_at(2);
        let mut bytes = bytes.to_vec();
        let changes: Vec<u8> = (0..6).flat_map(|_| dice.roll().to_le_bytes()).collect();
        Input::new(&changes).edit(&mut bytes);
        let exact = dice.roll().to_le_bytes()[0];
        (values::TARGET.run)(&[&[choice[0], exact][..], &bytes].concat());
    }
}
