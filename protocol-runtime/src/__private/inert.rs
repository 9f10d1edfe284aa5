//! Impls that do nothing, for items that a macro refused: so that what uses them is not refused as
//! well. What holds them does not compile, so they never run.

/// `inert! { [T] [Item<T>] [where T: Clone] }`: what the item would have by `#[derive(Wire)]`. An
/// `error`, or the type of a number, adds what such an enum has besides; `protocol` is what an enum
/// has by `#[protocol]`.
#[doc(hidden)]
#[macro_export]
macro_rules! __inert {
    ([$($parameters:tt)*] [$ty:ty] [$($clause:tt)*] protocol) => {
        #[automatically_derived]
        impl<$($parameters)*> $crate::protocol::Protocol for $ty $($clause)* {
            const NAME: &'static ::core::primitive::str = "";
            const VERSION: ::core::primitive::u32 = 1;
            const MIN_VERSION: ::core::primitive::u32 = 1;

            fn schema() -> &'static $crate::schema::ProtocolSchema {
                static _SCHEMA: $crate::schema::ProtocolSchema =
                    $crate::schema::ProtocolSchema::new("", &[]);
                &_SCHEMA
            }

            fn fingerprint() -> $crate::fingerprint::Fingerprint {
                $crate::fingerprint::Fingerprint::of(Self::schema())
            }

            fn number(&self) -> ::core::primitive::u16 {
                0
            }

            fn encode(
                self,
                _: &mut ::std::vec::Vec<::core::primitive::u8>,
            ) -> ::core::result::Result<(), $crate::wire::EncodeError> {
                ::core::result::Result::Ok(())
            }

            fn decode(
                _: ::core::primitive::u16,
                _: &$crate::Bytes,
                _: &$crate::wire::DecodeOptions,
            ) -> ::core::result::Result<::core::option::Option<Self>, $crate::wire::DecodeError> {
                ::core::result::Result::Ok(::core::option::Option::None)
            }
        }
    };
    ([$($parameters:tt)*] [$ty:ty] [$($clause:tt)*] error) => {
        $crate::__inert! { @wire [$($parameters)*] [$ty] [$($clause)*] (), () }

        #[automatically_derived]
        impl<$($parameters)*> ::core::fmt::Display for $ty $($clause)* {
            fn fmt(&self, _: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                ::core::result::Result::Ok(())
            }
        }

        #[automatically_derived]
        impl<$($parameters)*> ::core::error::Error for $ty $($clause)* {}
    };
    ([$($parameters:tt)*] [$ty:ty] [$($clause:tt)*] $number:ident) => {
        // What reads a default takes the view of such a type for the type.
        $crate::__inert! { @wire [$($parameters)*] [$ty] [$($clause)*] Self, loop {} }

        #[automatically_derived]
        impl<$($parameters)*> $crate::__private::v1::Xor for $ty $($clause)* {
            type Number = ::core::primitive::$number;

            fn to_number(self) -> Self::Number {
                0
            }

            fn from_number(
                _: Self::Number,
            ) -> ::core::result::Result<Self, $crate::wire::DecodeError> {
                ::core::result::Result::Err($crate::wire::DecodeErrorKind::NoValue.into())
            }
        }
    };
    ([$($parameters:tt)*] [$ty:ty] [$($clause:tt)*]) => {
        $crate::__inert! { @wire [$($parameters)*] [$ty] [$($clause)*] (), () }
    };
    (@wire [$($parameters:tt)*] [$ty:ty] [$($clause:tt)*] $view:ty, $viewed:expr) => {
        #[automatically_derived]
        impl<$($parameters)*> $crate::wire::Wire for $ty $($clause)* {
            const BITS: ::core::primitive::usize = 0;
            // An element of a list takes up room in it.
            const BLOCK: ::core::primitive::usize = 1;
            const HAS_TAIL: ::core::primitive::bool = false;
            const PLAIN: ::core::primitive::bool = false;

            type View<'view> = $view;

            fn encode_block(&self, _: &mut [::core::primitive::u8], _: $crate::wire::Slot) {}

            fn decode(
                _: &[::core::primitive::u8],
                _: $crate::wire::Slot,
                _: &mut $crate::wire::Reader<'_>,
            ) -> ::core::result::Result<Self, $crate::wire::DecodeError> {
                ::core::result::Result::Err($crate::wire::DecodeErrorKind::NoValue.into())
            }

            fn check(
                _: &[::core::primitive::u8],
                _: $crate::wire::Slot,
                _: &mut $crate::wire::Reader<'_>,
            ) -> ::core::result::Result<(), $crate::wire::DecodeError> {
                ::core::result::Result::Err($crate::wire::DecodeErrorKind::NoValue.into())
            }

            fn view<'view>(
                _: &'view [::core::primitive::u8],
                _: $crate::wire::Slot,
                _: $crate::wire::Tail<'view>,
            ) -> $view {
                $viewed
            }

            fn schema() -> &'static $crate::schema::TypeSchema {
                &$crate::schema::TypeSchema::Bool
            }
        }

        $crate::__private::v1::inert_mapped! { [$($parameters)*] [$ty] [$($clause)*] }
    };
}

/// The JSON mapping, and serde by way of it.
#[cfg(feature = "serde")]
#[doc(hidden)]
#[macro_export]
macro_rules! __inert_mapped {
    ([$($parameters:tt)*] [$ty:ty] [$($clause:tt)*]) => {
        const _: () = {
            use $crate::json::emitted as _json;

            #[automatically_derived]
            impl<$($parameters)*> _json::Mapped for $ty $($clause)* {
                fn write<S: _json::Serializer>(
                    &self,
                    _: S,
                ) -> ::core::result::Result<S::Ok, S::Error> {
                    ::core::result::Result::Err(_json::SerializeError::custom(""))
                }

                fn read<'de, D: _json::Deserializer<'de>>(
                    _: D,
                    _: &_json::Allowance,
                ) -> ::core::result::Result<Self, D::Error> {
                    ::core::result::Result::Err(_json::DeserializeError::custom(""))
                }
            }

            $crate::__mapped_serde! { [$($parameters)*] [$ty] [$($clause)*] }
        };
    };
}
