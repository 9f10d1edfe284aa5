//! `tower` layers around handlers and around calls.

use std::future::ready;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use network_protocol::tower::{Execute, Layered, Request};
use network_protocol::{self as np, CallError, Fault, side};
use tower::limit::ConcurrencyLimitLayer;
use tower::timeout::error::Elapsed;
use tower::{BoxError, Layer, Service, ServiceBuilder, ServiceExt};

use crate::{Kit, KitClient, KitHandler, Plain};

/// Lets those pass who know the word.
#[derive(Clone)]
struct Auth<S>(S);

const WORD: np::MetaKey<String> = np::MetaKey::new("word").sensitive();

impl<S: Service<Request, Response = ()>> Service<Request> for Auth<S>
where
    S::Error: Into<BoxError>,
    S::Future: Send + 'static,
{
    type Response = ();
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<(), BoxError>> + Send>>;

    fn poll_ready(&mut self, task: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.0.poll_ready(task).map_err(Into::into)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        assert_eq!(request.protocol(), "test::kit::Kit");
        match request.metadata().get(&WORD) {
            Some(Ok(word)) if word == "sesame" => {
                let handling = self.0.call(request);
                Box::pin(async { handling.await.map_err(Into::into) })
            }
            _ => Box::pin(ready(Err(BoxError::from(Fault::Unauthorized)))),
        }
    }
}

struct AuthLayer;

impl<S> Layer<S> for AuthLayer {
    type Service = Auth<S>;

    fn layer(&self, inner: S) -> Auth<S> {
        Auth(inner)
    }
}

#[tokio::test]
async fn a_layer_decides_who_is_served_before_anything_is_decoded() {
    let handler = Layered::new::<Kit, side::Server>(Plain, AuthLayer);
    let kit: KitClient = np::testing::client(handler).await.unwrap();
    assert_eq!(kit.echo("a".into()).await, Err(CallError::Unauthorized));
    let wrong = kit.echo("a".into()).meta(&WORD, &"open".to_owned());
    assert_eq!(wrong.await, Err(CallError::Unauthorized));
    let right = kit.echo("a".into()).meta(&WORD, &"sesame".to_owned());
    assert_eq!(right.await.unwrap(), "a");
}

#[tokio::test(start_paused = true)]
async fn a_layer_of_tower_bounds_how_long_handlers_run() {
    let layers = ServiceBuilder::new().timeout(Duration::from_millis(100));
    let handler = Layered::new::<Kit, side::Server>(Plain, layers.clone());
    let kit: KitClient = np::testing::client(handler).await.unwrap();
    assert_eq!(kit.wait(99).await, Ok(99));
    assert_eq!(kit.wait(101).await, Err(CallError::DeadlineExceeded));
    // Unless the application says that it is something else.
    let late = |error: &(dyn std::error::Error + Send + Sync + 'static)| {
        let text = error.to_string().as_str().into();
        error.is::<Elapsed>().then_some(Fault::Refused { text })
    };
    let handler = Layered::new::<Kit, side::Server>(Plain, layers).faults(late);
    let kit: KitClient = np::testing::client(handler).await.unwrap();
    let CallError::Refused { text } = kit.wait(101).await.unwrap_err() else { panic!("a refusal") };
    assert_eq!(text.to_string(), "request timed out");
}

/// Notes how many calls it handles at a time.
#[derive(Clone, Default)]
struct Busy(Arc<(AtomicUsize, AtomicUsize)>);

impl KitHandler for Busy {
    async fn wait(&self, _: &np::Cx, millis: u64) -> u64 {
        let (now, most) = &*self.0;
        most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        tokio::time::sleep(Duration::from_millis(millis)).await;
        now.fetch_sub(1, Ordering::SeqCst);
        millis
    }
}

async fn ten_calls(kit: &KitClient) {
    let calls: Vec<_> = (0..10).map(|_| tokio::spawn(kit.clone().wait(10).into_future())).collect();
    for call in calls {
        assert_eq!(call.await.unwrap(), Ok(10));
    }
}

#[tokio::test(start_paused = true)]
async fn a_layer_of_tower_bounds_how_many_handlers_run() {
    let busy = Busy::default();
    let kit: KitClient = np::testing::client(busy.clone()).await.unwrap();
    ten_calls(&kit).await;
    assert_eq!(busy.0.1.load(Ordering::SeqCst), 10);

    let busy = Busy::default();
    let handler = Layered::new::<Kit, side::Server>(busy.clone(), ConcurrencyLimitLayer::new(3));
    let kit: KitClient = np::testing::client(handler).await.unwrap();
    ten_calls(&kit).await;
    assert_eq!(busy.0.1.load(Ordering::SeqCst), 3);
}

#[tokio::test(start_paused = true)]
async fn layers_of_tower_stand_around_calls() {
    let busy = Busy::default();
    let kit: KitClient = np::testing::client(busy.clone()).await.unwrap();
    let calls = ServiceBuilder::new().concurrency_limit(2).service(Execute);
    let calls: Vec<_> =
        (0..10).map(|_| tokio::spawn(calls.clone().oneshot(kit.wait(10)))).collect();
    for call in calls {
        assert_eq!(call.await.unwrap(), Ok(10));
    }
    assert_eq!(busy.0.1.load(Ordering::SeqCst), 2);

    let mut calls = ServiceBuilder::new().timeout(Duration::from_millis(5)).service(Execute);
    let late = calls.call(kit.wait(10)).await.unwrap_err();
    assert!(late.is::<Elapsed>());
}
