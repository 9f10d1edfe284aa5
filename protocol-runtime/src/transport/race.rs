//! The addresses of one host, tried as RFC 8305 ("happy eyeballs") says: one family after the other,
//! each a moment after the last without giving that one up, and the first that answers is taken.

use std::fmt::Write as _;
use std::future::{Future, poll_fn};
use std::io;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::task::Poll;
use std::time::Duration;

/// How long one address is left to itself before the next is tried as well.
const HEAD_START: Duration = Duration::from_millis(250);

/// An attempt, and where it goes.
type Attempt<F> = (SocketAddr, Pin<Box<F>>);

/// Connects to whichever address answers first. If none does, the error names each with its own.
pub(super) async fn race<T, F>(
    addresses: Vec<SocketAddr>,
    connect: impl Fn(SocketAddr) -> F,
) -> io::Result<T>
where
    F: Future<Output = io::Result<T>>,
{
    let mut waiting = in_turn(addresses).into_iter();
    let mut running: Vec<Attempt<F>> = Vec::new();
    let mut failed: Vec<(SocketAddr, io::Error)> = Vec::new();
    loop {
        let next = waiting.next();
        let more = next.is_some();
        running.extend(next.map(|at| (at, Box::pin(connect(at)))));
        if running.is_empty() {
            return Err(none(failed));
        }
        let mut pause = pin!(head_start(more));
        let connected = poll_fn(|task| {
            let before = failed.len();
            let mut at = 0;
            while let Some((address, attempt)) = running.get_mut(at) {
                match attempt.as_mut().poll(task) {
                    Poll::Ready(Ok(stream)) => return Poll::Ready(Some(stream)),
                    Poll::Ready(Err(error)) => {
                        failed.push((*address, error));
                        drop(running.remove(at));
                    }
                    Poll::Pending => at += 1,
                }
            }
            // Whoever has failed makes room for the next at once.
            if failed.len() > before || pause.as_mut().poll(task).is_ready() {
                return Poll::Ready(None);
            }
            Poll::Pending
        });
        if let Some(stream) = connected.await {
            return Ok(stream);
        }
    }
}

/// The families by turns, beginning with that of the first; otherwise in the order of the resolver.
fn in_turn(addresses: Vec<SocketAddr>) -> Vec<SocketAddr> {
    let first = addresses.first().is_some_and(SocketAddr::is_ipv6);
    let (these, others): (Vec<_>, Vec<_>) =
        addresses.into_iter().partition(|at| at.is_ipv6() == first);
    let (mut these, mut others) = (these.into_iter(), others.into_iter());
    let mut order = Vec::new();
    loop {
        let pair = [these.next(), others.next()];
        if pair == [None, None] {
            return order;
        }
        order.extend(pair.into_iter().flatten());
    }
}

/// The time until the next address is due; for ever after the last.
#[expect(
    clippy::disallowed_methods,
    reason = "there is no connection yet, whose timer it could be"
)]
async fn head_start(more: bool) {
    if more {
        tokio::time::sleep(HEAD_START).await;
    } else {
        std::future::pending().await
    }
}

/// Why no address answered.
fn none(failed: Vec<(SocketAddr, io::Error)>) -> io::Error {
    let mut failed = failed.into_iter();
    let Some((at, first)) = failed.next() else {
        return io::Error::new(io::ErrorKind::NotFound, "the host has no address");
    };
    if failed.len() == 0 {
        return first;
    }
    let (mut kind, mut text) = (first.kind(), format!("{at}: {first}"));
    for (at, error) in failed {
        if error.kind() != kind {
            kind = io::ErrorKind::NotConnected;
        }
        // Writing to text does not fail.
        let _written = write!(text, "; {at}: {error}");
    }
    io::Error::new(kind, text)
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use tokio::time::{Instant, sleep};

    use super::*;

    fn v4(last: u8) -> SocketAddr {
        SocketAddr::from(([192, 0, 2, last], 9))
    }

    fn v6(last: u16) -> SocketAddr {
        SocketAddr::from(([0x2001, 0xdb8, 0, 0, 0, 0, 0, last], 9))
    }

    /// What becomes of each attempt: its result after so many milliseconds, or nothing for ever.
    type Fates = Vec<(SocketAddr, Option<(u64, Result<(), io::ErrorKind>)>)>;

    /// Who was connected to, and when each attempt began.
    #[expect(clippy::disallowed_methods, reason = "the clock is the test's")]
    async fn run(fates: Fates) -> (io::Result<SocketAddr>, Vec<(SocketAddr, u64)>) {
        let (begun, tried) = (Instant::now(), RefCell::new(Vec::new()));
        let addresses = fates.iter().map(|(at, _)| *at).collect();
        let won = race(addresses, |at| {
            let after = u64::try_from(begun.elapsed().as_millis()).unwrap();
            tried.borrow_mut().push((at, after));
            let fate = fates.iter().find(|(named, _)| *named == at).unwrap().1;
            async move {
                let Some((after, result)) = fate else { return std::future::pending().await };
                sleep(Duration::from_millis(after)).await;
                result.map(|()| at).map_err(io::Error::from)
            }
        });
        let won = tokio::time::timeout(Duration::from_secs(60), won).await.unwrap();
        (won, tried.into_inner())
    }

    #[tokio::test(start_paused = true)]
    async fn t11_a_dead_first_address_costs_a_quarter_of_a_second() {
        let (won, tried) = run(vec![(v6(1), None), (v4(1), Some((10, Ok(()))))]).await;
        assert_eq!(won.unwrap(), v4(1));
        assert_eq!(tried, [(v6(1), 0), (v4(1), 250)]);
    }

    #[tokio::test(start_paused = true)]
    async fn t11_a_slow_first_address_is_not_given_up_for_the_next() {
        let (won, tried) = run(vec![(v6(1), Some((300, Ok(())))), (v4(1), None)]).await;
        assert_eq!(won.unwrap(), v6(1));
        assert_eq!(tried.len(), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn t11_of_twenty_addresses_the_last_is_reached() {
        let refused = io::ErrorKind::ConnectionRefused;
        let mut fates: Fates = (0..19).map(|at| (v4(at), Some((0, Err(refused))))).collect();
        fates.push((v4(19), Some((5, Ok(())))));
        let (won, tried) = run(fates).await;
        assert_eq!(won.unwrap(), v4(19));
        assert!(tried.iter().all(|(_, after)| *after == 0), "refusals are not waited for");

        let mut fates: Fates = (0..19).map(|at| (v4(at), None)).collect();
        fates.push((v4(19), Some((5, Ok(())))));
        let (won, tried) = run(fates).await;
        assert_eq!(won.unwrap(), v4(19));
        assert_eq!(tried.last(), Some(&(v4(19), 19 * 250)));
    }

    #[tokio::test(start_paused = true)]
    async fn t11_the_families_take_turns() {
        let none = |at| (at, None);
        let mut fates: Fates = [v6(1), v6(2), v6(3), v4(1)].into_iter().map(none).collect();
        fates.push((v4(2), Some((1, Ok(())))));
        let (_, tried) = run(fates).await;
        let order: Vec<_> = tried.into_iter().map(|(at, _)| at).collect();
        assert_eq!(order, [v6(1), v4(1), v6(2), v4(2)]);
    }

    #[tokio::test(start_paused = true)]
    async fn t11_where_none_answers_each_is_named_with_its_error() {
        let (refused, no_way) =
            (io::ErrorKind::ConnectionRefused, io::ErrorKind::NetworkUnreachable);
        let (won, _) =
            run(vec![(v6(1), Some((0, Err(no_way)))), (v4(1), Some((500, Err(refused))))]).await;
        let error = won.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::NotConnected);
        let text = error.to_string();
        assert!(text.contains("[2001:db8::1]:9: network unreachable"), "{text}");
        assert!(text.contains("192.0.2.1:9: connection refused"), "{text}");
        let (won, _) =
            run(vec![(v4(1), Some((0, Err(refused)))), (v4(2), Some((0, Err(refused))))]).await;
        assert_eq!(won.unwrap_err().kind(), refused);
        let (won, _) = run(Vec::new()).await;
        assert!(won.unwrap_err().to_string().contains("no address"));
    }
}
