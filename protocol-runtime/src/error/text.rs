//! Text that came from a peer: short, and shown so that it changes no terminal.

use std::fmt::{self, Write as _};

/// Text that a peer chose: at most 256 bytes, and shown without control characters.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct PeerText(String);

impl PeerText {
    /// The most bytes such a text has.
    pub const MAX: usize = 256;

    /// The text, cut at a character so that it fits.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        let mut text = text.into();
        let mut end = text.len().min(Self::MAX);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        text.truncate(end);
        Self(text)
    }

    /// The text as it came, control characters included.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text as it came, as a string of its own.
    pub(crate) fn into_string(self) -> String {
        self.0
    }

    /// Whether there is no text.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<&str> for PeerText {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl fmt::Display for PeerText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for character in self.0.chars() {
            if character.is_control() {
                write!(f, "{}", character.escape_default())?;
            } else {
                f.write_char(character)?;
            }
        }
        Ok(())
    }
}

impl fmt::Debug for PeerText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_of_a_peer_is_cut_at_a_character_and_shown_escaped() {
        let long = PeerText::new("é".repeat(200));
        assert_eq!(long.as_str().len(), 256);
        assert_eq!(PeerText::new("é".repeat(127) + "aéa").as_str().len(), 255);
        assert_eq!(PeerText::from("a\n\u{1b}[1mb").to_string(), "a\\n\\u{1b}[1mb");
    }
}
