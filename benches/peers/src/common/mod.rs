//! What the suites have in common.

pub mod framed;
pub mod plot;
pub mod style;

/// Between the samples on both sides; they are sorted, and there is one at least.
pub fn quantile(samples: &[f64], quantile: f64) -> f64 {
    let at = quantile * (samples.len() - 1) as f64;
    let (below, above) = (samples[at.floor() as usize], samples[at.ceil() as usize]);
    below + (above - below) * at.fract()
}

/// Displays a value by its name on the command line.
macro_rules! named {
    ($($type:ty),*) => {$(
        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                let value = clap::ValueEnum::to_possible_value(self).ok_or(std::fmt::Error)?;
                f.pad(value.get_name())
            }
        }
    )*};
}
pub(crate) use named;
