//! F32: what lies over what, and what is refused.

use std::time::Duration;

use network_protocol::config::{
    ClientConfig, ConfigError, Field, Kind, NetworkConfig, Problem, ServerConfig,
};

use crate::Folder;

const NONE: [(&str, &str); 0] = [];

/// Two values of a field, each allowed and neither its default, as they stand in a file.
fn others(field: &Field) -> [String; 2] {
    let pick = |one: &str, other: &str| [one.to_owned(), other.to_owned()];
    match (field.key().as_str(), field.kind) {
        ("server.address" | "client.address", _) => pick("\"h:1\"", "\"h:2\""),
        ("admin.address", _) => pick("\"127.0.0.1:1\"", "\"127.0.0.1:2\""),
        ("transport.encryption_enabled", _) => pick("true", "true"),
        ("security.server_key", _) => {
            let key = || network_protocol::Keypair::generate().unwrap().public();
            [format!("\"{}\"", key()), format!("\"{}\"", key())]
        }
        ("security.mode", _) => pick("\"server_auth\"", "\"insecure_plain\""),
        ("limits.stream_window" | "limits.events_window", _) => pick("2048", "4096"),
        ("limits.decode_total_bytes", _) => pick("2000000", "3000000"),
        ("transport.max_payload_size" | "logging.log_file_max_bytes", _) => pick("2048", "4096"),
        ("tls.pins", _) => {
            let pin = |octet| format!("\"{}\"", network_protocol::tls::Pin::new([octet; 32]));
            [format!("[{}, {}]", pin(1), pin(2)), format!("[{}, {}]", pin(3), pin(4))]
        }
        ("security.local_users", _) => pick("[\"33\"]", "[\"33\", \"1000\"]"),
        (_, Kind::Bool) => {
            let other = field.default != "true";
            [other.to_string(), other.to_string()]
        }
        (_, Kind::Integer) => pick("7", "9"),
        (_, Kind::Text) => pick("\"one\"", "\"two\""),
        (_, Kind::Duration) => pick("\"1s 5ms\"", "1007"),
        (_, Kind::Path) => pick("\"/one\"", "\"/two\""),
        (_, Kind::List) => pick("[\"10.0.0.0/8\"]", "[\"10.1.0.0/16\", \"10.2.0.0/16\"]"),
        (_, Kind::Choice(names)) => {
            let mut names = names.iter().map(|name| format!("{name:?}"));
            let mut next = || names.find(|name| *name != field.default).unwrap();
            let first = next();
            [first.clone(), names.find(|name| *name != field.default).unwrap_or(first)]
        }
        (_, kind) => panic!("no values for {kind:?}"),
    }
}

/// A value as it stands in a variable.
fn variable(value: &str) -> String {
    value.replace(['"', '[', ']'], "").replace(", ", ",")
}

/// What goes with a value so that the whole can be used.
fn company(field: &Field) -> &'static str {
    match field.key().as_str() {
        "security.shared_key_file" => "mode = \"shared_key\"",
        "transport.max_payload_size" => "compression_threshold_bytes = 0",
        "tls.certificate_file" => "key_file = \"/key\"",
        "tls.key_file" => "certificate_file = \"/certificate\"",
        "tls.pin_only" => {
            "pins = [\"sha256/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\"]\nallow_single_pin = true"
        }
        "tls.client_certificate_optional" | "tls.crl_files" => "client_ca_file = \"/ca\"",
        "logging.log_to_file" => "log_file_path = \"log\"",
        "logging.log_to_console" => "log_to_file = true\nlog_file_path = \"log\"",
        _ => "",
    }
}

fn shown(config: &NetworkConfig, field: &Field) -> String {
    let folder = Folder::new();
    let path = folder.0.join("shown.toml");
    config.save_to_file(&path).unwrap();
    let text = std::fs::read_to_string(path).unwrap();
    let table = text.split(&format!("\n[{}]\n", field.section)).nth(1).unwrap();
    let start = format!("{} = ", field.name);
    table.lines().find_map(|line| line.strip_prefix(&start)).unwrap().to_owned()
}

#[test]
fn f32_each_field_is_taken_from_a_file_a_variable_and_code_in_that_order() {
    for field in NetworkConfig::fields() {
        let [one, other] = others(&field);
        // The table is of no use where no address asks for it.
        let before =
            if field.section == "tls" { "[client]\naddress = \"tls://h:1\"\n" } else { "" };
        let (section, company) = (field.section, company(&field));
        let text = format!("{before}[{section}]\n{company}\n{} = {one}\n", field.name);
        let file = NetworkConfig::from_toml(&text).unwrap_or_else(|error| panic!("{error}"));
        let layers = || NetworkConfig::layers().toml("net.toml", &text);
        let own = field.variables[0].as_str();
        assert_eq!(
            own,
            format!("NETWORK_PROTOCOL_{}__{}", field.section, field.name).to_uppercase()
        );
        let both = layers().variables([(own, variable(&other))]).load().unwrap();
        let alone = NetworkConfig::from_toml(&text.replace(&one, &other)).unwrap();
        assert_eq!(shown(&both, &field), shown(&alone, &field), "{}", field.key());
        if field.name != "encryption_enabled" {
            assert_ne!(shown(&file, &field), field.default, "{}", field.key());
        }
        if one != other {
            assert_ne!(shown(&file, &field), shown(&both, &field), "{}", field.key());
        }
        // The one of earlier versions is weaker than the one of today, and stronger than the file.
        if let Some(earlier) = field.variables.get(1) {
            let earlier = (earlier.as_str(), variable(&other));
            let both = layers().variables([earlier.clone()]).load().unwrap();
            assert_eq!(shown(&both, &field), shown(&alone, &field), "{}", field.key());
            let all = layers().variables([earlier, (own, variable(&one))]).load().unwrap();
            assert_eq!(shown(&all, &field), shown(&file, &field), "{}", field.key());
        }
    }
    let text = "[server]\nmax_connections = 1\n";
    let variables = [("NETWORK_PROTOCOL_SERVER__MAX_CONNECTIONS", "2")];
    let layers = NetworkConfig::layers().toml("net.toml", text).variables(variables);
    let config = layers.load_with(|config| config.server.max_connections += 1).unwrap();
    assert_eq!(config.server.max_connections, 3);
}

#[test]
fn the_earlier_variables_set_what_they_did() {
    let config = NetworkConfig::layers().variables([
        ("NETWORK_PROTOCOL_SERVER_ADDRESS", "0.0.0.0:7"),
        ("NETWORK_PROTOCOL_BACKPRESSURE_LIMIT", "64"),
        ("NETWORK_PROTOCOL_CONNECTION_TIMEOUT_MS", "2500"),
        ("NETWORK_PROTOCOL_HEARTBEAT_INTERVAL_MS", "1000"),
    ]);
    let expected = NetworkConfig::default_with_overrides(|config| {
        config.server.address = "0.0.0.0:7".into();
        config.server.backpressure_limit = 64;
        config.server.connection_timeout = Duration::from_millis(2_500);
        config.client.connection_timeout = Duration::from_millis(2_500);
        config.server.heartbeat_interval = Duration::from_secs(1);
    });
    assert_eq!(config.load().unwrap(), expected);
}

#[test]
fn f32_what_a_table_leaves_out_has_its_default() {
    let config = NetworkConfig::from_toml("[server]\n[client]\naddress = \"example.org:9000\"\n");
    let expected = NetworkConfig::default_with_overrides(|config| {
        config.client.address = "example.org:9000".into();
    });
    assert_eq!(config.unwrap(), expected);
    assert_eq!(NetworkConfig::from_toml("").unwrap(), NetworkConfig::default());
    assert_eq!(expected.validate(), []);
}

#[test]
fn the_defaults_are_what_was_promised() {
    let config = NetworkConfig::default();
    let millis = Duration::from_millis;
    assert_eq!(config.server.address, "127.0.0.1:9000");
    assert_eq!(config.server.backpressure_limit, 32);
    assert_eq!(config.server.connection_timeout, millis(5_000));
    assert_eq!(config.server.heartbeat_interval, millis(15_000));
    assert_eq!(config.server.shutdown_timeout, millis(30_000));
    assert_eq!(config.server.max_connections, 1_000);
    assert_eq!(config.client.operation_timeout, millis(3_000));
    assert_eq!(config.client.response_timeout, millis(30_000));
    assert!(config.client.auto_reconnect && config.transport.encryption_enabled);
    assert_eq!(config.client.max_reconnect_attempts, 3);
    assert_eq!(config.client.reconnect_delay, millis(1_000));
    assert_eq!(config.transport.max_payload_size, 16_777_216);
    assert_eq!(config.transport.compression_level, 6);
    assert_eq!(config.transport.compression_threshold_bytes, 512);
    assert!(!config.transport.compression_enabled);
}

/// As programs have it that were written for the earlier versions.
#[test]
fn files_and_values_of_the_earlier_versions_are_taken() {
    let text = "[server]\naddress = \"127.0.0.1:9000\"\nbackpressure_limit = 100\nconnection_timeout = 30000\n\
                heartbeat_interval = 15000\nshutdown_timeout = 10000\nmax_connections = 1000\n\
                [client]\naddress = \"127.0.0.1:9000\"\nconnection_timeout = 5000\noperation_timeout = 3000\n\
                response_timeout = 30000\nheartbeat_interval = 15000\nauto_reconnect = true\n\
                max_reconnect_attempts = 3\nreconnect_delay = 1000\n\
                [transport]\ncompression_enabled = false\nencryption_enabled = true\n\
                max_payload_size = 16777216\ncompression_level = 6\n\
                [logging]\napp_name = \"network-protocol\"\nlog_level = \"info\"\nlog_to_console = true\n\
                log_to_file = false\njson_format = false\n";
    let server = ServerConfig {
        address: "127.0.0.1:9000".to_string(),
        backpressure_limit: 100,
        connection_timeout: Duration::from_secs(30),
        heartbeat_interval: Duration::from_secs(15),
        shutdown_timeout: Duration::from_secs(10),
        max_connections: 1000,
    };
    let client = ClientConfig {
        address: "127.0.0.1:9000".to_string(),
        connection_timeout: Duration::from_secs(5),
        operation_timeout: Duration::from_secs(3),
        response_timeout: Duration::from_secs(30),
        heartbeat_interval: Duration::from_secs(15),
        auto_reconnect: true,
        max_reconnect_attempts: 3,
        reconnect_delay: Duration::from_secs(1),
    };
    let config = NetworkConfig::from_toml(text).unwrap();
    assert_eq!((config.server, config.client), (server, client));
}

fn refused(text: &str) -> String {
    let layers = NetworkConfig::layers().toml("net.toml", text);
    layers.load().expect_err(text).to_string()
}

#[test]
fn f32_what_is_not_known_is_refused_by_its_name_and_line() {
    assert_eq!(
        refused("[server]\n\nadress = \"a:1\"\n"),
        "server.adress (net.toml:3) is not known: [server] has address, backpressure_limit, \
         connection_timeout, heartbeat_interval, shutdown_timeout, max_connections"
    );
    let unknown = refused("[severs]\nx = 1\n");
    assert!(unknown.starts_with("[severs] (net.toml:1) is not known: the tables are [server] "));
    let outside = refused("address = \"a:1\"\n");
    assert!(outside.starts_with("address (net.toml:1) is not known: a key stands in a table"));
    let dotted = refused("\"server.address\" = \"a:1\"\n");
    assert!(dotted.starts_with("server.address (net.toml:1) is not known"), "{dotted}");
}

#[test]
fn f32_a_bad_value_is_refused_with_its_place_and_what_is_allowed() {
    for (text, told) in [
        (
            "[server]\nmax_connections = 0",
            "server.max_connections is 0 (net.toml:2), it must be a whole number, from 1 to 100000",
        ),
        (
            "[server]\nmax_connections = \"5\"",
            "server.max_connections is \"5\" (net.toml:2), it must be a whole number, from 1 to 100000",
        ),
        (
            "[server]\nmax_connections = 99999999999999999999",
            "server.max_connections is \"99999999999999999999\" (net.toml:2), it must be a whole number, from 1 to 100000",
        ),
        (
            "[client]\n# a comment\nauto_reconnect = 1",
            "client.auto_reconnect is 1 (net.toml:3), it must be true or false",
        ),
        (
            "[client]\nresponse_timeout = \"soon\"",
            "client.response_timeout is \"soon\" (net.toml:2), it must be a duration like \"15s\", or whole milliseconds, 100ms or more",
        ),
        (
            "[client]\nresponse_timeout = -5",
            "client.response_timeout is -5 (net.toml:2), it must be a duration like \"15s\", or whole milliseconds, 100ms or more",
        ),
        (
            "[security]\nsuite = \"rot13\"",
            "security.suite is \"rot13\" (net.toml:2), it must be one of \"auto\", \"chacha\", \"aes-gcm\"",
        ),
        (
            "[client]\naddress = \"no port\"",
            "client.address is \"no port\" (net.toml:2), it must be an address like \"localhost:9000\" or \"tcp://[::1]:9000\", or several with commas between them",
        ),
        (
            "[client]\nmax_reconnect_attempts = 0",
            "client.max_reconnect_attempts (net.toml:2): it must be 1 or more, or client.auto_reconnect false",
        ),
        (
            "[transport]\nmax_payload_size = 1024\ncompression_threshold_bytes = 1025",
            "transport.compression_threshold_bytes (net.toml:3): it must be at most transport.max_payload_size",
        ),
    ] {
        assert_eq!(refused(text), told);
    }
    let list = refused("[tls]\npins = [\"a\", 1]");
    assert!(list.starts_with("tls.pins is [\"a\", 1] (net.toml:2), it must be"), "{list}");
    assert!(refused("[server\n").starts_with("net.toml:1 is no TOML: "));
    assert!(refused("[server]\na = 1\na = 2").contains("net.toml:3 is no TOML: "));
}

#[test]
fn f32_a_bad_variable_is_refused_by_its_name() {
    let refused = |name: &str, value: &str| {
        NetworkConfig::layers().variables([(name, value)]).load().unwrap_err().to_string()
    };
    assert_eq!(
        refused("NETWORK_PROTOCOL_BACKPRESSURE_LIMIT", "many"),
        "server.backpressure_limit is \"many\" (NETWORK_PROTOCOL_BACKPRESSURE_LIMIT), it must be a whole number, from 1 to 65536"
    );
    let unknown = refused("NETWORK_PROTOCOL_SERVER__ADRESS", "a:1");
    assert!(unknown.starts_with("NETWORK_PROTOCOL_SERVER__ADRESS (the environment) is not known"));
    // A cluster sets such ones for a service of that name.
    let foreign = [("NETWORK_PROTOCOL_PORT_9000_TCP", "tcp://10.0.0.1:9000"), ("PATH", "/bin")];
    NetworkConfig::layers().variables(foreign).load().unwrap();
}

#[test]
fn a_value_is_wrong_even_if_another_layer_lies_over_it_and_all_are_told_at_once() {
    let layers = NetworkConfig::layers().toml("net.toml", "[server]\nmax_connections = 0\nx = 1\n");
    let variables = [("NETWORK_PROTOCOL_SERVER__MAX_CONNECTIONS", "5")];
    let error = layers.variables(variables).load().unwrap_err();
    assert!(
        matches!(error.problems(), [Problem::BadValue { .. }, Problem::UnknownKey { .. }]),
        "{error}"
    );
    assert_eq!(error.to_string().lines().count(), 2);
}

#[test]
fn files_are_read_and_one_that_is_missing_is_an_error_unless_it_may_be() {
    let folder = Folder::new();
    let (path, none) = (folder.0.join("net.toml"), folder.0.join("none.toml"));
    std::fs::write(&path, "[server]\nmax_connections = 0\n").unwrap();
    let error = NetworkConfig::from_file(&path).unwrap_err().to_string();
    assert!(error.contains(&format!("({}:2)", path.display())), "{error}");
    let error: ConfigError = NetworkConfig::from_file(&none).unwrap_err();
    assert!(matches!(error.problems(), [Problem::File { writing: false, .. }]), "{error}");
    let layers = NetworkConfig::layers().file_if_there(&none).variables(NONE);
    assert_eq!(layers.load().unwrap(), NetworkConfig::default());
}

#[test]
fn what_code_wrote_is_checked_where_it_is_used() {
    let config = NetworkConfig::default_with_overrides(|config| {
        config.server.max_connections = 0;
        config.client.reconnect_delay = Duration::ZERO;
    });
    let keys = config.validate().into_iter().map(|problem| {
        let Problem::BadValue { key, .. } = problem else { panic!("{problem}") };
        key
    });
    assert_eq!(keys.collect::<Vec<_>>(), ["server.max_connections", "client.reconnect_delay"]);
    let strict = config.validate_strict().unwrap_err();
    assert_eq!(config.server_builder().unwrap_err(), strict);
    assert_eq!(config.client_builder().unwrap_err(), strict);
    let refused: network_protocol::Error = strict.into();
    assert!(matches!(refused, network_protocol::Error::Config(_)), "{refused}");
}

/// The environment of the process, which a test cannot change for itself: it starts itself again.
#[test]
fn the_environment_of_the_process_is_read() {
    const ROLE: &str = "CONFIG_TEST_ROLE";
    if std::env::var_os(ROLE).is_some() {
        let config = NetworkConfig::from_env().unwrap();
        assert_eq!(config.server.max_connections, 77);
        let folder = Folder::new();
        let path = folder.0.join("net.toml");
        std::fs::write(&path, "[server]\nmax_connections = 5\nbackpressure_limit = 6\n").unwrap();
        let config = NetworkConfig::load(&path).unwrap();
        assert_eq!((config.server.max_connections, config.server.backpressure_limit), (77, 6));
        let config = NetworkConfig::from_file(&path).unwrap();
        return assert_eq!(config.server.max_connections, 5);
    }
    let name = "layers::the_environment_of_the_process_is_read";
    let child = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", name])
        .env(ROLE, "child")
        .env("NETWORK_PROTOCOL_SERVER__MAX_CONNECTIONS", "77")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&child.stdout);
    assert!(child.status.success() && said.contains("1 passed"), "{said}");
}
