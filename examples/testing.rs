//! Tests of a protocol of your own: `cargo test --example testing`.
//!
//! What a handler answers, what becomes of a program on a bad network, and that the same seed always gives
//! the same network.
#![expect(clippy::print_stdout, missing_docs, reason = "an example")]

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use network_protocol::{self as np, CallError};

/// An account with a balance.
#[np::protocol(package = "example::bank")]
pub enum Bank {
    #[np(reply = i64)]
    Deposit(u32),
    #[np(reply = Result<i64, Broke>)]
    Withdraw(u32),
}

#[derive(np::Wire, Debug, PartialEq)]
#[np(error)]
pub enum Broke {
    Missing(i64),
    #[np(unknown)]
    Unknown(np::RawVariant),
}

#[derive(Default)]
struct Account(AtomicI64);

impl BankHandler for Account {
    async fn deposit(&self, _: &np::Cx, amount: u32) -> i64 {
        let amount = i64::from(amount);
        self.0.fetch_add(amount, Ordering::SeqCst) + amount
    }

    async fn withdraw(&self, _: &np::Cx, amount: u32) -> Result<i64, Broke> {
        let amount = i64::from(amount);
        let taken = self.0.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |balance| {
            (balance >= amount).then_some(balance - amount)
        });
        taken.map(|before| before - amount).map_err(|balance| Broke::Missing(amount - balance))
    }
}

/// Deposits one by one until the connection is lost. Says how many deposits were answered.
async fn deposit_until_lost(bank: &BankClient) -> i64 {
    let mut answered = 0;
    loop {
        match bank.deposit(1).await {
            Ok(_) => answered += 1,
            Err(CallError::ConnectionLost { .. }) => return answered,
            Err(error) => println!("deposit failed: {error}"),
        }
    }
}

/// A bank behind a network with faults, all of them by one seed.
async fn bank_behind(mut faults: np::testing::Faults) -> np::Result<(np::Server, BankClient)> {
    let (sender, streams) = tokio::sync::mpsc::channel(1);
    let builder = np::server().insecure_plain().add::<Bank, _>(Account::default());
    let server = builder.serve_on("faulty", streams).await?;
    let (near, far) = tokio::io::duplex(64 * 1024);
    sender.try_send(faults.wrap(far)).ok();
    let near = std::sync::Mutex::new(Some(near));
    let client = np::client().insecure_plain().offer::<Bank>();
    let open = move || {
        let stream = near.lock().ok().and_then(|mut near| near.take());
        async move { stream.ok_or(std::io::ErrorKind::ConnectionRefused.into()) }
    };
    let connection = client.open_on("faulty", open).await?;
    Ok((server, connection.client()?))
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> np::Result<()> {
    tokio::time::pause();
    for seed in 1..=5 {
        let faults = np::testing::Faults::new(seed).slices(64);
        let faults = faults.delays(Duration::from_millis(20)).losses(20_000);
        match bank_behind(faults).await {
            Ok((_server, bank)) => {
                println!("seed {seed}: {} deposits answered", deposit_until_lost(&bank).await);
            }
            Err(error) => println!("seed {seed}: not connected: {error}"),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn nobody_withdraws_more_than_there_is() -> np::Result<()> {
        let bank: BankClient = np::testing::client(Account::default()).await?;
        assert_eq!(bank.deposit(10).await, Ok(10));
        assert_eq!(bank.withdraw(4).await, Ok(6));
        let broke = bank.withdraw(7).await;
        assert_eq!(broke, Err(CallError::Application(Broke::Missing(1))));
        Ok(())
    }

    /// The clock is stopped and goes on when all tasks wait: hours pass in no time.
    #[tokio::test(start_paused = true)]
    async fn a_slow_network_in_slices_loses_no_deposit() -> np::Result<()> {
        let faults = np::testing::Faults::new(7).slices(3).delays(Duration::from_millis(200));
        let (_server, bank) = bank_behind(faults).await?;
        for deposit in 1..=10 {
            assert_eq!(bank.deposit(1).await, Ok(deposit));
        }
        Ok(())
    }

    /// No runtime, no task and no waiting: two sessions, and time that passes when it is told to.
    #[test]
    fn a_deposit_that_takes_too_long_is_given_up_at_the_bank_too() {
        use np::Protocol as _;
        use np::session::{CallFailure, CallOptions, Dropped, Event};
        use np::testing::{Pair, Protection, append};

        let mut pair = Pair::of::<Bank>(Protection::Xx);
        let (deposit, mut body) = (Bank::Deposit(10), Vec::new());
        let number = deposit.number();
        deposit.encode(&mut body).unwrap();
        let options = CallOptions::timeout(Some(Duration::from_secs(5)));
        let client = &mut pair.client.session;
        let call = client.call(pair.now, 0, number, options, append(&body)).unwrap();
        pair.settle();
        let came = pair.server.take_events();
        let [Event::Request { body, .. }] = &came[..] else { panic!("{came:?}") };
        let read = Bank::decode(number, body, &np::wire::DecodeOptions::default());
        assert!(matches!(read, Ok(Some(Bank::Deposit(10)))));

        pair.advance(Duration::from_secs(5));
        let error = CallFailure::TimedOut;
        assert_eq!(pair.client.take_events(), [Event::Failed { call, error }]);
        let why = Dropped::DeadlineExceeded;
        assert_eq!(pair.server.take_events(), [Event::Dropped { call, why }]);
    }

    #[tokio::test(start_paused = true)]
    async fn the_same_seed_is_the_same_network() -> np::Result<()> {
        let lost = || np::testing::Faults::new(3).slices(50).losses(60_000);
        let (_one, first) = bank_behind(lost()).await?;
        let (_two, second) = bank_behind(lost()).await?;
        assert_eq!(deposit_until_lost(&first).await, deposit_until_lost(&second).await);
        Ok(())
    }
}
