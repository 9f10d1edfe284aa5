//! The call itself: sent, waited for, printed. It ends when it is answered, when the input is wrong,
//! or with Ctrl-C; whatever is dropped on the way is cancelled at the server.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;
use std::time::Instant;

use protocol_runtime::Stream;
use protocol_runtime::call::{Answer, Call, CallError};
use protocol_runtime::error::Error;
use protocol_runtime::metadata::MetaKey;
use protocol_runtime::raw::RawBody;

use super::super::output::Stop;
use super::super::remote::{ended, failed};
use super::super::{Refusal, codes};
use super::input::Failure;
use super::{Job, interrupted};

type Raw = CallError<RawBody>;

/// What the first gives, unless the second is done before.
pub(super) async fn either<T>(
    work: impl Future<Output = T>,
    end: impl Future<Output = ()>,
) -> Option<T> {
    let (mut work, mut end) = (pin!(work), pin!(end));
    poll_fn(|task| {
        // First, as whoever waits for Ctrl-C has to be there before anything is under way.
        let ended = end.as_mut().poll(task);
        match (work.as_mut().poll(task), ended) {
            (Poll::Ready(done), _) => Poll::Ready(Some(done)),
            (Poll::Pending, Poll::Ready(())) => Poll::Ready(None),
            (Poll::Pending, Poll::Pending) => Poll::Pending,
        }
    })
    .await
}

impl Job<'_> {
    /// All of it, until Ctrl-C.
    pub(super) async fn run(mut self) -> Result<(), Stop> {
        let failure = self.lines.as_mut().map(|lines| {
            let (_, none) = tokio::sync::oneshot::channel();
            std::mem::replace(&mut lines.failure, none)
        });
        let mut wrong: Option<Failure> = None;
        let until = async {
            match failure {
                // Without a failure the thread is at its end, and the call goes on.
                Some(failure) => match failure.await {
                    Ok(failure) => wrong = Some(failure),
                    Err(_) => std::future::pending().await,
                },
                None => std::future::pending().await,
            }
        };
        let stop = async {
            // Without signals there is no Ctrl-C to wait for.
            if tokio::signal::ctrl_c().await.is_err() {
                std::future::pending::<()>().await;
            }
        };
        let done = either(either(self.answered(), until), stop).await;
        match (done, wrong) {
            (Some(Some(done)), _) => done,
            (_, Some(failure)) => Err(failure.refusal.into()),
            (_, None) => Err(interrupted().into()),
        }
    }

    async fn answered(self) -> Result<(), Stop> {
        let (arguments, caller) = (self.arguments, self.caller.clone());
        if self.parts.reply.is_none() {
            self.notify().await?;
        } else if self.parts.streams() {
            self.stream().await?;
        } else {
            self.unary().await?;
        }
        if let Some(stay) = arguments.stay {
            let closed = caller.connection();
            let closed = closed.closed();
            if let Ok(reason) = tokio::time::timeout(stay, closed).await {
                return Err(ended(&Error::from(reason)).into());
            }
        }
        Ok(())
    }

    /// Nothing comes back, so that the server has it is known when it answers something else.
    async fn notify(self) -> Result<(), Stop> {
        let number = self.number();
        if let Some(option) = self.of_calls() {
            let problem = format!("`{option}` is for messages that are answered");
            return Err(Refusal::usage(problem).into());
        }
        let mut notify = self.caller.notify(number, RawBody(self.body));
        if self.arguments.compress {
            notify = notify.compress();
        }
        notify.await.map_err(|error| ended(&error))?;
        let pong = self.caller.connection().ping().await;
        pong.map_err(|error| ended(&error))?;
        Ok(())
    }

    /// An option that a message without an answer has no use for.
    fn of_calls(&self) -> Option<&'static str> {
        let options = [
            (self.arguments.deadline.is_some(), "--deadline"),
            (!self.arguments.meta.is_empty(), "--meta"),
        ];
        options.into_iter().find_map(|(given, option)| given.then_some(option))
    }

    async fn unary(mut self) -> Result<(), Stop> {
        let call = self.call::<RawBody>();
        let reply = call.await.map_err(|error| self.told(&error))?;
        if let Some(codec) = &self.parts.reply {
            let form = &self.arguments.form;
            form.reply(&form.json(codec, &reply.0)?)?;
        }
        Ok(())
    }

    async fn stream(mut self) -> Result<(), Stop> {
        let call = self.call::<Stream<RawBody, RawBody>>();
        let mut items = call.await.map_err(|error| self.told(&error))?;
        let form = &self.arguments.form;
        while let Some(item) = items.next().await {
            let item = item.map_err(|error| self.told(&error))?;
            if let Some(codec) = &self.parts.reply {
                form.item(&form.json(codec, &item.0)?)?;
            }
        }
        Ok(())
    }

    fn number(&self) -> u16 {
        u16::try_from(self.parts.message.number.value).unwrap_or(u16::MAX)
    }

    /// The call as the arguments, or else the schema, say it.
    fn call<T: Answer>(&mut self) -> Call<RawBody, T, RawBody> {
        let mut call = self.caller.call(self.number(), RawBody(self.body.clone()));
        let schema = self.parts.message.timeout.map(std::time::Duration::from_millis);
        // Of the deadline connecting took some.
        let left = self.until.map(|until| until.saturating_duration_since(Instant::now()));
        if let Some(deadline) = left.or(schema) {
            call = call.timeout(deadline);
        }
        for (key, value) in &self.arguments.meta {
            let key: &'static str = key.clone().leak();
            call = call.meta(&MetaKey::new(key), value);
        }
        if self.arguments.compress {
            call = call.compress();
        }
        match self.lines.take() {
            Some(lines) => call.input(lines.items),
            None => call,
        }
    }

    /// How a call failed. Its own error is shown as what it is.
    fn told(&self, error: &Raw) -> Stop {
        let target = &self.arguments.target;
        let refusal = match (error, &self.parts.error) {
            (CallError::Application(body), Some((codec, name))) => {
                match self.arguments.form.json(codec, &body.0) {
                    Ok(json) => {
                        let problem = format!("`{target}` was answered with `{name}`");
                        Refusal::new(codes::APPLICATION, problem).detail(format!("{json}\n"))
                    }
                    Err(refusal) => refusal,
                }
            }
            (CallError::Application(_), None) => {
                let problem = format!("`{target}` was answered with an error that it has none of");
                Refusal::new(codes::FAILED, problem)
            }
            (CallError::DeadlineExceeded, _) => failed(error)
                .help("`--deadline` says how long to wait; the server may still have run the call"),
            _ => failed(error),
        };
        refusal.into()
    }
}
