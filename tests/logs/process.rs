//! What is of a whole process: the one set of logs it has, the standard error output, variables, and
//! the end. Each test starts itself again as another process.

use std::process::{Command, Output};

use network_protocol::config::LoggingConfig;
use network_protocol::logging::{self, LogError};
use network_protocol::utils;

use crate::Folder;

const ROLE: &str = "LOGS_TEST_ROLE";

/// Runs `role` in a process of its own, which is this test once more.
fn again(test: &str, variables: &[(&str, &str)], role: impl FnOnce()) -> Option<Output> {
    if std::env::var_os(ROLE).is_some() {
        role();
        return None;
    }
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", &format!("process::{test}"), "--nocapture"]);
    child.env_remove("RUST_LOG").env_remove("NO_COLOR").env(ROLE, "child");
    child.envs(variables.iter().copied());
    let output = child.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
    Some(output)
}

fn errors(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn logs_are_set_up_once() {
    again("logs_are_set_up_once", &[], || {
        utils::logging::init_logging(Some("info"), None).unwrap();
        let again = utils::logging::init_logging(Some("info"), None);
        assert_eq!(again.unwrap_err(), LogError::AlreadySet);
        let again = logging::init(&LoggingConfig::default());
        assert_eq!(again.unwrap_err(), LogError::AlreadySet);
    });
}

#[test]
fn f34_lines_go_to_the_standard_error_output_without_colours_and_none_is_lost_at_the_end() {
    let test =
        "f34_lines_go_to_the_standard_error_output_without_colours_and_none_is_lost_at_the_end";
    let output = again(test, &[], || {
        utils::logging::init_logging(None, None).unwrap();
        tracing::debug!("too small");
        for number in 0..5_000 {
            tracing::info!(number, "a line");
        }
    });
    let Some(output) = output else { return };
    let text = errors(&output);
    assert_eq!(text.lines().filter(|line| line.contains("a line number=")).count(), 5_000);
    assert!(text.contains("number=4999") && !text.contains("too small"));
    assert!(!text.contains('\u{1b}'), "colours in a pipe");
    assert!(!String::from_utf8_lossy(&output.stdout).contains("a line"));
}

/// A terminal of its own, by `script`.
#[cfg(target_os = "linux")]
#[test]
fn lines_have_colours_on_a_terminal_unless_no_color_says_otherwise() {
    if std::env::var_os(ROLE).is_some() {
        utils::logging::init_logging(None, None).unwrap();
        return tracing::info!("a line");
    }
    let test = "process::lines_have_colours_on_a_terminal_unless_no_color_says_otherwise";
    let program = std::env::current_exe().unwrap();
    let line = format!("{} --exact {test} --nocapture", program.display());
    let seen = |refused: &str| {
        let mut script = Command::new("script");
        script.args(["-qec", &line, "/dev/null"]).env_remove("RUST_LOG");
        let output = script.env(ROLE, "child").env("NO_COLOR", refused).output().ok()?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let line = text.lines().find(|line| line.contains("a line")).map(str::to_owned);
        Some(line.unwrap_or_else(|| panic!("{text}")))
    };
    let Some(coloured) = seen("") else { return crate::skipped("the command `script`") };
    assert!(coloured.contains('\u{1b}'), "{coloured}");
    assert!(!seen("1").unwrap().contains('\u{1b}'));
}

#[test]
fn f34_rust_log_wins() {
    let variables = [("RUST_LOG", "warn,logs::process=debug")];
    let output = again("f34_rust_log_wins", &variables, || {
        utils::logging::init_logging(Some("error"), None).unwrap();
        tracing::debug!("ours");
        tracing::info!(target: "theirs", "theirs-info");
        tracing::warn!(target: "theirs", "theirs-warn");
    });
    let Some(output) = output else { return };
    let text = errors(&output);
    assert!(text.contains("ours") && text.contains("theirs-warn"), "{text}");
    assert!(!text.contains("theirs-info"), "{text}");
}

#[test]
fn a_rust_log_that_is_not_understood_is_refused() {
    again("a_rust_log_that_is_not_understood_is_refused", &[("RUST_LOG", "a=loud")], || {
        let refused = utils::logging::init_logging(Some("info"), None).unwrap_err();
        assert!(refused.to_string().starts_with("RUST_LOG is \"a=loud\", it must be"), "{refused}");
    });
}

#[test]
fn a_level_that_is_none_and_a_file_that_cannot_be_are_refused() {
    again("a_level_that_is_none_and_a_file_that_cannot_be_are_refused", &[], || {
        let refused = utils::logging::init_logging(Some("loud"), None).unwrap_err();
        assert!(refused.to_string().contains("say trace, debug, info, warn or error"), "{refused}");
        let folder = Folder::new();
        let none = folder.0.join("none/a.log");
        let refused = utils::logging::init_logging(None, none.to_str()).unwrap_err();
        assert!(refused.to_string().contains("make it first"), "{refused}");
        let refused = utils::logging::init_logging(None, folder.0.to_str()).unwrap_err();
        assert!(matches!(refused, LogError::File { .. }), "{refused}");
        // None of them stands in the way of one that can be.
        let path = folder.0.join("a.log");
        let logs = utils::logging::init_logging(Some("WARN"), path.to_str()).unwrap();
        tracing::warn!("a line");
        assert!(crate::written(&logs, &path).contains("a line"));
    });
}
