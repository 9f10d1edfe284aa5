//! Secrets: the bytes of what they hold, and nothing to see.

use protocol_runtime::types::Secret;
use protocol_runtime::wire::{Wire, decode_exact, encode, view};

#[test]
fn a_secret_has_the_bytes_of_what_it_holds() {
    fn same<T: Wire + Clone + PartialEq + std::fmt::Debug>(value: &T) {
        let bytes = encode(value).unwrap();
        assert_eq!(encode(&Secret::new(value.clone())).unwrap(), bytes);
        assert_eq!(decode_exact::<Secret<T>>(&bytes).unwrap().expose(), value);
        assert_eq!(<Secret<T>>::BITS, T::BITS);
        assert_eq!(<Secret<T>>::HAS_TAIL, T::HAS_TAIL);
        const { assert!(!<Secret<T>>::IS_KEY, "keys are compared and printed") };
    }
    same(&7_u32);
    same(&true);
    same(&Some(true));
    same(&"hunter2".to_owned());
    same(&vec!["a".to_owned(), "b".repeat(300)]);
    assert_eq!(encode(&vec![Secret::new(true), Secret::new(false)]), encode(&vec![true, false]),);
    assert_eq!(encode(&Some(Secret::new(5_u8))), encode(&Some(5_u8)));
}

#[test]
fn neither_a_secret_nor_its_view_shows_anything() {
    let secret = vec![(1_u8, Secret::new("hunter2".to_owned()))];
    let bytes = encode(&secret).unwrap();
    let opened = view::<Vec<(u8, Secret<String>)>>(&bytes).unwrap();
    assert_eq!(format!("{secret:?}"), "[(1, Secret(…))]");
    assert_eq!(format!("{opened:?}"), "[(1, Secret(…))]");
    assert_eq!(*opened.get(0).unwrap().1.expose(), "hunter2");
}
