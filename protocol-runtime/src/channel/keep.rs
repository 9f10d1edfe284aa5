//! Keeps one connection of a channel: makes it, waits for its end, and makes it again.
#![expect(clippy::disallowed_methods, reason = "between connections nobody else has a timer")]

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use tokio::sync::watch;

use super::backoff::Backoff;
use super::{Inner, Slot};
use crate::driver;
use crate::error::{CloseReason, Error, Rejected};
use crate::frame::reason::Reason;
use crate::measure;
use crate::noise::NoiseError;

/// How often in a row a server may refuse this side, in words that nobody authenticated, before that
/// is believed.
const REFUSALS: u32 = 3;

/// What a failure says of the next attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    /// It may well succeed.
    Again,
    /// It would fail alike, if this is true: anybody on the way can make it up.
    Refused,
    /// It would fail alike.
    Never,
}

/// Runs until the channel is closed or gives up.
pub(super) async fn keep(inner: Arc<Inner>, index: usize) {
    let policy = &inner.policy.reconnect;
    let mut stopped = inner.stopped.subscribe();
    let mut backoff = Backoff::new(policy.base_delay, policy.max_delay);
    let (mut failures, mut refusals) = (0_u32, 0_u32);
    loop {
        inner.set(index, Slot::Connecting);
        let Some(connected) = unless(&mut stopped, inner.connect.connect()).await else { return };
        let mut counts = true;
        let error = match connected {
            Err(error) => error,
            Ok(connection) => {
                let since = driver::now();
                inner.set(index, Slot::Ready(connection.clone()));
                let Some(left) = unless(&mut stopped, connection.leaving()).await else { return };
                let lived = driver::now().saturating_duration_since(since);
                // One that ends as soon as it begins is no better than none.
                if lived >= backoff.ceiling() {
                    backoff.reset();
                    (failures, refusals, counts) = (0, 0, false);
                }
                // Whoever else was connected has lost it too.
                backoff.begin_at(policy.spread);
                left
            }
        };
        let verdict = verdict(&error);
        refusals = if verdict == Verdict::Refused { refusals.saturating_add(1) } else { 0 };
        if verdict == Verdict::Never || refusals >= REFUSALS {
            return inner.set(index, Slot::Closed { error });
        }
        if counts {
            failures = failures.saturating_add(1);
            if policy.attempts.is_some_and(|attempts| failures >= attempts) {
                let error = Error::GaveUp { attempts: failures, last: Box::new(error) };
                return inner.set(index, Slot::Closed { error });
            }
        }
        let delay = inner.draw(|random| backoff.next(random));
        let delay = delay.max(asked_for(&error).unwrap_or_default());
        let until = driver::now().checked_add(delay).unwrap_or_else(driver::now);
        inner.set(index, Slot::Waiting { until, retry_in: delay, error });
        if unless(&mut stopped, tokio::time::sleep(delay)).await.is_none() {
            return;
        }
        measure::reconnecting();
    }
}

/// What a failure says of the next attempt.
fn verdict(error: &Error) -> Verdict {
    if is_final(error) {
        Verdict::Never
    } else if is_refusal(error) {
        Verdict::Refused
    } else {
        Verdict::Again
    }
}

/// Whether this side's own configuration, or a peer that proved who it is, stands against it.
fn is_final(error: &Error) -> bool {
    if let Error::Closed(reason) = error {
        return matches!(**reason, CloseReason::Peer { reason: Reason::Unauthorized, .. });
    }
    matches!(
        error,
        Error::Config(_)
            | Error::Limit(_)
            | Error::Key(_)
            | Error::ServerKeyChanged(_)
            | Error::Handshake(NoiseError::PeerKeyMismatch { .. })
    )
}

/// Whether the two sides do not fit, as far as anybody says.
fn is_refusal(error: &Error) -> bool {
    if let Error::Rejected(Rejected { reason, .. }) = error {
        return matches!(
            reason,
            Reason::Unauthorized
                | Reason::Format
                | Reason::Security
                | Reason::BadPreface
                | Reason::NoProtocol
                | Reason::ProtocolVersion
                | Reason::BadHandshake
        );
    }
    matches!(
        error,
        Error::NotOurProtocol(_)
            | Error::Format { .. }
            | Error::BadPreface(_)
            | Error::Security { .. }
            | Error::NoProtocol(_)
            | Error::SchemaMismatch(_)
            | Error::BadAccept(_)
            | Error::Handshake(_)
            | Error::ClockSkew { .. }
    )
}

/// How long the server asks this side to wait.
fn asked_for(error: &Error) -> Option<Duration> {
    if let Error::Rejected(rejected) = error { rejected.retry_after } else { None }
}

/// What `work` gives, unless the channel is closed before.
async fn unless<T>(
    stopped: &mut watch::Receiver<bool>,
    work: impl Future<Output = T>,
) -> Option<T> {
    let mut stop = pin!(stopped.wait_for(|stopped| *stopped));
    let mut work = pin!(work);
    poll_fn(|task| {
        if stop.as_mut().poll(task).is_ready() {
            return Poll::Ready(None);
        }
        work.as_mut().poll(task).map(Some)
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rejected(reason: Reason) -> Error {
        let retry_after = Some(Duration::from_secs(9));
        Error::Rejected(Rejected { reason, format_min: 0, format_max: 0, retry_after })
    }

    fn closed(reason: Reason) -> Error {
        Error::Closed(Box::new(CloseReason::Peer { reason, text: "".into() }))
    }

    #[test]
    fn what_will_not_change_is_not_tried_for_ever() {
        for error in [Error::Config("wrong".into()), closed(Reason::Unauthorized)] {
            assert_eq!(verdict(&error), Verdict::Never, "{error}");
        }
        for error in [
            rejected(Reason::Unauthorized),
            rejected(Reason::Security),
            rejected(Reason::NoProtocol),
            rejected(Reason::ProtocolVersion),
            rejected(Reason::BadHandshake),
            Error::Handshake(NoiseError::BadPeerKey),
            Error::BadAccept("a protocol"),
        ] {
            assert_eq!(verdict(&error), Verdict::Refused, "{error}");
        }
        for error in [
            rejected(Reason::Busy),
            rejected(Reason::ShuttingDown),
            closed(Reason::ShuttingDown),
            closed(Reason::Normal),
            Error::Truncated,
            Error::HandshakeTruncated,
            Error::WriteStalled,
        ] {
            assert_eq!(verdict(&error), Verdict::Again, "{error}");
        }
    }

    #[test]
    fn a_server_that_asks_for_time_is_given_it() {
        assert_eq!(asked_for(&rejected(Reason::Busy)), Some(Duration::from_secs(9)));
        assert_eq!(asked_for(&Error::Truncated), None);
    }
}
