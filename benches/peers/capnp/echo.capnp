@0xb3c1f5a9d2e4608f;

# What the peer `capnp-rpc` serves. `echo_capnp.rs` beside is what
#   capnp compile -o rust echo.capnp
# makes of it, committed so that a build needs no schema compiler.

interface Echo {
  echo @0 (body :Data) -> (body :Data);
}
