//! `schema!`: reads a `.np` file, and the files of the packages it uses, and emits what they
//! declare. The only place of this crate that reads files.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{fs, io};

use proc_macro2::{Span, TokenStream};
use protocol_schema::diag::{Diagnostic, Severity};
use protocol_schema::emit::{self, Door};
use protocol_schema::text::{self, FileId, SourceMap};
use quote::{ToTokens as _, quote, quote_spanned};
use syn::parse::{Parse, ParseStream};

/// `"schema/chat.np", crate = path, "acme::common" = crate::shared`.
struct Input {
    file: syn::LitStr,
    facade: Option<syn::Path>,
    modules: BTreeMap<String, TokenStream>,
}

impl Parse for Input {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let file = input.parse().map_err(|error| {
            let help = "write the path of a schema file, from the folder of `Cargo.toml`: \
                        schema!(\"schema/chat.np\")";
            syn::Error::new(error.span(), help)
        })?;
        let (mut facade, mut modules) = (None, BTreeMap::new());
        while !input.is_empty() {
            input.parse::<syn::Token![,]>()?;
            if input.is_empty() {
                break;
            }
            if input.peek(syn::Token![crate]) {
                input.parse::<syn::Token![crate]>()?;
                input.parse::<syn::Token![=]>()?;
                facade = Some(input.call(syn::Path::parse_mod_style)?);
                continue;
            }
            let package: syn::LitStr = input.parse().map_err(|error| {
                let help = "what follows the file is `crate = path`, or a package and the module \
                            that holds it: \"acme::common\" = crate::common";
                syn::Error::new(error.span(), help)
            })?;
            input.parse::<syn::Token![=]>()?;
            let module = input.call(syn::Path::parse_mod_style)?;
            modules.insert(package.value(), module.into_token_stream());
        }
        Ok(Self { file, facade, modules })
    }
}

/// The tokens of `schema!(input)`.
pub(crate) fn schema(input: TokenStream) -> TokenStream {
    let input: Input = match syn::parse2(input) {
        Ok(input) => input,
        Err(error) => return error.into_compile_error(),
    };
    let at = input.file.span();
    let Some(root) = std::env::var_os("CARGO_MANIFEST_DIR") else {
        return wrong(at, "`schema!` finds files from `CARGO_MANIFEST_DIR`, which Cargo sets");
    };
    expand(&input, Path::new(&root))
}

fn expand(input: &Input, root: &Path) -> TokenStream {
    let at = input.file.span();
    let named = input.file.value();
    let path = root.join(&named);
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) => return wrong(at, &unread(&named, &error)),
    };
    let mut map = SourceMap::new();
    let mut files = Files { root, folder: folder(&named), read: vec![path], wrong: vec![] };
    let file = map.add(named, text);
    let compiled = text::compile_with(&mut map, file, &mut |map, package| files.load(map, package));
    let tracked = files.read.iter().filter_map(|path| path.to_str()).map(|path| {
        quote!(
            const _: &[u8] = ::core::include_bytes!(#path);
        )
    });
    let mut mistakes: Vec<TokenStream> =
        files.wrong.iter().map(|message| wrong(at, message)).collect();
    mistakes.extend(
        compiled
            .diagnostics
            .iter()
            .filter(|found| found.severity == Severity::Error)
            .map(|found| wrong(at, &words(found, &map))),
    );
    if !mistakes.is_empty() {
        return quote!(#(#mistakes)* #(#tracked)*);
    }
    let facade = input
        .facade
        .as_ref()
        .map_or_else(|| quote!(::network_protocol), |facade| facade.into_token_stream());
    let door = Door::text(facade).modules(input.modules.clone());
    let items = emit::schema(&compiled.schema, &door);
    quote!(#items #(#tracked)*)
}

/// What is said of a file that cannot be read, and what to do about it.
fn unread(named: &str, error: &io::Error) -> String {
    let kind = error.kind();
    let (message, help) = if kind == io::ErrorKind::NotFound {
        (
            format!("there is no file `{named}` in the folder of `Cargo.toml`"),
            "write the path from that folder, such as \"schema/chat.np\"",
        )
    } else if kind == io::ErrorKind::InvalidData {
        (format!("`{named}` is no text"), "save it as UTF-8")
    } else {
        (
            format!("`{named}` cannot be read: {error}"),
            "name a file that whoever compiles this may read",
        )
    };
    format!("{message}\nhelp: {help}")
}

/// The folder of a file, as it was written.
fn folder(named: &str) -> PathBuf {
    Path::new(named).parent().unwrap_or(Path::new("")).to_owned()
}

/// The files of a compilation.
struct Files<'r> {
    root: &'r Path,
    /// Where other packages are looked for, from the root.
    folder: PathBuf,
    /// What was read, to compile again when it changes.
    read: Vec<PathBuf>,
    /// Files that are there and cannot be read.
    wrong: Vec<String>,
}

impl Files<'_> {
    /// `acme::common` is the file `acme/common.np`, `acme.common.np` or `common.np`.
    fn load(&mut self, map: &mut SourceMap, package: &str) -> Option<FileId> {
        let last = package.rsplit("::").next()?;
        for name in [package.replace("::", "/"), package.replace("::", "."), last.to_owned()] {
            let named = self.folder.join(format!("{name}.np"));
            let path = self.root.join(&named);
            if !path.is_file() {
                continue;
            }
            return match fs::read_to_string(&path) {
                Ok(text) => {
                    self.read.push(path);
                    Some(map.add(named.display().to_string(), text))
                }
                Err(error) => {
                    self.wrong.push(unread(&named.display().to_string(), &error));
                    None
                }
            };
        }
        None
    }
}

/// A diagnostic with the places it speaks of: `file:line:column`.
fn words(found: &Diagnostic, map: &SourceMap) -> String {
    let place = |span| {
        map.locate(span).map_or_else(String::new, |(file, range)| {
            let (line, column) = map.line_column(file, range.start);
            format!("{}:{line}:{column}: ", map.file(file).name)
        })
    };
    let mut text = format!("{}{}: {}", place(found.span), found.code, found.message);
    let mut line = |kind: &str, words: &str| {
        for part in ["\n", kind, ": ", words] {
            text.push_str(part);
        }
    };
    if !found.label.is_empty() {
        line("note", &found.label);
    }
    for label in &found.labels {
        line("note", &format!("{}{}", place(label.span), label.text));
    }
    for note in &found.notes {
        line("note", note);
    }
    for fix in &found.fixes {
        line("help", &fix.title);
    }
    text
}

fn wrong(at: Span, message: &str) -> TokenStream {
    quote_spanned!(at=> ::core::compile_error! { #message })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{Input, expand};

    fn expanded(input: &str) -> String {
        let input: Input = syn::parse_str(input).unwrap();
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/schema");
        expand(&input, &root).to_string()
    }

    #[test]
    fn a_file_becomes_its_items_and_is_tracked() {
        let code = expanded("\"good.np\", crate = np");
        assert!(code.contains("struct Point") && code.contains("Body for Point"));
        assert!(code.contains("use np :: __private :: v1 as _np"), "{code}");
        assert!(code.contains("include_bytes") && code.contains("tests/schema/good.np"));
    }

    #[test]
    fn packages_are_found_beside_the_file_and_stand_where_the_caller_says() {
        let code = expanded("\"uses.np\", \"acme::common\" = crate::shared,");
        assert!(code.contains("crate :: shared :: Page"), "{code}");
        assert!(code.contains("tests/schema/acme.common.np"));
    }

    #[test]
    fn each_mistake_is_told_with_its_place() {
        let code = expanded("\"wrong.np\"");
        assert!(code.contains("wrong.np:4:8: NP0301"), "{code}");
        assert!(code.contains("wrong.np:5:9: NP0301"), "{code}");
        assert!(code.contains("include_bytes"), "changes are seen when it is mended: {code}");
    }

    #[test]
    fn a_file_that_is_not_there_is_named() {
        let code = expanded("\"nowhere.np\"");
        assert!(code.contains("there is no file `nowhere.np` in the folder of `Cargo.toml`"));
        assert!(code.contains("help: write the path from that folder"), "{code}");
    }
}
