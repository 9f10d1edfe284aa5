//! Any order of calls, answers, time and travel against what must hold of each call: it ends
//! once, with its own answer.

use std::collections::BTreeMap;
use std::time::Duration;

use proptest::prelude::*;

use super::pair::{Pair, Protection, append, config, id};
use crate::error::Fault;
use crate::frame::reason::Reason;
use crate::limits::Limits;
use crate::session::{
    CallFailure, CallId, CallOptions, CallRefused, Config, Event, Role, State, Status,
};

#[derive(Clone, Copy, Debug)]
enum Step {
    Call { role: Role, timeout: Option<u64> },
    Notify { role: Role },
    Reply { role: Role, pick: usize },
    Fail { role: Role, pick: usize },
    Forget { role: Role, pick: usize },
    Carry { role: Role },
    Advance { ms: u64 },
}

fn step() -> impl Strategy<Value = Step> {
    let role = prop::sample::select(vec![Role::Client, Role::Server]);
    let pick = (role.clone(), 0_usize..8);
    prop_oneof![
        4 => (role.clone(), prop::option::of(1_u64..5_000))
            .prop_map(|(role, timeout)| Step::Call { role, timeout }),
        1 => role.clone().prop_map(|role| Step::Notify { role }),
        3 => pick.clone().prop_map(|(role, pick)| Step::Reply { role, pick }),
        1 => pick.clone().prop_map(|(role, pick)| Step::Fail { role, pick }),
        1 => pick.prop_map(|(role, pick)| Step::Forget { role, pick }),
        4 => role.prop_map(|role| Step::Carry { role }),
        1 => (1_u64..40_000).prop_map(|ms| Step::Advance { ms }),
    ]
}

/// What is known of the calls of a connection.
#[derive(Default)]
struct Calls {
    /// What each call carries there and back.
    bodies: BTreeMap<CallId, [u8; 8]>,
    /// Calls that somebody waits for.
    awaited: Vec<CallId>,
    /// Calls that arrived and are not answered.
    arrived: BTreeMap<bool, Vec<CallId>>,
    /// How many one-way messages are on the way, and arrived.
    notified: (usize, usize),
}

impl Calls {
    fn serving(&mut self, role: Role) -> &mut Vec<CallId> {
        self.arrived.entry(role == Role::Client).or_default()
    }

    /// Holds what happened on a side against what may happen.
    fn saw(&mut self, role: Role, events: Vec<Event>) -> Result<(), TestCaseError> {
        for event in events {
            match event {
                Event::Request { call, body, .. } => {
                    prop_assert_eq!(&body[..], &self.bodies[&call][..]);
                    prop_assert!(!self.serving(role).contains(&call));
                    self.serving(role).push(call);
                }
                Event::Reply { call, body, .. } => {
                    prop_assert_eq!(&body[..], &self.bodies[&call][..]);
                    self.ended(role, call)?;
                }
                Event::Failed { call, error } => {
                    let lost = CallFailure::ConnectionLost { maybe_executed: true };
                    let failed = CallFailure::Remote(Fault::Cancelled);
                    // Calls that were given up run on at the other side, and take places there.
                    let refused = CallFailure::Remote(Fault::Overloaded { retry_after: None });
                    let known = [lost, failed, refused, CallFailure::TimedOut];
                    prop_assert!(known.contains(&error), "{}", error);
                    self.ended(role, call)?;
                }
                Event::OneWay { .. } => self.notified.1 += 1,
                Event::Dropped { call, .. } => self.serving(role).retain(|one| *one != call),
                Event::Closed(_) => {}
                Event::Established
                | Event::Pong { .. }
                | Event::Opened { .. }
                | Event::Item { .. }
                | Event::Ended { .. }
                | Event::Credit { .. }
                | Event::GoingAway { .. } => prop_assert!(false, "{:?}", event),
            }
        }
        Ok(())
    }

    fn ended(&mut self, role: Role, call: CallId) -> Result<(), TestCaseError> {
        prop_assert_eq!(call.caller(), role);
        let at = self.awaited.iter().position(|awaited| *awaited == call);
        prop_assert!(at.is_some(), "{} ended twice, or for nobody", call);
        self.awaited.remove(at.unwrap());
        Ok(())
    }
}

fn apply(pair: &mut Pair, calls: &mut Calls, step: Step) -> Result<(), TestCaseError> {
    let now = pair.now;
    match step {
        Step::Call { role, timeout } => {
            let side = pair.side(role);
            let body = u64::try_from(calls.bodies.len()).unwrap().to_le_bytes();
            let timeout = timeout.map(Duration::from_millis);
            match side.session.call(now, 0, 1, CallOptions::timeout(timeout), append(&body)) {
                Ok(call) => {
                    prop_assert_eq!(calls.bodies.insert(call, body), None);
                    calls.awaited.push(call);
                }
                Err(refused) => {
                    prop_assert_eq!(refused, CallRefused::TooManyCalls { max: 8 });
                    prop_assert_eq!(side.session.calls_in_flight(), 8);
                }
            }
        }
        Step::Notify { role } => {
            pair.side(role).session.notify(0, 2, CallOptions::default(), append(b"")).unwrap();
            calls.notified.0 += 1;
        }
        Step::Reply { role, pick } => {
            let serving = calls.serving(role);
            if pick < serving.len() {
                let call = serving.remove(pick);
                let body = calls.bodies[&call];
                pair.side(role).session.reply(call, append(&body)).unwrap();
            }
        }
        Step::Fail { role, pick } => {
            let serving = calls.serving(role);
            if pick < serving.len() {
                let call = serving.remove(pick);
                pair.side(role).session.fail(call, &Fault::Cancelled).unwrap();
            }
        }
        Step::Forget { role, pick } => {
            let own = calls.awaited.iter().filter(|call| call.caller() == role);
            if let Some(call) = own.copied().nth(pick) {
                pair.side(role).session.cancel(now, call);
                calls.awaited.retain(|awaited| *awaited != call);
            }
        }
        Step::Carry { role } => drop(pair.carry(role)),
        Step::Advance { ms } => pair.advance(Duration::from_millis(ms)),
    }
    for role in [Role::Client, Role::Server] {
        let events = pair.side(role).take_events();
        calls.saw(role, events)?;
        prop_assert!(pair.side(role).session.served_in_flight() <= 8);
        let awaited = calls.awaited.iter().filter(|call| call.caller() == role).count();
        prop_assert!(pair.side(role).session.calls_in_flight() >= awaited);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn f19_s12_each_call_ends_once_and_with_its_own_answer(
        protection in prop::sample::select(vec![Protection::Plain, Protection::Nn]),
        cut in prop::sample::select(vec![1, 7, 40, usize::MAX]),
        from in prop::sample::select(vec![1_u32, u32::MAX - 30]),
        steps in prop::collection::vec(step(), 0..200),
    ) {
        let side = |role| Config {
            // Time passes faster here than anything is carried.
            limits: Limits::default()
                .with_calls_in_flight(8)
                .and_then(|limits| limits.with_heartbeat(Duration::ZERO))
                .unwrap()
                .into(),
            ..config(protection.of(role))
        };
        let mut pair = Pair::with(side(Role::Client), side(Role::Server)).opened();
        pair.cut = cut;
        skip_calls(&mut pair, from);
        let mut calls = Calls::default();
        for step in steps {
            apply(&mut pair, &mut calls, step)?;
        }
        pair.assert_status(Status::Open);
        pair.settle();
        pair.client.session.close(Reason::Normal, "");
        pair.settle();
        pair.assert_status(Status::Closed);
        for role in [Role::Client, Role::Server] {
            let events = pair.side(role).take_events();
            prop_assert!(matches!(events.last(), Some(Event::Closed(_))));
            calls.saw(role, events)?;
        }
        prop_assert_eq!(&calls.awaited, &vec![]);
        prop_assert_eq!(calls.notified.0, calls.notified.1);
    }
}

/// The client's next call has this number.
fn skip_calls(pair: &mut Pair, next: u32) {
    let State::Open(open) = &mut pair.client.session.state else { panic!() };
    open.skip_calls(id(next));
}
