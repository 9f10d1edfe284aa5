//! Handlers of closures.

use std::sync::{Arc, Mutex};

use network_protocol::{self as np, CallError, Cx, Dispatcher, RegisterError};

use crate::{Kit, KitClient, KitShipAll, Odd};

async fn client(dispatcher: &Dispatcher<Kit>) -> KitClient {
    np::testing::client(dispatcher.clone()).await.unwrap()
}

#[tokio::test]
async fn closures_answer_by_the_names_of_their_messages() {
    let (dispatcher, said) = (Dispatcher::<Kit>::new(), Arc::new(Mutex::new(Vec::new())));
    dispatcher.on("Echo", |_: &Cx, text: String| format!("{text}!")).unwrap();
    dispatcher
        .on(
            "Half",
            |_: &Cx, n: u64| if n.is_multiple_of(2) { Ok(n / 2) } else { Err(Odd::Number(n)) },
        )
        .unwrap();
    let heard = said.clone();
    dispatcher.on("Say", move |_: &Cx, text: String| heard.lock().unwrap().push(text)).unwrap();
    dispatcher
        .on_async("Wait", |cx: Arc<Cx>, millis: u64| async move {
            tokio::task::yield_now().await;
            assert_eq!(cx.peer().transport(), "mem");
            millis + 1
        })
        .unwrap();
    // In capitals too, and as a value of the protocol.
    dispatcher
        .register("SHIP_ALL", |message: &Kit| match message {
            Kit::ShipAll { first, lines } if !lines.is_empty() => Ok(first + 10),
            _ => Err("nothing to ship"),
        })
        .unwrap();
    assert_eq!(dispatcher.handled(), ["Echo", "Half", "Say", "ShipAll", "Wait"]);

    let kit = client(&dispatcher).await;
    kit.say("hello".into()).await.unwrap();
    assert_eq!(kit.echo("a".into()).await.unwrap(), "a!");
    assert_eq!(kit.half(8).await.unwrap(), 4);
    assert_eq!(kit.half(9).await, Err(CallError::Application(Odd::Number(9))));
    assert_eq!(kit.wait(1).await.unwrap(), 2);
    let ship = |lines: Vec<String>| kit.ship_all(KitShipAll { first: 5, lines });
    assert_eq!(ship(vec!["x".into()]).await.unwrap(), 15);
    let refused = ship(vec![]).await.unwrap_err();
    assert_eq!(refused, CallError::Refused { text: "nothing to ship".into() });
    assert_eq!(*said.lock().unwrap(), ["hello"]);
}

#[tokio::test]
async fn handlers_come_and_go_while_they_serve() {
    let dispatcher = Dispatcher::<Kit>::new();
    // As whoever keeps it in an `Arc` does.
    let kit: KitClient = np::testing::client(Arc::new(dispatcher.clone())).await.unwrap();
    assert_eq!(kit.echo("a".into()).await, Err(CallError::Unimplemented));
    dispatcher.on("Echo", |_: &Cx, text: String| text).unwrap();
    assert_eq!(kit.echo("a".into()).await.unwrap(), "a");
    dispatcher.on("Echo", |_: &Cx, text: String| text.repeat(2)).unwrap();
    assert_eq!(kit.echo("a".into()).await.unwrap(), "aa");
    assert!(dispatcher.remove("Echo") && !dispatcher.remove("Echo"));
    assert_eq!(kit.echo("a".into()).await, Err(CallError::Unimplemented));
}

#[tokio::test]
async fn a_handler_that_panics_or_fails_answers_its_caller_and_nobody_else() {
    let dispatcher = Dispatcher::<Kit>::new();
    dispatcher.on::<String, String>("Echo", |_: &Cx, _| panic!("the injected fault")).unwrap();
    dispatcher
        .register_async("Wait", |message: Kit| async move {
            let Kit::Wait(millis) = message else { panic!("another message") };
            if millis > 5 { Err("too long") } else { Ok(millis) }
        })
        .unwrap();
    let kit = client(&dispatcher).await;
    assert_eq!(kit.echo("a".into()).await, Err(CallError::HandlerPanicked));
    assert_eq!(kit.wait(6).await, Err(CallError::Refused { text: "too long".into() }));
    assert_eq!(kit.wait(5).await, Ok(5));
}

#[test]
fn a_message_has_the_name_of_the_schema_that_of_its_method_and_one_in_capitals() {
    let dispatcher = Dispatcher::<Kit>::new();
    for name in ["ShipAll", "ship_all", "SHIP_ALL"] {
        dispatcher.register(name, |_: &Kit| Ok::<u64, String>(1)).unwrap();
        assert!(dispatcher.remove(name), "{name}");
    }
    for name in ["shipall", "Ship_All", "shipAll"] {
        let refused = dispatcher.register(name, |_: &Kit| Ok::<u64, String>(1));
        assert!(matches!(refused, Err(RegisterError::NoSuchMessage { .. })), "{name}");
    }
}

#[test]
fn what_does_not_fit_the_schema_is_refused_when_it_is_registered() {
    let dispatcher = Dispatcher::<Kit>::new();
    let unknown = dispatcher.on("Nothing", |_: &Cx, (): ()| ()).unwrap_err();
    assert_eq!(
        unknown.to_string(),
        "`test::kit::Kit` has no message `Nothing`: use one of Echo, Half, Say, ShipAll, Wait, Count (from clients); News (from the server)"
    );
    let other = |message, part| Err(RegisterError::OtherType { message, part });
    assert_eq!(dispatcher.on("Echo", |_: &Cx, _: u32| String::new()), other("Echo", "content"));
    assert_eq!(dispatcher.on("Echo", |_: &Cx, _: String| 1_u8), other("Echo", "reply"));
    assert_eq!(dispatcher.on("Echo", |_: &Cx, _: String| ()), other("Echo", "reply"));
    assert_eq!(dispatcher.on("Say", |_: &Cx, _: String| 1_u8), other("Say", "reply"));
    assert_eq!(dispatcher.on("Half", |_: &Cx, _: u64| 1_u64), other("Half", "error"));
    let wrong = |_: &Cx, _: u64| Ok::<u64, String>(1);
    assert_eq!(dispatcher.on("Half", wrong), other("Half", "error"));
    let wrong = |_: &Kit| Ok::<u64, String>(1);
    assert_eq!(dispatcher.register("Echo", wrong), other("Echo", "reply"));
    let streams = Err(RegisterError::Streams { message: "Count" });
    assert_eq!(dispatcher.on("Count", |_: &Cx, _: u64| 1_u64), streams);
    assert_eq!(dispatcher.register("Count", |_: &Kit| Ok::<u64, String>(1)), streams);
    assert!(dispatcher.handled().is_empty());
}
