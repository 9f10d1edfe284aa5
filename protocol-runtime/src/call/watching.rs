//! Who looks at a call, from its first poll to its end.

use super::Extras;
use crate::caller::Caller;
use crate::driver::{Inherited, Side, Watch, Watched, parent};

/// Whether a call is watched.
#[derive(Default)]
pub(super) enum Watching {
    /// It did not begin.
    #[default]
    NotYet,
    Begun(Watched),
}

impl Watching {
    /// Takes the watch over a call, which begins with it. What the call takes along says then where
    /// it stands in its trace.
    #[inline]
    pub(super) fn begin<'a>(
        &mut self,
        caller: &Caller,
        number: u16,
        extras: impl FnOnce() -> Option<&'a mut Option<Box<Extras>>>,
    ) -> Watched {
        if let Self::Begun(watch) = std::mem::replace(self, Self::Begun(None)) {
            return watch;
        }
        let extras = extras()?;
        let watch = Watch::begin(Side::Caller, caller.schema(), number, || {
            let own = extras.as_deref().and_then(|extras| parent(&extras.metadata));
            own.or_else(|| Inherited::current().metadata.as_deref().and_then(parent))
        })?;
        if watch.is_traced() {
            watch.mark(&mut extras.get_or_insert_default().metadata);
        }
        Some(watch)
    }

    /// Nothing came of this poll.
    pub(super) fn go_on(&mut self, watch: Box<Watch>) {
        *self = Self::Begun(Some(watch));
    }
}
