//! The further patterns of the specification, sections 7.4, 7.5 and appendix 18.1, so that the
//! published vectors run on the same interpreter. They are not offered.

use super::super::pattern::{EE, ES, Half, Pattern, Row, SE, Token, row};
use Token::{E, Psk, S};

const SS: Token = Token::Dh(Half::Static, Half::Static);

pub(super) const FURTHER: [Row; 34] = [
    row("N", false, true, &[&[E, ES]]),
    row("K", true, true, &[&[E, ES, SS]]),
    row("X", false, true, &[&[E, ES, S, SS]]),
    row("NX", false, false, &[&[E], &[E, EE, S, ES]]),
    row("XN", false, false, &[&[E], &[E, EE], &[S, SE]]),
    row("KN", true, false, &[&[E], &[E, EE, SE]]),
    row("KK", true, true, &[&[E, ES, SS], &[E, EE, SE]]),
    row("KX", true, false, &[&[E], &[E, EE, SE, S, ES]]),
    row("IN", false, false, &[&[E, S], &[E, EE, SE]]),
    row("IK", false, true, &[&[E, ES, S, SS], &[E, EE, SE]]),
    row("IX", false, false, &[&[E, S], &[E, EE, SE, S, ES]]),
    row("NK1", false, true, &[&[E], &[E, EE, ES]]),
    row("NX1", false, false, &[&[E], &[E, EE, S], &[ES]]),
    row("X1N", false, false, &[&[E], &[E, EE], &[S], &[SE]]),
    row("X1K", false, true, &[&[E, ES], &[E, EE], &[S], &[SE]]),
    row("XK1", false, true, &[&[E], &[E, EE, ES], &[S, SE]]),
    row("X1K1", false, true, &[&[E], &[E, EE, ES], &[S], &[SE]]),
    row("X1X", false, false, &[&[E], &[E, EE, S, ES], &[S], &[SE]]),
    row("XX1", false, false, &[&[E], &[E, EE, S], &[ES, S, SE]]),
    row("X1X1", false, false, &[&[E], &[E, EE, S], &[ES, S], &[SE]]),
    row("K1N", true, false, &[&[E], &[E, EE], &[SE]]),
    row("K1K", true, true, &[&[E, ES], &[E, EE], &[SE]]),
    row("KK1", true, true, &[&[E], &[E, EE, SE, ES]]),
    row("K1K1", true, true, &[&[E], &[E, EE, ES], &[SE]]),
    row("K1X", true, false, &[&[E], &[E, EE, S, ES], &[SE]]),
    row("KX1", true, false, &[&[E], &[E, EE, SE, S], &[ES]]),
    row("K1X1", true, false, &[&[E], &[E, EE, S], &[SE, ES]]),
    row("I1N", false, false, &[&[E, S], &[E, EE], &[SE]]),
    row("I1K", false, true, &[&[E, ES, S], &[E, EE], &[SE]]),
    row("IK1", false, true, &[&[E, S], &[E, EE, SE, ES]]),
    row("I1K1", false, true, &[&[E, S], &[E, EE, ES], &[SE]]),
    row("I1X", false, false, &[&[E, S], &[E, EE, S, ES], &[SE]]),
    row("IX1", false, false, &[&[E, S], &[E, EE, SE, S], &[ES]]),
    row("I1X1", false, false, &[&[E, S], &[E, EE, S], &[SE, ES]]),
];

/// The row of a name such as `XXpsk0+psk3`. An offered pattern gives the row that is offered.
pub(super) fn find(name: &str) -> Option<&'static Row> {
    if let Some(offered) = Pattern::ALL.iter().find(|pattern| pattern.name() == name) {
        return Some(offered.row());
    }
    let (base, modifiers) = name.find("psk").map_or((name, ""), |at| name.split_at(at));
    let offered = Pattern::ALL.iter().map(|pattern| *pattern.row());
    let base = FURTHER.into_iter().chain(offered).find(|row| row.name == base)?;
    let mut messages: Vec<Vec<Token>> =
        base.messages.iter().map(|tokens| tokens.to_vec()).collect();
    for modifier in modifiers.split('+').filter(|modifier| !modifier.is_empty()) {
        // Section 9.4: psk0 opens the first message, psk<n> closes the n-th.
        match modifier.strip_prefix("psk")?.parse().ok()? {
            0 => messages.first_mut()?.insert(0, Psk),
            n => messages.get_mut(usize::checked_sub(n, 1)?)?.push(Psk),
        }
    }
    let messages: Vec<&'static [Token]> =
        messages.into_iter().map(|tokens| &*tokens.leak()).collect();
    Some(Box::leak(Box::new(Row {
        name: name.to_owned().leak(),
        messages: messages.leak(),
        ..base
    })))
}
