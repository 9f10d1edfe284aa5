//! The habits of this repository, checked: which way the arrows point, what is not used where,
//! how long a file is, and that the documents speak of what is there.
//!
//! Each rule is a function from sources to findings. One test runs it over the repository, and
//! another shows it what it must find, so that no rule is blind.

#[cfg(test)]
mod claims;
#[cfg(test)]
mod crates;
#[cfg(all(test, feature = "config"))]
mod fields;
#[cfg(test)]
mod habits;
#[cfg(test)]
mod ladder;
#[cfg(test)]
mod source;
#[cfg(test)]
mod words;
