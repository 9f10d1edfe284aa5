//! From one table of sections and fields to the types, their defaults, and what is known of each
//! field: so that a field cannot be in one of them and not in the others.

use super::value::Kind;

/// What is known of a field.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Field {
    /// The table it is in.
    pub section: &'static str,
    /// Its name in the table.
    pub name: &'static str,
    /// What it does.
    pub text: String,
    /// What kind of value it takes.
    pub kind: Kind,
    /// Its default, as it stands in a file.
    pub default: String,
    /// What is allowed, in words.
    pub allowed: String,
    /// The variables that set it, the strongest first.
    pub variables: Vec<String>,
}

impl Field {
    /// The name with its table: `server.address`.
    #[must_use]
    pub fn key(&self) -> String {
        format!("{}.{}", self.section, self.name)
    }
}

/// A field with its value in one configuration.
pub(super) struct Row {
    pub(super) section: &'static str,
    pub(super) name: &'static str,
    /// What it does, a line of source for each.
    pub(super) doc: &'static [&'static str],
    pub(super) kind: Kind,
    /// What is allowed, in words.
    pub(super) allowed: String,
    /// The variable of earlier versions.
    pub(super) earlier: Option<&'static str>,
    /// As it stands in a file.
    pub(super) value: String,
    /// Whether the value is allowed.
    pub(super) good: bool,
}

impl Row {
    pub(super) fn key(&self) -> String {
        format!("{}.{}", self.section, self.name)
    }

    /// What it does, in one line.
    pub(super) fn text(&self) -> String {
        let lines: Vec<_> = self.doc.iter().map(|line| line.trim()).collect();
        lines.join(" ")
    }

    /// The variables that set it, the strongest first.
    pub(super) fn variables(&self) -> Vec<String> {
        let (section, name) = (self.section.to_uppercase(), self.name.to_uppercase());
        let own = format!("{}{section}__{name}", super::layers::PREFIX);
        [Some(own), self.earlier.map(str::to_owned)].into_iter().flatten().collect()
    }
}

/// Writes the types of the table, their defaults, and the list of rows.
macro_rules! sections {
    ($(
        $(#[doc = $about:literal])*
        $(#[cfg($cfg:meta)])?
        $section:ident: $Section:ident {
            $(
                $(#[doc = $doc:literal])*
                $field:ident: $ty:ty = $default:expr, $rule:expr $(, $earlier:literal)?;
            )*
        }
    )*) => {
        $(
            $(#[doc = $about])*
            $(#[cfg($cfg)])?
            #[derive(Clone, Debug, PartialEq, Eq)]
            pub struct $Section {
                $(
                    $(#[doc = $doc])*
                    pub $field: $ty,
                )*
            }

            $(#[cfg($cfg)])?
            impl Default for $Section {
                fn default() -> Self {
                    Self { $($field: $default,)* }
                }
            }
        )*

        /// Everything that can be configured without code.
        ///
        /// A file, the environment and code are laid over the defaults: see [`Layers`](super::Layers).
        /// `docs/configuration.md` has each field with its default.
        #[derive(Clone, Debug, Default, PartialEq, Eq)]
        #[non_exhaustive]
        pub struct NetworkConfig {
            $(
                $(#[doc = $about])*
                $(#[cfg($cfg)])?
                pub $section: $Section,
            )*
        }

        impl NetworkConfig {
            /// The tables in their order, with what they are about.
            pub(super) fn sections() -> Vec<(&'static str, &'static [&'static str])> {
                vec![$(
                    $(#[cfg($cfg)])?
                    (stringify!($section), &[$($about,)*]),
                )*]
            }

            /// Each field with its value.
            pub(super) fn rows(&self) -> Vec<$crate::config::table::Row> {
                let mut rows = Vec::new();
                $(
                    $(#[cfg($cfg)])?
                    self.$section.rows(&mut rows);
                )*
                rows
            }

            /// The place for the value of a field.
            pub(super) fn slot(&mut self, section: &str, field: &str) -> Option<&mut dyn $crate::config::value::Slot> {
                $(
                    $(#[cfg($cfg)])?
                    if section == stringify!($section) {
                        return self.$section.slot(field);
                    }
                )*
                None
            }
        }

        $(
            $(#[cfg($cfg)])?
            impl $Section {
                fn rows(&self, rows: &mut Vec<$crate::config::table::Row>) {
                    $(
                        let rule: $crate::config::value::Rule<$ty> = $rule;
                        rows.push($crate::config::table::Row {
                            section: stringify!($section),
                            name: stringify!($field),
                            doc: &[$($doc,)*],
                            kind: <$ty as $crate::config::value::Value>::KIND,
                            allowed: rule.allowed,
                            earlier: None$(.or(Some($earlier)))?,
                            value: $crate::config::value::Value::written(&self.$field),
                            good: (rule.holds)(&self.$field),
                        });
                    )*
                }

                fn slot(&mut self, field: &str) -> Option<&mut dyn $crate::config::value::Slot> {
                    match field {
                        $(stringify!($field) => Some(&mut self.$field),)*
                        _ => None,
                    }
                }
            }
        )*
    };
}
pub(super) use sections;
