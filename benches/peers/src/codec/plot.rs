//! Draws a case as bars.

use std::path::Path;

use anyhow::Result;

use super::contestant::Peer;
use super::report::Report;

pub fn draw(_: &Report, _: Peer, _: &Path) -> Result<()> {
    Ok(())
}
