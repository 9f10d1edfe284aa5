//! Values of the schema as Rust expressions.

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use crate::ir::{Bound, Item, Name, Type, TypeKind, Value, ValueKind};

use super::Door;

impl Door<'_> {
    /// A value of type `ty`, as an expression that may stand in a constant.
    pub(super) fn value(&self, value: &Value, ty: &Type) -> TokenStream {
        let named =
            if let TypeKind::Named(name) = &self.behind(ty).kind { self.item(name) } else { None };
        let own = self.ty(ty);
        match &value.kind {
            ValueKind::Int { magnitude, negative } => {
                let sign = negative.then(|| quote!(-));
                if let TypeKind::Float(_) = self.behind(ty).kind {
                    let number = magnitude.to_string().parse().map(Literal::f64_unsuffixed);
                    let number = number.unwrap_or_else(|_| Literal::f64_unsuffixed(0.0));
                    return quote!(#sign #number);
                }
                let number = Literal::u128_unsuffixed(*magnitude);
                match named {
                    Some(Item::Flags(_)) => quote!(#own::from_bits(#number)),
                    _ => quote!(#sign #number),
                }
            }
            ValueKind::Float(number) => {
                let magnitude = Literal::f64_unsuffixed(number.abs());
                let sign = number.is_sign_negative().then(|| quote!(-));
                quote!(#sign #magnitude)
            }
            ValueKind::Str(text) => quote!(#text),
            ValueKind::Bytes(bytes) => {
                let bytes = Literal::byte_string(bytes);
                quote!(#bytes)
            }
            ValueKind::Bool(truth) => quote!(#truth),
            ValueKind::Path(path) => match (named, path.as_slice()) {
                (Some(Item::Scalar(_) | Item::Flags(_)), [.., _, last]) => {
                    let last = self.ident(last);
                    quote!(#own::#last)
                }
                _ => self.constant(path),
            },
            ValueKind::List(flags) => {
                let flags = flags.iter().map(|flag| self.value(flag, ty));
                quote!(#own::empty()#(.union(#flags))*)
            }
            ValueKind::Extern(id) => (self.external)(*id),
        }
    }

    /// A constant by its path as it was written.
    fn constant(&self, path: &[Name]) -> TokenStream {
        let text: Vec<&str> = path.iter().map(|name| name.text.as_str()).collect();
        let span =
            path.last().map_or_else(proc_macro2::Span::call_site, |last| (self.span)(last.span));
        let uses = self.schema.map_or(&[][..], |schema| schema.uses.as_slice());
        let used = text.first().and_then(|first| uses.iter().find(|one| one.local.text == *first));
        let Some(used) = used else {
            return self.path(&text.join("::"), span);
        };
        let package: Vec<&str> = used.package.iter().map(|name| name.text.as_str()).collect();
        let item = used.item.iter().map(|name| name.text.as_str());
        let rest = text.iter().skip(1).copied();
        let full: Vec<&str> = package.into_iter().chain(item).chain(rest).collect();
        self.path(&full.join("::"), span)
    }

    /// The most that a field may hold, as a number of type `ty`.
    pub(super) fn bound(&self, bound: &Bound, ty: &TokenStream) -> TokenStream {
        match bound {
            Bound::Literal(number, _) => {
                let number = Literal::u64_unsuffixed(*number);
                quote!(#number)
            }
            Bound::Const(path) => {
                let path = self.constant(path);
                quote!(#path as #ty)
            }
            Bound::Extern(id) => {
                let expression = (self.external)(*id);
                quote!((#expression) as #ty)
            }
        }
    }
}
