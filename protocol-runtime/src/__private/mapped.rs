//! The macros by which emitted code follows the JSON mapping; `json` says how they are called.

/// `Serialize` and `Deserialize` by way of `Mapped`.
#[doc(hidden)]
#[macro_export]
macro_rules! __mapped_serde {
    ($name:ident) => { $crate::__mapped_serde! { [] [$name] [] } };
    ([$($parameters:tt)*] [$ty:ty] [$($clause:tt)*]) => {
        #[automatically_derived]
        impl<$($parameters)*> _json::Serialize for $ty $($clause)* {
            fn serialize<__S: _json::Serializer>(
                &self,
                to: __S,
            ) -> ::core::result::Result<__S::Ok, __S::Error> {
                _json::Mapped::write(self, to)
            }
        }

        #[automatically_derived]
        impl<'de, $($parameters)*> _json::Deserialize<'de> for $ty $($clause)* {
            fn deserialize<__D: _json::Deserializer<'de>>(
                from: __D,
            ) -> ::core::result::Result<Self, __D::Error> {
                _json::Mapped::read(from, &_json::allowance())
            }
        }
    };
}

/// The parts that structs and variants with named fields have in common.
#[doc(hidden)]
#[macro_export]
macro_rules! __mapped_fields {
    // A field as it is written: itself, or what its module makes of it. Here and below all is asked
    // of a field's type by `<$ty as …>`, which is where rustc then says, once, that it lacks it.
    (@show $ty:ty, $value:expr ;) => { &<$ty as _json::Mapped>::show($value) };
    (@show $ty:ty, $value:expr ; $to:path, $from:path) => {
        &<$ty as _json::Mapped>::show(&$to($value))
    };
    // A field's value when all is read.
    (@value $ty:ty, $value:expr, $json:literal ; ; ) => {
        _json::or_absent($value, $json, <$ty as $crate::wire::Wire>::decode)?
    };
    (@value $ty:ty, $value:expr, $json:literal ; $default:expr ; ) => {
        match $value {
            ::core::option::Option::Some(value) => value,
            ::core::option::Option::None => $default,
        }
    };
    (@value $ty:ty, $value:expr, $json:literal ; $($default:expr)? ; $to:path, $from:path) => {
        match $from($crate::__mapped_fields!(@value $ty, $value, $json ; $($default)? ;)) {
            ::core::result::Result::Ok(value) => value,
            ::core::result::Result::Err(error) => {
                return ::core::result::Result::Err(_json::DeserializeError::custom(error));
            }
        }
    };
    // The type that gathers the fields.
    (@slots [$($build:tt)*] $owner:ident {
        $($field:ident $json:literal : $ty:ty $(= $default:expr)? $(=> $to:path, $from:path)? ;)*
    }) => {
        struct __Fields {
            $($field: ::core::option::Option<$ty>,)*
        }

        impl _json::Fields for __Fields {
            type Value = $owner;

            fn none() -> Self {
                Self { $($field: ::core::option::Option::None,)* }
            }

            fn named<'de, __A: _json::MapAccess<'de>>(
                &mut self,
                name: &::core::primitive::str,
                map: &mut __A,
                allowed: &_json::Allowance,
            ) -> ::core::result::Result<::core::primitive::bool, __A::Error> {
                let _ = (&map, allowed);
                match name {
                    $($json => <$ty as _json::Mapped>::named(&mut self.$field, $json, map, allowed),)*
                    _ => ::core::result::Result::Ok(false),
                }
            }

            fn listed<'de, __A: _json::SeqAccess<'de>>(
                &mut self,
                seq: &mut __A,
                allowed: &_json::Allowance,
            ) -> ::core::result::Result<(), __A::Error> {
                let _ = (&seq, allowed);
                $(<$ty as _json::Mapped>::listed(&mut self.$field, seq, allowed)?;)*
                ::core::result::Result::Ok(())
            }

            fn finish<__E: _json::DeserializeError>(self) -> ::core::result::Result<$owner, __E> {
                ::core::result::Result::Ok($($build)* {
                    $($field: $crate::__mapped_fields!(
                        @value $ty, self.$field, $json ; $($default)? ; $($to, $from)?
                    ),)*
                })
            }
        }
    };
}

/// The mapping of a struct: see `json`.
#[doc(hidden)]
#[macro_export]
macro_rules! __mapped_struct {
    ($name:ident $json_name:literal {
        $(
            $field:ident $json:literal : $ty:ty
            $(= $default:expr)? $(=> $to:path, $from:path)? ;
        )*
    }) => {
        const _: () = {
            use $crate::json::emitted as _json;

            $crate::__mapped_fields! { @slots [$name] $name {
                $($field $json : $ty $(= $default)? $(=> $to, $from)? ;)*
            } }

            #[automatically_derived]
            impl _json::Mapped for $name {
                fn write<__S: _json::Serializer>(
                    &self,
                    to: __S,
                ) -> ::core::result::Result<__S::Ok, __S::Error> {
                    const __COUNT: ::core::primitive::usize =
                        <[&::core::primitive::str]>::len(&[$($json),*]);
                    let out = to.serialize_struct($json_name, __COUNT)?;
                    $(let out = _json::struct_field(
                        out,
                        $json,
                        $crate::__mapped_fields!(@show $ty, &self.$field ; $($to, $from)?),
                    )?;)*
                    _json::SerializeStruct::end(out)
                }

                fn read<'de, __D: _json::Deserializer<'de>>(
                    from: __D,
                    allowed: &_json::Allowance,
                ) -> ::core::result::Result<Self, __D::Error> {
                    _json::read_struct::<__Fields, __D>(from, ($json_name, &[$($json),*]), allowed)
                }
            }

            $crate::__mapped_serde! { $name }
        };
    };
}

/// The mapping of a scalar enum: see `json`.
#[doc(hidden)]
#[macro_export]
macro_rules! __mapped_scalar {
    ($name:ident $json_name:literal $repr:ident {
        $($number:literal $json:literal $variant:ident;)*
    } open $unknown:ident) => {
        $crate::__mapped_scalar! {
            @impl $name $repr { $($number $json $variant;)* }
            [$unknown] |number| ::core::result::Result::Ok($name::$unknown(number))
        }
    };
    ($name:ident $json_name:literal $repr:ident {
        $($number:literal $json:literal $variant:ident;)*
    } closed) => {
        $crate::__mapped_scalar! {
            @impl $name $repr { $($number $json $variant;)* }
            [] |number| ::core::result::Result::Err(_json::DeserializeError::custom(
                ::core::format_args!("{} has no variant {number}", $json_name),
            ))
        }
    };
    (@impl $name:ident $repr:ident { $($number:literal $json:literal $variant:ident;)* }
        [$($unknown:ident)?] |$other:ident| $otherwise:expr
    ) => {
        const _: () = {
            use $crate::json::emitted as _json;

            #[automatically_derived]
            impl _json::Mapped for $name {
                fn write<__S: _json::Serializer>(
                    &self,
                    to: __S,
                ) -> ::core::result::Result<__S::Ok, __S::Error> {
                    match self {
                        $(Self::$variant => _json::write_scalar::<$repr, __S>(
                            ::core::option::Option::Some($json),
                            &$number,
                            to,
                        ),)*
                        $(Self::$unknown(number) => {
                            _json::write_scalar::<$repr, __S>(::core::option::Option::None, number, to)
                        })?
                    }
                }

                fn read<'de, __D: _json::Deserializer<'de>>(
                    from: __D,
                    allowed: &_json::Allowance,
                ) -> ::core::result::Result<Self, __D::Error> {
                    const NAMES: &[(&::core::primitive::str, $repr)] = &[$(($json, $number)),*];
                    match _json::read_scalar::<$repr, __D>(from, NAMES, allowed)? {
                        $($number => ::core::result::Result::Ok(Self::$variant),)*
                        $other => $otherwise,
                    }
                }
            }

            $crate::__mapped_serde! { $name }
        };
    };
}

/// The mapping of flags: see `json`.
#[doc(hidden)]
#[macro_export]
macro_rules! __mapped_flags {
    ($name:ident $repr:ident $names:ident) => {
        const _: () = {
            use $crate::json::emitted as _json;

            #[automatically_derived]
            impl _json::Mapped for $name {
                fn write<__S: _json::Serializer>(
                    &self,
                    to: __S,
                ) -> ::core::result::Result<__S::Ok, __S::Error> {
                    _json::write_flags(self.bits(), $names, to)
                }

                fn read<'de, __D: _json::Deserializer<'de>>(
                    from: __D,
                    allowed: &_json::Allowance,
                ) -> ::core::result::Result<Self, __D::Error> {
                    let bits = _json::read_flags::<$repr, __D>(from, $names, allowed)?;
                    ::core::result::Result::Ok(Self::from_bits(bits))
                }
            }

            $crate::__mapped_serde! { $name }
        };
    };
}

/// The mapping of a union: see `json`.
#[doc(hidden)]
#[macro_export]
macro_rules! __mapped_union {
    // Writes a variant, if it is this one.
    (@write $this:ident $to:ident $name:literal; $tag:literal $json:literal $variant:ident []) => {
        if let Self::$variant {} = $this {
            return $to.serialize_unit_variant($name, $tag, $json);
        }
    };
    (@write $this:ident $to:ident $name:literal; $tag:literal $json:literal $variant:ident {}) => {
        $crate::__mapped_union! { @write $this $to $name; $tag $json $variant [] }
    };
    (@write $this:ident $to:ident $name:literal; $tag:literal $json:literal $variant:ident
        ($ty:ty $(=> $into:path, $from:path)?)
    ) => {
        if let Self::$variant(value) = $this {
            let value = $crate::__mapped_fields!(@show $ty, value ; $($into, $from)?);
            return $to.serialize_newtype_variant($name, $tag, $json, value);
        }
    };
    (@write $this:ident $to:ident $name:literal; $tag:literal $json:literal $variant:ident {
        $(
            $field:ident $field_json:literal : $ty:ty
            $(= $default:expr)? $(=> $into:path, $from:path)? ;
        )*
    }) => {
        if let Self::$variant { .. } = $this {
            const __COUNT: ::core::primitive::usize =
                <[&::core::primitive::str]>::len(&[$($field_json),*]);
            let out = $to.serialize_struct_variant($name, $tag, $json, __COUNT)?;
            // Not all at once: a field may be called as a pattern of Rust's prelude is.
            $(let out = match $this {
                Self::$variant { $field: value, .. } => _json::variant_field(
                    out,
                    $field_json,
                    $crate::__mapped_fields!(@show $ty, value ; $($into, $from)?),
                )?,
                _ => out,
            };)*
            return _json::SerializeStructVariant::end(out);
        }
    };
    // Reads a variant, if it is this one.
    (@read $owner:ident $read:ident $content:ident; $tag:literal $variant:ident []) => {
        if $read == $tag {
            return $content.unit().map(|()| Self::$variant {});
        }
    };
    (@read $owner:ident $read:ident $content:ident; $tag:literal $variant:ident {}) => {
        $crate::__mapped_union! { @read $owner $read $content; $tag $variant [] }
    };
    (@read $owner:ident $read:ident $content:ident; $tag:literal $variant:ident ($ty:ty)) => {
        if $read == $tag {
            return <$ty as _json::Mapped>::content($content).map(Self::$variant);
        }
    };
    (@read $owner:ident $read:ident $content:ident; $tag:literal $variant:ident
        ($ty:ty => $into:path, $from:path)
    ) => {
        if $read == $tag {
            let value = $from(<$ty as _json::Mapped>::content($content)?);
            return value.map(Self::$variant).map_err(_json::DeserializeError::custom);
        }
    };
    (@read $owner:ident $read:ident $content:ident; $tag:literal $variant:ident {
        $(
            $field:ident $json:literal : $ty:ty
            $(= $default:expr)? $(=> $into:path, $from:path)? ;
        )*
    }) => {
        if $read == $tag {
            $crate::__mapped_fields! { @slots [$owner::$variant] $owner {
                $($field $json : $ty $(= $default)? $(=> $into, $from)? ;)*
            } }
            return $content.fields::<__Fields>(&[$($json),*]);
        }
    };
    ($name:ident $json_name:literal {
        $($tag:literal $json:literal $variant:ident $shape:tt;)*
    } open $unknown:ident) => {
        $crate::__mapped_union! {
            @impl $name $json_name { $($tag $json $variant $shape;)* } [$unknown] false
        }
    };
    ($name:ident $json_name:literal {
        $($tag:literal $json:literal $variant:ident $shape:tt;)*
    } closed) => {
        $crate::__mapped_union! {
            @impl $name $json_name { $($tag $json $variant $shape;)* } [] true
        }
    };
    (@impl $name:ident $json_name:literal {
        $($tag:literal $json:literal $variant:ident $shape:tt;)*
    } [$($unknown:ident)?] $closed:literal) => {
        const _: () = {
            use $crate::json::emitted as _json;

            #[automatically_derived]
            impl _json::Mapped for $name {
                fn write<__S: _json::Serializer>(
                    &self,
                    to: __S,
                ) -> ::core::result::Result<__S::Ok, __S::Error> {
                    let this = self;
                    $($crate::__mapped_union! {
                        @write this to $json_name; $tag $json $variant $shape
                    })*
                    $(if let Self::$unknown(raw) = this {
                        return _json::write_raw($json_name, raw, to);
                    })?
                    ::core::result::Result::Err(_json::SerializeError::custom("no such variant"))
                }

                fn read<'de, __D: _json::Deserializer<'de>>(
                    from: __D,
                    allowed: &_json::Allowance,
                ) -> ::core::result::Result<Self, __D::Error> {
                    _json::read_union(from, allowed)
                }
            }

            #[automatically_derived]
            impl _json::Variants for $name {
                const NAME: &'static ::core::primitive::str = $json_name;
                const NAMES: &'static [&'static ::core::primitive::str] = &[$($json),*];
                const TAGS: &'static [::core::primitive::u8] = &[$($tag),*];
                const CLOSED: ::core::primitive::bool = $closed;

                fn variant<'de, __A: _json::VariantAccess<'de>>(
                    tag: ::core::primitive::u8,
                    content: _json::Content<'_, __A>,
                ) -> ::core::result::Result<Self, __A::Error> {
                    $($crate::__mapped_union! {
                        @read $name tag content; $tag $variant $shape
                    })*
                    let _ = content;
                    ::core::result::Result::Err(_json::unknown_tag(tag))
                }
            }

            $crate::__mapped_serde! { $name }
        };
    };
}
