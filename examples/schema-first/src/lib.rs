network_protocol::include_schema!("example::logs");
