//! `assert_schema!`: holds protocols to a file, in a test.

/// Asserts in a test that protocols are what a file says, which lies beside `Cargo.toml`.
///
/// ```ignore
/// #[test]
/// fn the_protocol_is_locked() {
///     np::assert_schema!("chat.np.lock", Chat);
/// }
/// ```
///
/// The file holds the canonical text of the protocols, which are of one package. It is written, and
/// written anew, with `NP_BLESS=1` in the environment; commit it, and every change of what peers
/// see turns up in review.
#[macro_export]
macro_rules! assert_schema {
    ($file:literal, $($protocol:ty),+ $(,)?) => {{
        let path = ::std::path::Path::new(::core::env!("CARGO_MANIFEST_DIR")).join($file);
        let locked = ::std::fs::read_to_string(&path).ok();
        let now = $crate::reflect::text(&[
            $(<$protocol as $crate::protocol::Protocol>::schema()),+
        ]);
        if let ::core::result::Result::Err(difference) =
            $crate::reflect::compare(locked.as_deref(), &now)
        {
            if ::std::env::var_os("NP_BLESS").is_none() {
                ::core::panic!("{}: {difference}", path.display());
            }
            if let ::core::result::Result::Err(error) = ::std::fs::write(&path, &now) {
                ::core::panic!("{}: {error}", path.display());
            }
        }
    }};
    ($file:literal $(,)?) => {
        ::core::compile_error!(
            "name the protocols that the file locks: assert_schema!(\"chat.np.lock\", Chat)"
        )
    };
}
