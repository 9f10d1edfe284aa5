//! The example of streams does what its lines say.

#[expect(dead_code, reason = "its main belongs to the example")]
#[path = "../examples/streams.rs"]
mod streams;

#[tokio::test]
async fn the_example_shows_each_kind_of_stream() {
    let mut told = Vec::new();
    streams::run("mem://streams-example", |line| told.push(line)).await.unwrap();
    assert_eq!(
        told,
        [
            "guest 3 came in",
            "guest 4 came in",
            "the log was put away with 5 lines",
            "no window: Application(NoSuchLog)",
            "100 pieces went up",
            "ann says: hello",
            "ann says: anybody here?",
            "the talk goes on: false",
        ]
    );
}
