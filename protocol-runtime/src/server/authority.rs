//! Who may come in: the allow-list first, which follows its file, then the application's own say.

use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval};

use super::registry::Registry;
use crate::driver::{Gate, TimeSource};
use crate::error::Error;
use crate::identity::{AllowList, AllowListFile, Reload};
use crate::peer::{AnyAuthorizer, Decision, Grant, Peer};
use crate::setup::blocking;

/// How often the file of a list is looked at.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// What a builder was told about who may come in.
#[derive(Default)]
pub(super) struct Rules {
    pub(super) allow_list: Option<PathBuf>,
    pub(super) authorizer: Option<Arc<dyn AnyAuthorizer>>,
}

/// Who may come in to a server.
pub(super) struct Authority {
    list: Option<Arc<Listed>>,
    file: Option<AllowListFile>,
    authorizer: Option<Arc<dyn AnyAuthorizer>>,
}

/// The list as it is now.
struct Listed {
    list: Mutex<Arc<AllowList>>,
    time: Arc<dyn TimeSource>,
}

impl Authority {
    /// Reads what there is to be read.
    pub(super) async fn new(rules: Rules, time: Arc<dyn TimeSource>) -> Result<Self, Error> {
        let Rules { allow_list, authorizer } = rules;
        let file = match allow_list {
            Some(path) => Some(blocking(move || AllowListFile::open(path)).await??),
            None => None,
        };
        let list = file.as_ref().map(|file| Mutex::new(file.list().clone()));
        let list = list.map(|list| Arc::new(Listed { list, time }));
        Ok(Self { list, file, authorizer })
    }

    /// Whether nobody is turned away.
    pub(super) fn takes_any(&self) -> bool {
        self.list.is_none() && self.authorizer.is_none()
    }

    /// What is asked about each client.
    pub(super) fn gate(&self) -> Option<Gate> {
        if self.takes_any() {
            return None;
        }
        let (list, authorizer) = (self.list.clone(), self.authorizer.clone());
        Some(Arc::new(move |peer: Peer| {
            let (list, authorizer) = (list.clone(), authorizer.clone());
            Box::pin(async move { decide(list, authorizer, peer).await.ok_or(None) })
        }))
    }

    /// A task that follows the file for as long as the set is kept; an empty set if there is none.
    pub(super) fn watch(&mut self, registry: Arc<Registry>) -> JoinSet<()> {
        let mut tasks = JoinSet::new();
        if let (Some(file), Some(list)) = (self.file.take(), self.list.clone()) {
            tasks.spawn(follow(file, list, registry));
        }
        tasks
    }
}

impl Listed {
    fn current(&self) -> Arc<AllowList> {
        self.list.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn replace(&self, list: Arc<AllowList>) {
        *self.list.lock().unwrap_or_else(PoisonError::into_inner) = list;
    }

    /// What a peer is called and may do, if it may come in.
    fn grant(&self, peer: &Peer) -> Option<Grant> {
        let (key, list) = (peer.key()?, self.current());
        let entry = list.find(&key, self.time.unix_ms())?;
        let name = Some(entry.name().to_owned());
        Some(Grant { principal: name.clone(), roles: entry.roles().to_vec(), listed: name })
    }

    /// Whether a peer that is there may stay, and as what it came.
    fn stays(&self, peer: &Peer, list: &AllowList, unix_ms: u64) -> bool {
        let entry = peer.key().and_then(|key| list.find(&key, unix_ms));
        entry.is_some_and(|entry| {
            entry.roles() == peer.roles() && Some(entry.name()) == peer.listed()
        })
    }
}

async fn decide(
    list: Option<Arc<Listed>>,
    authorizer: Option<Arc<dyn AnyAuthorizer>>,
    peer: Peer,
) -> Option<Grant> {
    let mut grant = match list {
        Some(list) => list.grant(&peer)?,
        None => Grant::default(),
    };
    if let Some(authorizer) = authorizer {
        match authorizer.decide(peer.granted(grant.clone())).await {
            Decision::Allow { principal } => grant.principal = principal.or(grant.principal),
            Decision::Deny => return None,
        }
    }
    Some(grant)
}

/// Looks at the file again and again, and sends those away who may not stay.
async fn follow(mut file: AllowListFile, listed: Arc<Listed>, registry: Arc<Registry>) {
    let mut ticks = interval(LOOK_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let looked = blocking(move || {
            let news = file.reload();
            (file, news)
        });
        let news;
        match looked.await {
            Ok(looked) => (file, news) = looked,
            Err(error) => {
                tracing::error!(%error, "the allow-list is not followed any more");
                return;
            }
        }
        match news {
            Reload::Same => {}
            Reload::New(list) => {
                tracing::info!(file = %file.path().display(), keys = list.len(), "allow-list read");
                listed.replace(list);
            }
            Reload::Kept(error) => {
                tracing::error!(%error, "the allow-list stays as it was");
            }
        }
        // Each time: entries end, and somebody may have come in while the list was replaced.
        let (list, unix_ms) = (listed.current(), listed.time.unix_ms());
        registry.expel(|peer| listed.stays(peer, &list, unix_ms));
    }
}

impl fmt::Debug for Rules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rules")
            .field("allow_list", &self.allow_list)
            .field("authorizer", &self.authorizer.is_some())
            .finish()
    }
}
