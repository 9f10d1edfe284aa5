use proc_macro2::TokenStream;
use protocol_schema::ir::{
    Bound, Field, Item, Payload, Protocol, Repr, ScalarEnum, Side, Struct, TypeKind, Union,
    ValueKind, VendorArgument, VendorArguments,
};
use quote::quote;

use super::{Read, protocol, wire};
use crate::report;
use crate::source::{Source, Tables};

/// An item as it was read, with what was wrong as `NP0123: …` texts.
struct Outcome {
    read: Option<Read>,
    tables: Tables,
    wrong: Vec<String>,
}

impl Outcome {
    fn of(
        tokens: TokenStream,
        read: impl FnOnce(&mut Source, &syn::DeriveInput) -> Option<Read>,
    ) -> Self {
        let input: syn::DeriveInput = syn::parse2(tokens).unwrap();
        let mut source = Source::new(input.ident.clone());
        let read = read(&mut source, &input);
        let (tables, found) = source.finish();
        let wrong = found.iter().map(|diagnostic| report::text(diagnostic, &tables)).collect();
        Self { read, tables, wrong }
    }

    fn item(&self) -> &Item {
        assert_eq!(self.wrong, Vec::<String>::new());
        &self.read.as_ref().unwrap().item
    }

    /// How the types of the table are spelled, in the order they were met.
    fn types(&self) -> Vec<String> {
        (0..)
            .map(|id| self.tables.external(protocol_schema::ir::ExternId(id)).to_string())
            .take_while(|spelled| !spelled.is_empty())
            .map(|spelled| spelled.replace(' ', ""))
            .collect()
    }

    /// The codes of what was wrong, in order.
    fn codes(&self) -> Vec<&str> {
        self.wrong.iter().map(|text| text.split(':').next().unwrap()).collect()
    }
}

fn derived(tokens: TokenStream) -> Outcome {
    Outcome::of(tokens, wire)
}

fn declared(arguments: TokenStream, tokens: TokenStream) -> Outcome {
    Outcome::of(tokens, |source, input| protocol(source, arguments, input))
}

fn structure(outcome: &Outcome) -> &Struct {
    let Item::Struct(item) = outcome.item() else { panic!("not a struct") };
    item
}

fn scalar(outcome: &Outcome) -> &ScalarEnum {
    let Item::Scalar(item) = outcome.item() else { panic!("not a number") };
    item
}

fn union(outcome: &Outcome) -> &Union {
    let Item::Union(item) = outcome.item() else { panic!("not a union") };
    item
}

fn messages(outcome: &Outcome) -> &Protocol {
    let Item::Protocol(item) = outcome.item() else { panic!("not a protocol") };
    item
}

/// Each line is `codes | item`, or `codes | arguments | enum` for `#[protocol(arguments)]`.
#[track_caller]
fn check(table: &str) {
    for line in table.lines().filter(|line| !line.is_empty()) {
        let parts: Vec<&str> = line.split(" | ").collect();
        let outcome = match parts.as_slice() {
            [_, item] => derived(item.parse().unwrap()),
            [_, arguments, item] => declared(arguments.parse().unwrap(), item.parse().unwrap()),
            _ => panic!("{line}"),
        };
        assert_eq!(outcome.codes().join(" "), parts[0].trim(), "{line}\n{:#?}", outcome.wrong);
    }
}

#[test]
fn a_struct_keeps_its_fields_numbers_and_docs() {
    let outcome = derived(quote! {
        /// Somebody.
        ///  Indented.
        pub struct User {
            /// The key.
            #[np(id = 1)]
            pub id: u64,
            #[np(id = 0)]
            r#type: Vec<Option<String>>,
        }
    });
    let item = structure(&outcome);
    assert_eq!(item.name.text, "User");
    assert_eq!(item.docs.0, ["Somebody.", " Indented."]);
    assert!(!item.fixed && !item.plain);
    assert_eq!(item.fields[0].docs.0, ["The key."]);
    assert_eq!(item.fields[0].number.value, 1);
    assert!(item.fields[0].number.written.is_some());
    assert_eq!(item.fields[1].name.text, "type");
    assert_eq!(outcome.types(), ["u64", "Vec<Option<String>>"]);
}

#[test]
fn numbers_left_out_are_left_to_the_checks() {
    let outcome = derived(quote!(
        struct S {
            a: u8,
            b: u8,
        }
    ));
    assert!(structure(&outcome).fields.iter().all(|field| field.number.written.is_none()));
}

#[test]
fn every_type_of_a_field_is_left_to_the_compiler_and_self_is_named() {
    let outcome = derived(quote!(
        struct Tree {
            a: bool,
            b: Vec<Self>,
            c: [crate::X; N],
        }
    ));
    let item = structure(&outcome);
    assert!(item.fields.iter().all(|field| matches!(field.ty.kind, TypeKind::Extern(_))));
    assert_eq!(outcome.types(), ["bool", "Vec<Tree>", "[crate::X;N]"]);
}

#[test]
fn fixed_plain_and_the_facade_are_read_from_one_attribute_or_several() {
    let outcome = derived(quote! {
        #[repr(C, align(4))]
        #[np(fixed)]
        #[np(plain, crate = crate::np)]
        struct Point { x: f32 }
    });
    let item = structure(&outcome);
    assert!(item.fixed && item.plain);
    let facade = outcome.read.as_ref().unwrap().facade.as_ref().unwrap();
    assert_eq!(quote!(#facade).to_string(), "crate :: np");
}

#[test]
fn an_enum_with_a_representation_is_a_number() {
    let outcome = derived(quote! {
        #[repr(u16)]
        enum Presence { Offline, Online, #[np(unknown)] Other(u16) }
    });
    let item = scalar(&outcome);
    assert_eq!(item.repr, Repr::U16);
    assert_eq!(item.unknown.text, "Other");
    let names: Vec<&str> = item.variants.iter().map(|v| v.name.text.as_str()).collect();
    assert_eq!(names, ["Offline", "Online"]);
    assert!(item.variants.iter().all(|variant| variant.number.written.is_none()));
}

#[test]
fn discriminants_count_as_rust_counts_them() {
    let outcome = derived(quote! {
        #[repr(u8)]
        enum E { A = 2, B, C = (0x0), D, #[np(unknown)] Unknown(u8) }
    });
    let numbers: Vec<u32> = scalar(&outcome).variants.iter().map(|v| v.number.value).collect();
    assert_eq!(numbers, [2, 3, 0, 1]);
    assert!(scalar(&outcome).variants.iter().all(|variant| variant.number.written.is_some()));
}

#[test]
fn ids_number_a_scalar_as_well() {
    let outcome = derived(quote! {
        #[repr(u8)]
        enum E { #[np(id = 1)] A, #[np(id = 0)] B, #[np(unknown)] Unknown(u8) }
    });
    let numbers: Vec<u32> = scalar(&outcome).variants.iter().map(|v| v.number.value).collect();
    assert_eq!(numbers, [1, 0]);
}

#[test]
fn any_other_enum_is_a_union_even_if_its_variants_carry_nothing() {
    let outcome = derived(quote! {
        #[np(error)]
        enum JoinError {
            /// Not there.
            NoSuchRoom,
            Full(u32),
            Banned { until: u64 },
            #[np(unknown)]
            Unknown(RawVariant),
        }
    });
    let item = union(&outcome);
    assert!(item.error);
    assert_eq!(item.unknown.text, "Unknown");
    assert_eq!(item.variants[0].docs.0, ["Not there."]);
    assert_eq!(item.variants[0].payload, Payload::Unit);
    assert!(matches!(item.variants[1].payload, Payload::Tuple(_)));
    assert!(matches!(&item.variants[2].payload, Payload::Fields(fields) if fields.len() == 1));
    assert_eq!(outcome.types(), ["u32", "u64"]);
    let outcome = derived(quote!(
        enum E {
            A,
            #[np(unknown)]
            Unknown(np::RawVariant),
        }
    ));
    assert!(!union(&outcome).error);
}

#[test]
fn a_protocol_keeps_its_arguments_and_messages() {
    let arguments = quote!(package = "acme::chat", version = 3, min = 2, crate = ::np);
    let outcome = declared(
        arguments,
        quote! {
            /// Chat.
            #[derive(Clone, std::fmt::Debug, serde::Serialize, PartialEq, Default)]
            pub enum Chat {
                /// Join a room.
                #[np(id = 1, reply = std::result::Result<Vec<(u8, u8)>, JoinError>, name = Enter)]
                Join { #[np(id = 0)] room: u64, nick: String },
                #[np(id = 2)]
                Say(String),
                #[np(id = 3, from(server))]
                Notice,
                #[np(reply = ())]
                #[np(id = 4, from(client))]
                Ping,
            }
        },
    );
    let item = messages(&outcome);
    assert_eq!((item.version, item.min), (3, 2));
    assert_eq!(outcome.read.as_ref().unwrap().package, "acme::chat");
    let derives: Vec<&str> = item.derives.iter().map(|name| name.text.as_str()).collect();
    assert_eq!(derives, ["Clone", "Debug", "PartialEq"]);
    let [join, say, notice, ping] = item.messages.as_slice() else { panic!("four messages") };
    assert_eq!(join.body_type_name(item), "Enter");
    assert_eq!(join.docs.0, ["Join a room."]);
    assert!(join.reply.as_ref().unwrap().err.is_some());
    assert!(say.reply.is_none() && matches!(say.payload, Payload::Tuple(_)));
    assert_eq!((notice.from, ping.from), (Side::Server, Side::Client));
    assert_eq!(ping.reply.as_ref().unwrap().ok.kind, TypeKind::Unit);
    let numbers: Vec<u32> = item.messages.iter().map(|message| message.number.value).collect();
    assert_eq!(numbers, [1, 2, 3, 4]);
    assert_eq!(outcome.types(), ["u64", "String", "Vec<(u8,u8)>", "JoinError", "String"]);
}

#[test]
fn a_protocol_is_version_1_of_no_package_unless_it_says_otherwise() {
    let outcome = declared(
        quote!(),
        quote!(
            enum P {
                A,
            }
        ),
    );
    let item = messages(&outcome);
    assert_eq!((item.version, item.min), (1, 1));
    assert_eq!(outcome.read.as_ref().unwrap().package, "");
    assert!(outcome.read.as_ref().unwrap().facade.is_none());
}

#[test]
fn what_macro_rules_passes_on_is_seen_through() {
    let group = |tokens: TokenStream| proc_macro2::Group::new(proc_macro2::Delimiter::None, tokens);
    let (number, reply) = (group(quote!(1)), group(quote!(Result<A, B>)));
    let outcome = declared(
        quote!(),
        quote!(
            enum P {
                #[np(id = #number, reply = #reply)]
                A,
            }
        ),
    );
    let message = &messages(&outcome).messages[0];
    assert_eq!(message.number.value, 1);
    assert!(message.reply.as_ref().unwrap().err.is_some());
}

#[test]
fn shapes_that_are_not_wire_types_are_refused() {
    check(
        r"
NP0901 | struct S<T> { a: T }
NP0901 | struct S<'a> { a: &'a str }
NP0901 | struct S<const N: usize> { a: [u8; N] }
NP0901 | struct S where u8: Copy { a: u8 }
NP0902 | struct S(u8);
NP0902 | struct S;
NP0903 | union U { a: u8 }
NP0907 NP0907 | enum E { A(u8, u8), B(), #[np(unknown)] U(RawVariant) }
NP0312 | #[repr(u8)] enum E { A(u8), #[np(unknown)] U(u8) }
NP0311 | #[repr(i8)] enum E { A, #[np(unknown)] U(i8) }
NP0311 | #[repr(usize)] enum E { A }
NP0909 | #[np(fixed, plain)] struct S { a: u8 }
NP0908 NP0908 | struct S { #[cfg(unix)] a: u8, #[cfg_attr(unix, np(id = 1))] b: u8 }
 | struct S { #[cfg_attr(docsrs, doc(hidden))] a: u8 }
",
    );
}

#[test]
fn the_unknown_variant_is_asked_for_and_looked_at() {
    check(
        r"
NP0904 | #[repr(u8)] enum E { A }
NP0904 | enum E { A, Unknown(RawVariant) }
NP0904 | #[repr(u8)] enum E { A, Unknown(u8) }
NP0906 | enum E { A, #[np(unknown)] B(RawVariant), #[np(unknown)] C(RawVariant) }
NP0905 | #[repr(u8)] enum E { A, #[np(unknown)] U }
NP0905 | #[repr(u8)] enum E { A, #[np(unknown)] U { n: u8 } }
NP0905 | #[repr(u8)] enum E { A, #[np(unknown)] U(u16) }
NP0905 | #[repr(u8)] enum E { A, #[np(unknown)] U(u8, u8) }
NP0905 | #[repr(u8)] enum E { A, #[np(unknown)] U(np::RawVariant) }
NP0905 | #[repr(u8)] enum E { A, #[np(unknown, id = 1)] U(u8) }
NP0905 | enum E { A, #[np(unknown)] U }
NP0905 | enum E { A, #[np(unknown)] U(u8) }
NP0905 | enum E { A, #[np(unknown)] U { raw: RawVariant } }
 | #[repr(u8)] enum E { A, #[np(unknown)] U(Byte) }
 | enum E { A, #[np(unknown)] U(Raw) }
",
    );
}

#[test]
fn discriminants_are_plain_numbers_of_enums_that_are_numbers() {
    check(
        r"
NP0910 | #[repr(u8)] enum E { A = N, #[np(unknown)] U(u8) }
NP0910 | #[repr(u8)] enum E { A = -1, #[np(unknown)] U(u8) }
NP0910 | #[repr(u64)] enum E { A = 5_000_000_000, #[np(unknown)] U(u64) }
NP0910 | #[repr(u8)] enum E { #[np(id = 0)] A = 0, #[np(unknown)] U(u8) }
NP0910 |  | enum P { A = 1 }
",
    );
}

#[test]
fn attributes_are_known_well_placed_and_said_once() {
    check(
        r#"
NP0601 | struct S { #[np(idd = 1)] a: u8 }
NP0602 | struct S { #[np(view)] a: u8 }
NP0602 |  | #[np(spawn)] enum P { A }
NP0603 |  | enum P { #[np(compress(lz4))] A }
NP0604 |  | enum P { #[np(no_cancel, reply = u8, no_cancel)] A }
NP0602 NP0602 | #[np(stable)] struct S { #[np(rust(type = "X"))] a: u8 }
NP0602 | struct S { #[np(idempotent)] a: u8 }
NP0602 | #[repr(u8)] #[np(closed)] enum E { #[np(max(3))] A }
NP0602 | enum E { #[np(removed(0: u8))] A, #[np(unknown)] U(RawVariant) }
NP0602 | struct S { #[np(removed(0))] a: u8 }
NP0602 | #[np(removed(#[np(id = 1)] 0: u8))] struct S {}
NP0602 | #[np(plain, fixed, closed)] #[repr(C)] struct S { a: u8 }
NP0602 | #[np(varint)] struct S { a: u8 }
NP0602 |  | enum P { A(#[np(since(2))] u8) }
NP0602 NP0602 | #[np(error)] struct S { #[np(reply = u8)] a: u8 }
NP0602 | enum E { A(#[np(id = 0)] u8), #[np(unknown)] U(RawVariant) }
NP0602 | #[np(error)] #[repr(u8)] enum E { A, #[np(unknown)] U(u8) }
NP0604 NP0604 | struct S { #[np(id = 0, id = 1)] a: u8, #[np(id = 1)] #[np(id = 1)] b: u8 }
NP0604 NP0602 |  | #[np(was("a"), was("b"))] enum P { #[np(name = B)] A }
NP0603 NP0601 NP0602 | version = "2", pakage = "a", id = 3 | enum P { A }
"#,
    );
}

#[test]
fn attributes_are_written_in_their_form() {
    check(
        r#"
NP0603 | struct S { #[np(id)] a: u8 }
NP0603 | struct S { #[np(id =)] a: u8 }
NP0603 | struct S { #[np(id(1))] a: u8 }
NP0603 | struct S { #[np(id: 1)] a: u8 }
NP0603 | struct S { #[np(id = "1")] a: u8 }
NP0603 | struct S { #[np(id = 1u8)] a: u8 }
NP0603 | struct S { #[np(id = 5_000_000_000)] a: u8 }
NP0603 | struct S { #[np(id = 1 2)] a: u8 }
NP0603 | struct S { #[np(4)] a: u8 }
NP0603 NP0603 NP0603 | #[np] #[np = 1] #[np(fixed = true)] struct S { a: u8 }
NP0603 |  | enum P { #[np(from)] A }
NP0603 |  | enum P { #[np(from = server)] A }
NP0603 |  | enum P { #[np(from(peer))] A }
NP0603 |  | enum P { #[np(from[server])] A }
NP0603 |  | enum P { #[np(from(server) x)] A }
NP0603 |  | enum P { #[np(reply)] A }
NP0603 |  | enum P { #[np(reply = Vec<)] A }
NP0603 |  | enum P { #[np(reply = +)] A }
NP0603 |  | enum P { #[np(name = 3)] A { a: u8 } }
NP0603 | package = acme | enum P { A }
NP0603 | struct S { #[np(max = 4)] a: u8 }
NP0603 | struct S { #[np(max)] a: u8 }
NP0603 | struct S { #[np(max())] a: u8 }
NP0603 | struct S { #[np(max(3, 4))] a: u8 }
NP0603 | struct S { #[np(max(99999999999999999999))] a: u8 }
NP0603 | struct S { #[np(varint(1))] a: u8 }
NP0603 | struct S { #[np(default)] a: u8 }
NP0603 | struct S { #[np(default(3))] a: u8 }
NP0603 | struct S { #[np(default = 3 3)] a: u8 }
NP0603 | struct S { #[np(since = 2)] a: u8 }
NP0603 | struct S { #[np(since(0))] a: u8 }
NP0603 | struct S { #[np(since("2"))] a: u8 }
NP0603 | struct S { #[np(deprecated = "x")] a: u8 }
NP0603 | struct S { #[np(deprecated(x))] a: u8 }
NP0603 | struct S { #[np(acme::x y)] a: u8 }
NP0603 | struct S { #[np(acme::x(y z))] a: u8 }
NP0603 | struct S { #[np(acme::x = 1 + 1)] a: u8 }
NP0603 | struct S { #[np(acme::)] a: u8 }
NP0603 | #[np(was(Old))] struct S {}
NP0603 | #[np(was("a-b"))] struct S {}
NP0603 | #[np(removed)] struct S {}
NP0603 | #[np(removed())] struct S {}
NP0603 | #[np(removed(1))] struct S {}
NP0603 | #[np(removed(a: u8))] struct S {}
NP0603 | #[np(removed(1u8: u8))] struct S {}
NP0603 |  | #[np(removed(1: u8))] enum P { A }
NP0603 |  | #[np(removed("6"))] enum P { A }
NP0603 |  | enum P { #[np(timeout)] A }
NP0603 |  | enum P { #[np(timeout(5))] A }
NP0603 |  | enum P { #[np(timeout("5"))] A }
NP0603 |  | enum P { #[np(timeout("0s"))] A }
NP0603 |  | enum P { #[np(timeout("5 s"))] A }
 |  | enum P { #[np(id = 1, reply = Result<fn(u8) -> A, B>, from(client),)] A }
"#,
    );
}

#[test]
fn what_only_a_protocol_can_get_wrong() {
    check(
        r#"
 |  | enum P { #[np(reply = Result)] A }
NP0302 |  | enum P { #[np(reply = io::Result<u8>)] A }
NP0302 |  | enum P { #[np(reply = Result<u8, E, F>)] A }
NP0911 | package = "" | enum P { A }
NP0911 | package = "acme.chat" | enum P { A }
NP0911 | package = "acme::" | enum P { A }
NP0911 | package = "3d" | enum P { A }
NP0911 | package = "a b" | enum P { A }
NP0303 |  | #[derive(np::Wire)] enum P { A }
NP0901 NP0908 |  | enum P<T> { #[cfg(unix)] A(T) }
"#,
    );
}

#[test]
fn the_name_in_the_handshake_has_at_most_64_bytes() {
    let package = "a".repeat(64 - "::P".len());
    check(&format!(" | package = \"{package}\" | enum P {{ A }}"));
    check(&format!("NP0110 | package = \"{package}a\" | enum P {{ A }}"));
}

#[test]
fn every_mistake_of_an_item_is_reported() {
    let outcome = derived(quote! {
        #[np(fixd)]
        struct S<T> { #[np(max(3), max(4))] a: T, #[cfg(unix)] b: u8, #[np(id = x)] c: u8 }
    });
    assert_eq!(outcome.codes(), ["NP0901", "NP0601", "NP0604", "NP0908", "NP0603"]);
}

#[test]
fn a_diagnostic_says_how_to_mend_it() {
    let text = |tokens| derived(tokens).wrong.remove(0);
    assert_eq!(
        text(quote!(
            #[repr(u8)]
            enum Color {
                Red,
            }
        )),
        "NP0904: `Color` has no variant for values that this side does not know\n\
         note: a newer peer may send one, and it must go somewhere\n\
         help: add a variant: `#[np(unknown)] Unknown(u8),`"
    );
    assert_eq!(
        text(quote!(
            #[np(crate = crate::np)]
            enum Color {
                Red,
            }
        )),
        "NP0904: `Color` has no variant for values that this side does not know\n\
         note: a newer peer may send one, and it must go somewhere\n\
         help: add a variant: `#[np(unknown)] Unknown(crate::np::RawVariant),`"
    );
    assert_eq!(
        text(quote!(
            #[np(fixd)]
            struct S {
                a: u8,
            }
        )),
        "NP0601: there is no attribute `fixd`\nhelp: did you mean `fixed`?"
    );
    assert_eq!(
        text(quote!(
            struct S {
                #[np(colour)]
                a: u8,
            }
        )),
        "NP0601: there is no attribute `colour`\nnote: on a field may stand: `id = 1`, \
         `rename = \"self\"`, `default = value`, `varint`, `max(64)`, `with = module`, `wire = T`, `since(2)`, \
         `deprecated(\"use `x`\")`"
    );
}

#[test]
fn a_schema_may_call_something_otherwise_than_rust_does() {
    let outcome = derived(quote! {
        struct Node {
            #[np(id = 0, rename = "self")]
            this: u64,
            #[np(id = 1)]
            self_: u64,
            #[np(id = 2, rename = "gen")]
            r#gen: u64,
        }
    });
    let fields = &structure(&outcome).fields;
    assert_eq!(names(fields), [(0, "self"), (1, "self_"), (2, "gen")]);
    let in_rust: Vec<_> = fields.iter().map(|field| field.name.in_rust()).collect();
    assert_eq!(in_rust, ["this", "self_", "gen"]);

    let outcome = declared(
        quote!(),
        quote! {
            enum Tree {
                #[np(id = 1, rename = "Self")]
                Own { #[np(id = 0, rename = "super")] parent: u8 },
                #[np(id = 2, rename = "crate")]
                Root(u8),
            }
        },
    );
    let item = messages(&outcome);
    let [own, root] = item.messages.as_slice() else { panic!("two messages") };
    assert_eq!((own.name.text.as_str(), root.name.text.as_str()), ("Self", "crate"));
    assert_eq!(own.body_type_name(item), "TreeOwn");
    let Payload::Fields(fields) = &own.payload else { panic!("fields") };
    assert_eq!(names(fields), [(0, "super")]);
    assert_eq!(fields[0].name.in_rust(), "parent");

    let outcome = derived(quote! {
        #[repr(u8)]
        enum Who {
            #[np(id = 0, rename = "Self")]
            Me,
            #[np(unknown)]
            Unknown(u8),
        }
    });
    assert_eq!(scalar(&outcome).variants[0].name.text, "Self");

    check(
        r#"
NP0603 | struct S { #[np(rename = "two words")] a: u8 }
NP0603 | struct S { #[np(rename = "a::b")] a: u8 }
NP0603 | struct S { #[np(rename = "_")] a: u8 }
NP0603 | struct S { #[np(rename = "")] a: u8 }
NP0603 | struct S { #[np(rename = b)] a: u8 }
NP0603 | struct S { #[np(rename)] a: u8 }
NP0602 | #[np(rename = "T")] struct S { a: u8 }
"#,
    );
}

fn names(fields: &[Field]) -> Vec<(u32, &str)> {
    fields.iter().map(|field| (field.number.value, field.name.text.as_str())).collect()
}

#[test]
fn fields_keep_what_is_said_of_them() {
    let outcome = derived(quote! {
        #[np(since(2), deprecated)]
        struct User {
            #[np(max(64))]
            name: String,
            #[np(max(LIMIT))]
            tags: Vec<String>,
            #[np(varint, default = -5)]
            score: i64,
            #[np(default = Self::START, since(3))]
            #[deprecated(since = "1.2", note = "use `rights`")]
            state: State,
        }
    });
    let item = structure(&outcome);
    assert_eq!((item.meta.since, item.meta.deprecated.as_deref()), (Some(2), Some("")));
    let [name, tags, score, state] = item.fields.as_slice() else { panic!("four fields") };
    assert!(matches!(name.max, Some(Bound::Literal(64, _))));
    let Some(Bound::Extern(limit)) = tags.max else { panic!("{:?}", tags.max) };
    assert_eq!(outcome.tables.external(limit).to_string(), "LIMIT");
    assert!(score.varint && !state.varint);
    let written = |field: &Field| {
        let Some(ValueKind::Extern(id)) = field.default.as_ref().map(|value| &value.kind) else {
            panic!("{:?}", field.default)
        };
        outcome.tables.external(*id).to_string().replace(' ', "")
    };
    assert_eq!((written(score), written(state)), ("-5".into(), "User::START".into()));
    assert_eq!(
        (state.meta.since, state.meta.deprecated.as_deref()),
        (Some(3), Some("use `rights`"))
    );
}

#[test]
fn rusts_own_deprecated_is_read_in_each_of_its_forms() {
    for (written, reason) in [
        (quote!(#[deprecated]), ""),
        (quote!(#[deprecated = "old"]), "old"),
        (quote!(#[deprecated(note = "old")]), "old"),
        (quote!(#[deprecated(since = "2")]), ""),
        (quote!(#[deprecated(note = "rust")] #[np(deprecated("ours"))]), "ours"),
    ] {
        let outcome = derived(quote!(struct S { #written a: u8 }));
        assert_eq!(structure(&outcome).fields[0].meta.deprecated.as_deref(), Some(reason));
    }
}

#[test]
fn removed_fields_stand_on_what_held_them() {
    let outcome = derived(quote! {
        #[np(removed(1: u32, #[np(varint)] 2: u64))]
        #[np(removed(4: BTreeMap<String, u8>))]
        struct S { a: u8, b: u8 }
    });
    let fields = &structure(&outcome).fields;
    assert_eq!(names(fields), [(0, "a"), (3, "b"), (1, "_"), (2, "_"), (4, "_")]);
    assert!(fields.iter().all(|field| field.number.written.is_some()));
    let removed: Vec<_> = fields.iter().map(|field| (field.removed, field.varint)).collect();
    let (kept, gone) = ((false, false), (true, false));
    assert_eq!(removed, [kept, kept, gone, (true, true), gone]);

    let outcome = derived(quote! {
        #[np(removed(1, 2))]
        enum E {
            #[np(removed(0: u8))]
            A { b: u8 },
            #[np(unknown)]
            Unknown(RawVariant),
        }
    });
    let item = union(&outcome);
    let numbers: Vec<u32> = item.removed.iter().map(|number| number.value).collect();
    assert_eq!((numbers.as_slice(), item.variants[0].number.value), ([1, 2].as_slice(), 3));
    let Payload::Fields(fields) = &item.variants[0].payload else { panic!("no fields") };
    assert_eq!(names(fields), [(1, "b"), (0, "_")]);

    let outcome = declared(
        quote!(),
        quote! {
            #[np(removed(2))]
            enum P {
                #[np(removed(0: Stream<u8>))]
                A { b: u8 },
                B,
            }
        },
    );
    let item = messages(&outcome);
    let numbers: Vec<u32> = item.messages.iter().map(|message| message.number.value).collect();
    assert_eq!(numbers, [1, 3]);
}

#[test]
fn closed_enums_have_no_unknown_variant() {
    let outcome = derived(quote! {
        #[repr(u8)]
        #[np(closed, removed(1))]
        enum Level { Low, #[np(default)] High }
    });
    let item = scalar(&outcome);
    assert!(item.closed);
    let variants: Vec<_> = item.variants.iter().map(|v| (v.number.value, v.default)).collect();
    assert_eq!(variants, [(0, false), (2, true)]);
    let outcome = derived(quote! {
        #[np(closed)]
        enum Shape { Circle(#[np(max(4))] Vec<f32>), #[np(default)] Unknown }
    });
    let item = union(&outcome);
    assert!(item.closed && item.variants[1].default);
    assert_eq!(item.variants[1].name.text, "Unknown");
    let Payload::Tuple(value) = &item.variants[0].payload else { panic!("no value") };
    assert!(value.max.is_some());
    check(
        r"
NP0912 | #[np(closed)] enum E { A, #[np(unknown)] U(RawVariant) }
NP0912 | #[repr(u8)] #[np(closed)] enum E { A, #[np(unknown)] U(u8) }
",
    );
}

#[test]
fn a_conversion_names_the_type_on_the_wire_and_the_module() {
    let outcome = derived(quote! {
        struct Peer { #[np(with = crate::ip, wire = Option<Bytes>)] ip: Option<std::net::IpAddr> }
    });
    let field = &structure(&outcome).fields[0];
    assert_eq!(outcome.types(), ["Option<std::net::IpAddr>", "Option<Bytes>"]);
    let TypeKind::Extern(wire) = field.ty.kind else { panic!("{:?}", field.ty) };
    assert_eq!(outcome.tables.external(wire).to_string().replace(' ', ""), "Option<Bytes>");
    let text = |part: &Option<(String, _)>| part.as_ref().unwrap().0.replace(' ', "");
    assert_eq!(text(&field.rust.ty), "Option<std::net::IpAddr>");
    assert_eq!(text(&field.rust.with), "crate::ip");
    check(
        r"
NP0913 | struct S { #[np(with = crate::ip)] a: u8 }
NP0913 | struct S { #[np(wire = u8)] a: IpAddr }
NP0603 NP0913 | struct S { #[np(with = 3, wire = u8)] a: IpAddr }
",
    );
}

#[test]
fn attributes_of_others_are_kept_as_they_stand() {
    let outcome = derived(quote! {
        #[np(acme::audited)]
        struct S {
            #[np(acme::log::level(3, name = "x", deep(true), [1, -2.5, b"y"], acme::Kind), max(3))]
            a: u8,
            #[np(acme::of = Kind::Big)]
            b: u8,
        }
    });
    let item = structure(&outcome);
    let path = |at: usize| {
        let names = item.fields[at].meta.vendor[0].path.iter().map(|name| name.text.as_str());
        names.collect::<Vec<_>>().join("::")
    };
    assert_eq!(item.meta.vendor[0].arguments, VendorArguments::None);
    assert_eq!((path(0), path(1)), ("acme::log::level".into(), "acme::of".into()));
    let VendorArguments::List(list) = &item.fields[0].meta.vendor[0].arguments else {
        panic!("no list")
    };
    let kinds: Vec<bool> =
        list.iter().map(|argument| matches!(argument, VendorArgument::Attr(_))).collect();
    assert_eq!(kinds, [false, true, true, false, true]);
    assert!(item.fields[0].max.is_some());
}

#[test]
fn streams_are_read_by_their_name() {
    let outcome = declared(
        quote!(),
        quote! {
            enum Files {
                #[np(reply = Result<np::Stream<Line>, E>, idempotent)]
                Tail { after: u64 },
                #[np(reply = u64, timeout("250ms"))]
                Put { name: String, data: Stream<Bytes> },
                Odd { data: Stream },
            }
        },
    );
    let item = messages(&outcome);
    assert!(matches!(item.messages[0].reply.as_ref().unwrap().ok.kind, TypeKind::Stream(_)));
    assert!(item.messages[0].idempotent);
    assert_eq!(item.messages[1].timeout, Some(250));
    let Payload::Fields(fields) = &item.messages[1].payload else { panic!("no fields") };
    assert!(matches!(fields[1].ty.kind, TypeKind::Stream(_)));
    let Payload::Fields(fields) = &item.messages[2].payload else { panic!("no fields") };
    assert!(matches!(fields[0].ty.kind, TypeKind::Extern(_)));
}
