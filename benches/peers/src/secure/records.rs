//! Records of one size, sealed and opened without a stream.
//!
//! A record opens once and in its turn, so those to be opened are sealed beforehand, a batch at a
//! time, and that is not measured. Text to be sealed is copied to where it is sealed by everybody.

use std::hint::black_box;
use std::time::Duration;

use anyhow::{Context, Result, ensure};

use super::channel::{self, Cipher, Open, Seal};
use super::measure::{clock, timed};
use super::subject::{Case, Contestant, Metric, Peer};

/// How much text is sealed before it is opened.
const BATCH: usize = 256 * 1_024;

pub fn contestants(case: Case, peers: &[Peer]) -> Result<Vec<Contestant>> {
    let size = case.amount() as usize;
    let text: Vec<u8> = (0..=u8::MAX).cycle().take(size).collect();
    let mut contestants = Vec::new();
    for (cipher, seals, opens) in [
        (Cipher::AesGcm, Metric::SealAesGcm, Metric::OpenAesGcm),
        (Cipher::ChaChaPoly, Metric::SealChacha, Metric::OpenChacha),
    ] {
        for &peer in peers {
            if !matches!(
                peer,
                Peer::Ours
                    | Peer::Snow
                    | Peer::SnowRing
                    | Peer::Ring
                    | Peer::AwsLcRs
                    | Peer::Rustls
            ) {
                continue;
            }
            let (up, down) = channel::pair(peer, cipher)?;
            contestants.push(sealing(peer, seals, up, text.clone())?);
            contestants.push(opening(peer, opens, down, text.clone()));
        }
    }
    Ok(contestants)
}

fn sealing(
    peer: Peer,
    metric: Metric,
    (mut seal, mut open): channel::Channel,
    text: Vec<u8>,
) -> Result<Contestant> {
    let text = Placed::new(&text);
    let mut out: Vec<u8> = Vec::with_capacity(2 * (text.len() + PAGE));
    // Where records begin.
    let start = out.as_ptr().align_offset(PAGE);
    out.resize(start, 0);
    // Nobody opens what is sealed in the samples, so it is shown before that it can be opened.
    for _ in 0..16 {
        out.truncate(start);
        seal.seal(&text, &mut out)?;
        let record = out.get_mut(start..).context("no record")?;
        let readable = record.windows(text.len()).any(|window| window == &*text);
        ensure!(!readable, "{peer} does not encrypt");
        ensure!(open.open(record)? == &*text, "{peer} opens another text");
    }
    Ok(Contestant::new(peer, metric, move |times| {
        let took = timed(times, || {
            out.truncate(start);
            seal.seal(black_box(&text), &mut out)?;
            black_box(out.as_slice());
            Ok(())
        })?;
        ensure!(out.len() > start + text.len(), "nothing was sealed");
        Ok(took)
    }))
}

const PAGE: usize = 4_096;

/// A text in the middle of a page. Records begin with one: where a copy goes to a place shortly
/// behind its source, but for whole pages, some processors copy at a fraction of their speed, and
/// whom that meets must not be left to the allocator.
struct Placed {
    page: Vec<u8>,
    range: std::ops::Range<usize>,
}

impl Placed {
    fn new(text: &[u8]) -> Self {
        let mut page: Vec<u8> = Vec::with_capacity(text.len() + 2 * PAGE);
        let start = page.as_ptr().align_offset(PAGE) + PAGE / 2;
        page.resize(start, 0);
        page.extend_from_slice(text);
        Self { page, range: start..start + text.len() }
    }
}

impl std::ops::Deref for Placed {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.page[self.range.clone()]
    }
}

fn opening(
    peer: Peer,
    metric: Metric,
    (mut seal, mut open): channel::Channel,
    text: Vec<u8>,
) -> Contestant {
    let mut batch = Batch::default();
    let most = BATCH / text.len();
    Contestant::new(peer, metric, move |times| {
        let mut left = usize::try_from(times)?;
        let mut took = Duration::ZERO;
        while left > 0 {
            let count = left.min(most);
            left -= count;
            batch.seal(count, &text, &mut *seal)?;
            took += batch.open(&text, &mut *open)?;
        }
        Ok(took)
    })
}

/// Records that wait to be opened.
#[derive(Default)]
struct Batch {
    records: Vec<u8>,
    ends: Vec<usize>,
}

impl Batch {
    fn seal(&mut self, count: usize, text: &[u8], seal: &mut dyn Seal) -> Result<()> {
        self.records.clear();
        self.ends.clear();
        for _ in 0..count {
            seal.seal(text, &mut self.records)?;
            self.ends.push(self.records.len());
        }
        Ok(())
    }

    fn open(&mut self, text: &[u8], open: &mut dyn Open) -> Result<Duration> {
        let start = clock::now();
        let (mut begin, mut opened) = (0, 0);
        for &end in &self.ends {
            let record = self.records.get_mut(begin..end).context("no record")?;
            let got = open.open(record)?;
            // The whole text is compared once: comparing is not what is measured.
            ensure!(got.len() == text.len() && (opened > 0 || got == text), "another text");
            black_box(got);
            (begin, opened) = (end, opened + 1);
        }
        let took = clock::now() - start;
        ensure!(opened == self.ends.len() && opened > 0, "nothing was opened");
        Ok(took)
    }
}
