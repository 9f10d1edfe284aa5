//! `lockfile`: real input. The packages of the `Cargo.lock` in `data/`, which is a copy of this
//! program's own from one day, so that figures stay comparable when dependencies move on.

use super::{borrowed, owned};

const TEXT: &str = include_str!("../../../data/Cargo.lock");

macro_rules! define {
    (
        $kind:ident, [$($life:tt)*], [$($text:tt)*], [$($borrow:tt)*],
        $dependency:ident, $package:ident, $lockfile:ident
    ) => {
        $kind! {
            pub struct $dependency $($life)* {
                pub name: $($text)*,
                pub version: Option<$($text)*>,
            }
        }
        $kind! {
            pub struct $package $($life)* {
                pub name: $($text)*,
                pub version: $($text)*,
                pub source: Option<$($text)*>,
                #[bilrost(encoding(plainbytes))]
                pub checksum: Option<[u8; 32]>,
                $($borrow)*
                #[bilrost(encoding(packed))]
                pub dependencies: Vec<$dependency $($life)*>,
            }
        }
        $kind! {
            pub struct $lockfile $($life)* {
                pub version: u32,
                $($borrow)*
                #[bilrost(encoding(packed))]
                pub packages: Vec<$package $($life)*>,
            }
        }
    };
}

define!(owned, [], [String], [], Dependency, Package, Lockfile);
define!(
    borrowed, [<'a>], [&'a str], [#[serde(borrow)]],
    DependencyRef, PackageRef, LockfileRef
);

/// Reads the file; of TOML it knows what Cargo writes.
pub fn generate() -> Lockfile {
    let mut lines = TEXT.lines();
    let version = lines
        .find_map(|line| line.strip_prefix("version = "))
        .and_then(|version| version.parse().ok())
        .expect("a lock file says its version");
    let mut lockfile = Lockfile { version, packages: Vec::new() };
    for line in lines {
        if line == "[[package]]" {
            lockfile.packages.push(empty());
        } else if let Some(package) = lockfile.packages.last_mut() {
            field(package, line);
        }
    }
    lockfile
}

fn empty() -> Package {
    Package {
        name: String::new(),
        version: String::new(),
        source: None,
        checksum: None,
        dependencies: Vec::new(),
    }
}

fn field(package: &mut Package, line: &str) {
    let line = line.trim_end_matches(',');
    match line.split_once(" = ") {
        Some(("name", value)) => package.name = unquoted(value),
        Some(("version", value)) => package.version = unquoted(value),
        Some(("source", value)) => package.source = Some(unquoted(value)),
        Some(("checksum", value)) => package.checksum = Some(bytes(&unquoted(value))),
        Some(_) => {}
        None => {
            if let Some(dependency) = line.strip_prefix(' ') {
                let dependency = unquoted(dependency.trim());
                let mut words = dependency.split(' ').map(str::to_owned);
                package.dependencies.push(Dependency {
                    name: words.next().unwrap_or_default(),
                    version: words.next(),
                });
            }
        }
    }
}

fn unquoted(text: &str) -> String {
    text.trim_matches('"').to_owned()
}

fn bytes(hex: &str) -> [u8; 32] {
    std::array::from_fn(|i| {
        hex.get(2 * i..2 * i + 2)
            .and_then(|digits| u8::from_str_radix(digits, 16).ok())
            .expect("a checksum is 64 hexadecimal digits")
    })
}
