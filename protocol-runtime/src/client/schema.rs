//! What a client does about a server whose schema is not its own: it asks for it (*Describe*),
//! compares, says so in one line, and goes no further where the two do not understand each other.
//!
//! Nothing of this happens while both sides have the same schema. Not knowing is no reason to
//! refuse: a server that does not tell, or tells what cannot be read, is connected to.

use std::sync::Arc;
#[cfg(feature = "reflect")]
use std::sync::Mutex;
#[cfg(feature = "reflect")]
use std::sync::PoisonError;
use std::time::Instant;

use crate::connection::Connection;
use crate::driver::Service;
#[cfg(feature = "reflect")]
use crate::error::SchemaVersion;
use crate::error::{Changes, Error, NotCompared, ProtocolDiff, SchemaDiff};
use crate::schema::Effect;

/// What a client does when the server's schema of a protocol is not its own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SchemaCheck {
    /// It asks the server for its schema and compares. Where the two do not understand each other,
    /// connecting fails with [`Error::SchemaMismatch`].
    #[default]
    Refuse,
    /// It asks and compares too, and connects whatever comes of it: see
    /// [`Connection::schema_diff`].
    Report,
    /// It does not ask.
    Off,
}

/// The check of one client, for each of its connections.
#[derive(Debug, Default)]
pub(super) struct Check {
    pub(super) mode: SchemaCheck,
    /// What was found out, so that a connection that is made again costs nothing more.
    #[cfg(feature = "reflect")]
    known: Mutex<Vec<Known>>,
}

/// A comparison that was made: the last of its protocol.
#[cfg(feature = "reflect")]
#[derive(Debug)]
struct Known {
    protocol: String,
    theirs: SchemaVersion,
    changes: Changes,
}

impl Check {
    pub(super) fn new(mode: SchemaCheck) -> Self {
        Self {
            mode,
            #[cfg(feature = "reflect")]
            known: Mutex::default(),
        }
    }

    /// Looks at a connection whose handshake is done, until `deadline`.
    pub(super) async fn run(
        &self,
        connection: &Connection,
        services: &[Arc<dyn Service>],
        deadline: Instant,
    ) -> Result<(), Error> {
        let differing = connection.differing();
        if differing.is_empty() || self.mode == SchemaCheck::Off {
            return Ok(());
        }
        let mut protocols = Vec::new();
        for (index, mut diff) in differing {
            if let Some(service) = services.iter().find(|one| one.name() == diff.protocol) {
                diff.comparison = self.compare(connection, index, &diff, service, deadline).await;
            }
            log(connection, &diff);
            protocols.push(diff);
        }
        let mismatch = protocols.iter().find_map(ProtocolDiff::mismatch);
        connection.set_schema_diff(SchemaDiff { protocols });
        if let Some(mismatch) = mismatch.filter(|_| self.mode == SchemaCheck::Refuse) {
            let error = Error::SchemaMismatch(Box::new(mismatch));
            connection.refuse(&error, "the schemas do not fit");
            return Err(error);
        }
        connection.still_open()
    }

    #[cfg(not(feature = "reflect"))]
    #[expect(clippy::unused_async, reason = "it asks where it can compare")]
    async fn compare(
        &self,
        _: &Connection,
        _: u8,
        _: &ProtocolDiff,
        _: &Arc<dyn Service>,
        _: Instant,
    ) -> Result<Changes, NotCompared> {
        Err(NotCompared::NotAsked)
    }

    #[cfg(feature = "reflect")]
    async fn compare(
        &self,
        connection: &Connection,
        index: u8,
        diff: &ProtocolDiff,
        service: &Arc<dyn Service>,
        deadline: Instant,
    ) -> Result<Changes, NotCompared> {
        if let Some(changes) = self.known(diff) {
            return Ok(changes);
        }
        if service.text().is_none() {
            return Err(NotCompared::NotAsked);
        }
        let compared = async {
            let their_text = ask(connection, service.schema(), index, deadline).await?;
            let (service, diff) = (service.clone(), diff.clone());
            let compared = crate::setup::blocking(move || {
                let ours = (diff.ours, service.text().ok_or(NotCompared::NotAsked)?);
                crate::reflect::told(&diff.protocol, ours, (diff.theirs, &their_text))
            });
            compared.await.unwrap_or(Err(NotCompared::Unreadable))
        };
        let compared = super::connector::until(deadline, compared).await;
        let changes = compared.unwrap_or(Err(NotCompared::Late))?;
        self.remember(diff, &changes);
        Ok(changes)
    }

    #[cfg(feature = "reflect")]
    fn known(&self, diff: &ProtocolDiff) -> Option<Changes> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let mut of = known.iter().filter(|known| known.protocol == diff.protocol);
        of.find(|known| known.theirs == diff.theirs).map(|known| known.changes.clone())
    }

    #[cfg(feature = "reflect")]
    fn remember(&self, diff: &ProtocolDiff, changes: &Changes) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|known| known.protocol != diff.protocol);
        known.push(Known {
            protocol: diff.protocol.clone(),
            theirs: diff.theirs,
            changes: changes.clone(),
        });
    }
}

/// The schema of a protocol, as the peer tells it.
#[cfg(feature = "reflect")]
async fn ask(
    connection: &Connection,
    schema: &'static crate::schema::ProtocolSchema,
    index: u8,
    deadline: Instant,
) -> Result<String, NotCompared> {
    use crate::call::CallError;
    use crate::caller::Caller;

    let caller = Caller::new(connection.clone(), schema, Some(index));
    let call = caller.call::<(), String, std::convert::Infallible>(crate::protocol::DESCRIBE, ());
    let text = call.deadline(deadline).await.map_err(|error| {
        if error == CallError::DeadlineExceeded {
            return NotCompared::Late;
        }
        NotCompared::NotTold(error.to_string().as_str().into())
    })?;
    let max = usize::try_from(connection.shared().limits.schema_bytes()).unwrap_or(usize::MAX);
    if text.len() > max {
        return Err(NotCompared::TooLong { len: text.len(), max });
    }
    Ok(text)
}

fn log(connection: &Connection, diff: &ProtocolDiff) {
    let ProtocolDiff { protocol, ours, theirs, comparison } = diff;
    let address = connection.peer().address();
    match comparison {
        Ok(changes) => match changes.effect() {
            Effect::Fine => tracing::info!(
                %address, %protocol, %ours, %theirs, %changes,
                "the server's schema is another one, and fits"
            ),
            Effect::Warning => tracing::warn!(
                %address, %protocol, %ours, %theirs, %changes,
                "the server's schema is another one, and fits but for some values"
            ),
            Effect::Break => tracing::warn!(
                %address, %protocol, %ours, %theirs, %changes,
                "the server's schema does not fit"
            ),
        },
        Err(NotCompared::NotAsked) => tracing::info!(
            %address, %protocol, %ours, %theirs,
            "the server's schema is another one; the feature `reflect` compares them"
        ),
        Err(why) => tracing::warn!(
            %address, %protocol, %ours, %theirs, %why,
            "the server's schema is another one, and was not compared"
        ),
    }
}
