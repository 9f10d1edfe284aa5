//! Which cipher somebody asks for, as it stands in a configuration: `auto`, `chacha` or `aes-gcm`.

use core::fmt;
use core::str::FromStr;

use super::pattern::Suite;

/// The cipher a client asks for. A server takes any of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum SuiteChoice {
    /// The quicker one on this processor.
    #[default]
    Auto,
    /// ChaCha20-Poly1305.
    ChaChaPoly,
    /// AES-256-GCM.
    AesGcm,
}

impl SuiteChoice {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Auto, Self::ChaChaPoly, Self::AesGcm];

    /// The cipher that was meant.
    #[must_use]
    pub fn suite(self) -> Suite {
        match self {
            Self::Auto => Suite::auto(),
            Self::ChaChaPoly => Suite::ChaChaPoly,
            Self::AesGcm => Suite::AesGcm,
        }
    }

    /// How it is written.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::ChaChaPoly => "chacha",
            Self::AesGcm => "aes-gcm",
        }
    }
}

impl From<Suite> for SuiteChoice {
    fn from(suite: Suite) -> Self {
        match suite {
            Suite::ChaChaPoly => Self::ChaChaPoly,
            Suite::AesGcm => Self::AesGcm,
        }
    }
}

impl fmt::Display for SuiteChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for SuiteChoice {
    type Err = ParseSuiteError;

    fn from_str(text: &str) -> Result<Self, ParseSuiteError> {
        Self::ALL.into_iter().find(|choice| choice.name() == text).ok_or(ParseSuiteError)
    }
}

/// A text that names no cipher.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a suite is one of auto, chacha and aes-gcm")]
pub struct ParseSuiteError;
