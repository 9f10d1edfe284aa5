//! One suite of behaviours for every transport. Another transport is one more row in [`EACH`].
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails where it is wrong"
)]

mod calls;
mod common;
mod life;
mod places;

/// A test of each behaviour over each transport: `transport: how to make a [`common::Place`] for it`.
macro_rules! over {
    ($($(#[$cfg:meta])* $transport:ident: $place:expr;)*) => {
        $($(#[$cfg])* mod $transport {
            over!(@each $place => calls: {
                a_call_is_answered_and_its_error_is_typed,
                streams_go_each_way,
                the_server_calls_and_tells_its_client,
                a_call_past_its_deadline_ends_at_both_sides,
                a_call_that_is_dropped_is_cancelled_at_the_server,
                a_large_message_arrives_whole_both_ways,
                many_calls_at_once_are_each_answered,
                a_handler_sees_who_calls_and_over_what,
                who_does_not_read_is_not_written_for_without_end,
            });
            over!(@each $place => life: {
                f18_a_peer_that_is_silent_is_found_dead_by_both_sides,
                f18_an_idle_connection_is_kept_by_its_heartbeat,
                calls_in_flight_are_finished_when_the_server_drains,
                one_connection_too_many_is_refused_with_a_reason,
                a_channel_reaches_the_server_that_comes_after,
                the_address_is_free_when_its_server_has_stopped,
            });
        })*
    };
    (@each $place:expr => $module:ident: { $($behaviour:ident,)* }) => {
        $(#[tokio::test]
        async fn $behaviour() {
            crate::$module::$behaviour(&$place).await;
        })*
    };
}

over! {
    tcp: crate::common::Place::tcp("127.0.0.1");
    tcp_6: crate::common::Place::tcp("[::1]");
    #[cfg(unix)]
    local: crate::common::Place::local_path();
    local_name: crate::common::Place::local_name();
    mem: crate::common::Place::mem();
    #[cfg(feature = "tls")]
    tls: crate::common::Place::tls(false);
    #[cfg(feature = "tls")]
    tls_mutual: crate::common::Place::tls(true);
}
