//! The messages that are built in.

pub use super::generated::{
    Content, ContentView, Message, MessageClient, MessageHandler, Pushed, PushedClient,
    PushedClientHandler, PushedHandler, PushedPeer,
};

impl Message {
    /// The name by which [handlers](crate::protocol::dispatcher::Dispatcher::register) are found.
    #[must_use]
    pub const fn message_type(&self) -> &'static str {
        match self {
            Self::Ping => "PING",
            Self::Pong => "PONG",
            Self::Echo(_) => "ECHO",
            Self::Custom(_) => "CUSTOM",
            Self::Unknown => "UNKNOWN",
        }
    }
}

impl From<Message> for Content {
    fn from(message: Message) -> Self {
        match message {
            Message::Ping => Self::Ping,
            Message::Pong => Self::Pong,
            Message::Echo(text) => Self::Echo(text),
            Message::Custom(bytes) => Self::Custom(bytes),
            Message::Unknown => Self::Other,
        }
    }
}

/// What a newer version may say that this one does not know is [`Message::Unknown`].
impl From<Content> for Message {
    fn from(content: Content) -> Self {
        match content {
            Content::Ping => Self::Ping,
            Content::Pong => Self::Pong,
            Content::Echo(text) => Self::Echo(text),
            Content::Custom(bytes) => Self::Custom(bytes),
            Content::Other | Content::Unknown(_) => Self::Unknown,
        }
    }
}
