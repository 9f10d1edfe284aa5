use super::super::pattern::{Row, Token};
use super::super::{ParseSuiteError, Pattern, Role, Suite, SuiteChoice};
use super::rows;

#[test]
fn numbers_and_names_are_those_of_the_wire() {
    let all = Pattern::ALL.map(|pattern| (pattern.code(), pattern.name()));
    assert_eq!(all, [(1, "NN"), (2, "NK"), (3, "XX"), (4, "XK"), (5, "NNpsk0")]);
    let all = Suite::ALL.map(|suite| (suite.code(), suite.name()));
    assert_eq!(all, [(1, "ChaChaPoly"), (2, "AESGCM")]);
    assert_eq!(
        (Pattern::Xk.to_string(), Suite::AesGcm.to_string()),
        ("XK".to_owned(), "AESGCM".to_owned())
    );
}

#[test]
fn a_number_leads_back_to_its_pattern_and_an_unknown_one_to_none() {
    for code in 0..=u8::MAX {
        assert_eq!(
            Pattern::from_code(code).map(Pattern::code),
            (1..=5).contains(&code).then_some(code)
        );
        assert_eq!(
            Suite::from_code(code).map(Suite::code),
            (1..=2).contains(&code).then_some(code)
        );
    }
}

#[test]
fn the_quicker_suite_is_aes_exactly_where_the_processor_has_it() {
    #[cfg(target_arch = "x86_64")]
    let aes = std::arch::is_x86_feature_detected!("aes")
        && std::arch::is_x86_feature_detected!("pclmulqdq");
    #[cfg(target_arch = "aarch64")]
    let aes = std::arch::is_aarch64_feature_detected!("aes");
    #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
    let aes = Suite::auto() == Suite::AesGcm;
    assert_eq!(Suite::auto(), if aes { Suite::AesGcm } else { Suite::ChaChaPoly });
}

#[test]
fn a_suite_is_chosen_by_its_name_or_by_the_processor() {
    let chosen = |text: &str| text.parse().map(SuiteChoice::suite);
    assert_eq!(chosen("auto"), Ok(Suite::auto()));
    assert_eq!(chosen("chacha"), Ok(Suite::ChaChaPoly));
    assert_eq!(chosen("aes-gcm"), Ok(Suite::AesGcm));
    for wrong in ["", "AUTO", "chacha ", "aes", "ChaChaPoly", "none"] {
        assert_eq!(chosen(wrong), Err(ParseSuiteError), "{wrong:?}");
    }
    for choice in SuiteChoice::ALL {
        assert_eq!(choice.to_string().parse(), Ok(choice));
        assert!(ParseSuiteError.to_string().contains(choice.name()));
    }
    assert_eq!(SuiteChoice::default(), SuiteChoice::Auto);
    assert_eq!(Suite::ALL.map(|suite| SuiteChoice::from(suite).suite()), Suite::ALL);
}

#[test]
fn sides_take_turns() {
    assert_eq!(
        [0, 1, 2, 3].map(Row::sender).map(Role::peer),
        [Role::Responder, Role::Initiator, Role::Responder, Role::Initiator]
    );
}

#[test]
fn a_row_says_whose_static_key_is_sent_and_whose_is_known() {
    let of = |name| {
        let row = rows::find(name).unwrap();
        [Role::Initiator, Role::Responder].map(|side| (row.sends_static(side), row.is_known(side)))
    };
    assert_eq!(of("NN"), [(false, false), (false, false)]);
    assert_eq!(of("XN"), [(true, false), (false, false)]);
    assert_eq!(of("NX"), [(false, false), (true, false)]);
    assert_eq!(of("KN"), [(false, true), (false, false)]);
    assert_eq!(of("XK"), [(true, false), (false, true)]);
    let psks = ["NN", "NNpsk0", "XXpsk0+psk3"].map(|name| rows::find(name).unwrap().psks());
    assert_eq!(psks, [0, 1, 2]);
}

#[test]
fn no_row_repeats_a_token_or_uses_a_key_before_it_is_there() {
    let offered = Pattern::ALL.into_iter().map(|pattern| *pattern.row());
    for row in rows::FURTHER.into_iter().chain(offered) {
        let mut seen: Vec<(Role, Token)> = Vec::new();
        for (index, tokens) in row.messages.iter().enumerate() {
            for token in tokens.iter().filter(|token| **token != Token::Psk) {
                // A Diffie-Hellman belongs to both sides; section 7.3 forbids to do one twice.
                let key = match token {
                    Token::Dh(..) => (Role::Initiator, *token),
                    Token::E | Token::S | Token::Psk => (Row::sender(index), *token),
                };
                assert!(!seen.contains(&key), "{}: {token:?} twice", row.name);
                seen.push(key);
            }
        }
    }
}
