//! What a file is made of for its layout: entries of lists, made of tokens and of further lists.

use std::borrow::Cow;

use crate::text::lexer::Kind;

/// An item, field, variant, flag, message, or an element between brackets.
#[derive(Debug, Default)]
pub(super) struct Entry<'a> {
    /// What stands before it: comments, docs, attributes.
    pub(super) leads: Vec<Lead<'a>>,
    /// What it is. Empty if the list ends behind the leads.
    pub(super) body: Vec<Piece<'a>>,
    /// How the body stands behind the leads.
    pub(super) place: Place,
    /// Whether a comma stood behind it.
    pub(super) comma: bool,
    /// Comments on its last line.
    pub(super) trailing: Vec<&'a str>,
}

/// Something that stands before an entry.
#[derive(Debug)]
pub(super) struct Lead<'a> {
    pub(super) kind: LeadKind<'a>,
    pub(super) place: Place,
}

#[derive(Debug)]
pub(super) enum LeadKind<'a> {
    /// A comment on a line of its own, or before what follows it on the same line.
    Comment(&'a str),
    /// `///`.
    OuterDoc(&'a str),
    /// `//!`.
    InnerDoc(&'a str),
    /// `#[…]`.
    OuterAttribute(Vec<Piece<'a>>),
    /// `#![…]`.
    InnerAttribute(Vec<Piece<'a>>),
}

impl LeadKind<'_> {
    /// Whether an empty line behind it means something: it speaks of more than what follows.
    pub(super) fn may_stand_apart(&self) -> bool {
        match self {
            Self::Comment(_) | Self::InnerDoc(_) | Self::InnerAttribute(_) => true,
            Self::OuterDoc(_) | Self::OuterAttribute(_) => false,
        }
    }
}

impl<'a> Lead<'a> {
    /// A comment on a line of its own, which stood elsewhere.
    pub(super) fn moved(comment: &'a str) -> Self {
        Self { kind: LeadKind::Comment(comment), place: Place::NextLine }
    }
}

/// Where something stands behind what is before it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Place {
    /// On the line of the comment before it.
    SameLine,
    /// On the next line.
    #[default]
    NextLine,
    /// Behind an empty line.
    Apart,
}

impl Place {
    /// Where something stands behind so many ends of lines.
    pub(super) fn behind(breaks: usize) -> Self {
        match breaks {
            0 => Self::SameLine,
            1 => Self::NextLine,
            _ => Self::Apart,
        }
    }
}

/// A part of an entry.
#[derive(Debug)]
pub(super) enum Piece<'a> {
    Token(Kind, Cow<'a, str>),
    /// A block comment on one line.
    Comment(&'a str),
    Group(Group<'a>),
}

/// What stands between two brackets.
#[derive(Debug)]
pub(super) struct Group<'a> {
    pub(super) brackets: Brackets,
    /// Comments on the line of the opening bracket.
    pub(super) opening: Vec<&'a str>,
    /// Whether a line ended behind the opening bracket, which is how an author asks for a list
    /// with an entry on each line.
    pub(super) open: bool,
    pub(super) entries: Vec<Entry<'a>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Brackets {
    /// `{}` of an item or a payload.
    Braces,
    /// `{}` of an import.
    Names,
    /// `()` behind a name: a payload, or arguments.
    Arguments,
    /// `()` of a tuple.
    Tuple,
    /// `[]`.
    Square,
    /// `<>`.
    Angle,
}

impl Brackets {
    pub(super) fn text(self) -> (&'static str, &'static str) {
        match self {
            Self::Braces | Self::Names => ("{", "}"),
            Self::Arguments | Self::Tuple => ("(", ")"),
            Self::Square => ("[", "]"),
            Self::Angle => ("<", ">"),
        }
    }
}

impl<'a> Piece<'a> {
    pub(super) fn token(kind: Kind, text: &'a str) -> Self {
        Self::Token(kind, Cow::Borrowed(text))
    }

    /// The kind of the token it is, or that it starts with.
    fn first(&self) -> Option<Kind> {
        match self {
            Self::Token(kind, _) => Some(*kind),
            Self::Comment(_) => None,
            Self::Group(group) => Some(match group.brackets {
                Brackets::Braces | Brackets::Names => Kind::OpenBrace,
                Brackets::Arguments | Brackets::Tuple => Kind::OpenParen,
                Brackets::Square => Kind::OpenBracket,
                Brackets::Angle => Kind::Less,
            }),
        }
    }

    /// The kind of the token it is; of no meaning for what ends with a bracket.
    pub(super) fn last(&self) -> Option<Kind> {
        match self {
            Self::Token(kind, _) => Some(*kind),
            Self::Comment(_) | Self::Group(_) => None,
        }
    }

    /// Whether a space stands between two pieces of a line.
    pub(super) fn apart(before: &Self, after: &Self) -> bool {
        let tight_behind = matches!(
            before.last(),
            Some(Kind::At | Kind::PathSep | Kind::Hash | Kind::Bang | Kind::Minus)
        );
        let tight_before = match after.first() {
            Some(Kind::Semi | Kind::Colon | Kind::PathSep | Kind::Less | Kind::Bang) => true,
            Some(Kind::OpenParen) => before.last() == Some(Kind::Ident),
            _ => false,
        };
        !tight_behind && !tight_before
    }
}
