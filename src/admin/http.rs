//! Requests to answers. HTTP itself is hyper's; here are the limits, the paths, and what is said to
//! whom. Never reads the body of a request.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::future::ready;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::header::{
    ALLOW, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HOST, HeaderMap, HeaderValue,
    REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode, Uri, Version};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::{sleep, timeout};

use super::live::Live;
use super::{Seen, page};
use crate::Phase;

/// The pause after a connection could not be accepted: descriptors may have run out.
const PAUSE: Duration = Duration::from_millis(100);
/// How long the head of a request may be; the least that hyper takes.
const HEAD_BYTES: usize = 8_192;
/// How many headers a request may have.
const HEADERS: usize = 32;
/// How many connections the page shows of each server.
const ON_PAGE: usize = 200;
/// How many of them programs are given.
const IN_JSON: usize = 2_000;

const NOT_HERE: &str = "ask by the address of this machine, or by localhost\n";
const TEXT: &str = "text/plain; charset=utf-8";
const HTML: &str = "text/html; charset=utf-8";
const JSON: &str = "application/json";
/// Nothing is loaded, nothing runs, nobody frames it; the style stands in the page.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; \
                      form-action 'none'; frame-ancestors 'none'";

#[derive(Clone, Copy)]
pub(super) struct Limits {
    pub(super) connections: usize,
    pub(super) timeout: Duration,
}

/// What a request may call this machine.
#[derive(Clone, Copy)]
pub(super) struct Hosts {
    pub(super) any: bool,
}

/// Answers until it is dropped.
pub(super) async fn run(listener: TcpListener, limits: Limits, hosts: Hosts, seen: Arc<Seen>) {
    let mut tasks = JoinSet::new();
    let mut oldest = VecDeque::new();
    loop {
        while tasks.try_join_next().is_some() {}
        oldest.retain(|task: &AbortHandle| !task.is_finished());
        match listener.accept().await {
            Ok((stream, _)) => {
                let answered = answer(stream, hosts, seen.clone());
                // Who has not even said what it wants gives way: a supervisor waits for its answer.
                while oldest.len() >= limits.connections {
                    oldest.pop_front().iter().for_each(AbortHandle::abort);
                }
                // Whatever comes of it, the connection is closed.
                oldest.push_back(
                    tasks.spawn(async move { drop(timeout(limits.timeout, answered).await) }),
                );
            }
            Err(error) => {
                tracing::warn!(%error, "the admin endpoint cannot accept a connection");
                sleep(PAUSE).await;
            }
        }
    }
}

/// One request and its answer.
async fn answer(stream: TcpStream, hosts: Hosts, seen: Arc<Seen>) {
    let service = service_fn(move |request: Request<Incoming>| {
        let answer = match hosts.allow(&request) {
            true => respond(&request, &seen),
            false => plain(StatusCode::MISDIRECTED_REQUEST, NOT_HERE),
        };
        ready(Ok::<_, Infallible>(answer))
    });
    let mut http = http1::Builder::new();
    http.keep_alive(false).max_buf_size(HEAD_BYTES).max_headers(HEADERS);
    if let Err(error) = http.serve_connection(TokioIo::new(stream), service).await {
        tracing::debug!(%error, "a request to the admin endpoint came to nothing");
    }
}

type Answer = Response<Full<Bytes>>;

impl Hosts {
    /// A page that somebody opened elsewhere must not read this one by a name that leads to this machine.
    fn allow<B>(self, request: &Request<B>) -> bool {
        let named = |name: &HeaderValue| name.to_str().is_ok_and(is_this_machine);
        let mut hosts = request.headers().get_all(HOST).iter();
        let header = match (hosts.next(), hosts.next()) {
            (Some(host), None) => named(host),
            // Which HTTP/1.1 does not allow, and no browser does.
            (None, _) => request.version() < Version::HTTP_11,
            (Some(_), Some(_)) => false,
        };
        let authority = request.uri().authority();
        self.any || (header && authority.is_none_or(|name| is_this_machine(name.as_str())))
    }
}

fn is_this_machine(host: &str) -> bool {
    // A user before the name is of no use here, and what comes of it is not agreed on.
    let uri = host.parse::<Uri>().ok().filter(|_| !host.contains('@'));
    let Some(host) = uri.as_ref().and_then(Uri::host) else { return false };
    let ip = host.trim_start_matches('[').trim_end_matches(']').parse::<std::net::IpAddr>();
    ip.is_ok() || host.eq_ignore_ascii_case("localhost")
}

fn respond<B>(request: &Request<B>, seen: &Seen) -> Answer {
    let path = request.uri().path();
    let answer: fn(&Seen) -> Answer = match path {
        "/" => |seen| new(StatusCode::OK, HTML, page::draw(&Live::of(seen, ON_PAGE))),
        "/stats.json" => {
            |seen| new(StatusCode::OK, JSON, format!("{}\n", Live::of(seen, IN_JSON).json()))
        }
        "/healthz" => |_| plain(StatusCode::OK, "ok\n"),
        "/readyz" => readiness,
        #[cfg(feature = "prometheus")]
        "/metrics" if seen.metrics.is_some() => metrics,
        "/metrics" => {
            let text = "no metrics: the program was built without the feature `prometheus`, or gave \
                        the endpoint none\n";
            return plain(StatusCode::NOT_FOUND, text);
        }
        _ => {
            let text = "there are /, /stats.json, /metrics, /healthz and /readyz\n";
            return plain(StatusCode::NOT_FOUND, text);
        }
    };
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        let mut refused = plain(StatusCode::METHOD_NOT_ALLOWED, "GET or HEAD\n");
        refused.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
        return refused;
    }
    answer(seen)
}

fn readiness(seen: &Seen) -> Answer {
    let away = seen.servers.iter().find(|server| server.phase() != Phase::Serving);
    match away {
        None => plain(StatusCode::OK, "ready\n"),
        Some(server) => {
            let text = format!("{} is {}\n", server.address(), server.phase());
            new(StatusCode::SERVICE_UNAVAILABLE, TEXT, text)
        }
    }
}

#[cfg(feature = "prometheus")]
fn metrics(seen: &Seen) -> Answer {
    let text = seen.metrics.as_ref().map(super::Metrics::render).unwrap_or_default();
    new(StatusCode::OK, "text/plain; version=0.0.4; charset=utf-8", text)
}

fn plain(status: StatusCode, text: &'static str) -> Answer {
    new(status, TEXT, text)
}

fn new(status: StatusCode, kind: &'static str, body: impl Into<Bytes>) -> Answer {
    let mut answer = Response::new(Full::new(body.into()));
    *answer.status_mut() = status;
    let headers: &mut HeaderMap = answer.headers_mut();
    for (name, value) in [
        (CONTENT_TYPE, kind),
        (CACHE_CONTROL, "no-store"),
        (CONTENT_SECURITY_POLICY, POLICY),
        (REFERRER_POLICY, "no-referrer"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    answer
}
