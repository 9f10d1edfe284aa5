//! The page of live state: plain HTML with its style in it, and nothing that runs. Whatever a peer can
//! choose is escaped, cut, and shown without control characters.

use std::fmt::{self, Display, Write};
use std::time::Duration;

use super::live::{Live, MessageCounts, left_out};
use crate::{ConnectionState, ServerState};

/// How much of a text of a peer is shown, in characters.
const SHOWN: usize = 160;

const STYLE: &str = include_str!("page.css");

/// The page.
pub(super) fn draw(live: &Live) -> String {
    let mut out = String::with_capacity(16_384);
    // Writing to a `String` does not fail.
    write(&mut out, live).ok();
    out
}

fn write(out: &mut String, live: &Live) -> fmt::Result {
    write!(
        out,
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta name=\"color-scheme\" content=\"light dark\">\
         <meta http-equiv=\"refresh\" content=\"3\"><title>{}</title><style>{STYLE}</style></head><body>\n",
        title(live)
    )?;
    if live.servers.is_empty() {
        out.push_str("<main><p>No server is shown here.</p></main>");
    }
    for state in &live.servers {
        server(out, state)?;
    }
    messages(out, live.messages.as_deref())?;
    writeln!(
        out,
        "<footer><a href=\"/stats.json\">stats.json</a> <a href=\"/metrics\">metrics</a> \
         <a href=\"/readyz\">readyz</a> <span>network-protocol {}, refreshed every 3 s</span></footer>\
         </body></html>",
        env!("CARGO_PKG_VERSION")
    )
}

fn title(live: &Live) -> String {
    let names: Vec<_> =
        live.servers.iter().map(|server| Text(&server.address).to_string()).collect();
    if names.is_empty() { "network-protocol".to_owned() } else { names.join(", ") }
}

fn server(out: &mut String, server: &ServerState) -> fmt::Result {
    let (stats, session) = (&server.stats, &server.stats.session);
    let phase = server.phase.name();
    write!(out, "<main><h1>{} <b class=\"{phase}\">{phase}</b></h1><dl>", Text(&server.address))?;
    let octets = [session.octets_in, session.octets_out].map(|octets| Octets(octets).to_string());
    let [received, sent] = octets;
    for (name, value) in [
        ("connections", stats.connections.to_string()),
        ("in handshake", stats.half_open.to_string()),
        ("refused", stats.refused.to_string()),
        ("served now", stats.served_in_flight.to_string()),
        ("calls served", session.requests.to_string()),
        ("overloaded", session.overloaded.to_string()),
        ("received", received),
        ("sent", sent),
    ] {
        write!(out, "<div><dt>{name}</dt><dd>{value}</dd></div>")?;
    }
    out.push_str("</dl><h2>Connections</h2>");
    if server.connections.is_empty() {
        out.push_str("<p>None.</p></main>");
        return Ok(());
    }
    out.push_str(
        "<table><thead><tr><th>peer</th><th>transport</th><th>cipher</th><th class=\"n\">age</th>\
         <th class=\"n\">in flight</th><th class=\"n\">received</th><th class=\"n\">sent</th></tr></thead><tbody>",
    );
    for one in &server.connections {
        connection(out, one)?;
    }
    out.push_str("</tbody></table>");
    match left_out(server) {
        0 => {}
        more => {
            write!(out, "<p>And {more} more; <a href=\"/stats.json\">stats.json</a> has them.</p>")?
        }
    }
    out.push_str("</main>\n");
    Ok(())
}

fn connection(out: &mut String, connection: &ConnectionState) -> fmt::Result {
    let ConnectionState { peer, security, age, let_in, stats, .. } = connection;
    let identity = peer.identity().to_string();
    let name = peer.principal().unwrap_or(&identity);
    let cipher = if *let_in { security.cipher().to_string() } else { "in handshake".to_owned() };
    write!(
        out,
        "<tr><td data-of=\"peer\"><strong>{}</strong> <small>{}</small></td>\
         <td data-of=\"transport\">{}</td><td data-of=\"cipher\">{}</td>\
         <td class=\"n\" data-of=\"age\">{}</td><td class=\"n\" data-of=\"in flight\">{}</td>\
         <td class=\"n\" data-of=\"received\">{}</td><td class=\"n\" data-of=\"sent\">{}</td></tr>",
        Text(name),
        Text(peer.address()),
        Text(peer.transport()),
        Text(&cipher),
        Age(*age),
        stats.served_in_flight,
        Octets(stats.session.octets_in),
        Octets(stats.session.octets_out),
    )
}

fn messages(out: &mut String, messages: Option<&[MessageCounts]>) -> fmt::Result {
    out.push_str("<main><h2>Messages of this process</h2>");
    let Some(messages) = messages else {
        out.push_str("<p>Not counted: give the endpoint <code>Metrics</code>, of the feature <code>prometheus</code>.</p></main>");
        return Ok(());
    };
    if messages.is_empty() {
        out.push_str("<p>None yet.</p></main>");
        return Ok(());
    }
    out.push_str(
        "<table><thead><tr><th>message</th><th>side</th><th class=\"n\">ok</th>\
         <th class=\"n\">failed</th><th class=\"n\">p50</th><th class=\"n\">p90</th>\
         <th class=\"n\">p99</th><th class=\"n\">longest</th></tr></thead><tbody>",
    );
    for one in messages {
        let [p50, p90, p99, max] = [one.p50_us, one.p90_us, one.p99_us, one.max_us].map(Micros);
        write!(
            out,
            "<tr><td data-of=\"message\"><strong>{}</strong> <small>{}</small></td>\
             <td data-of=\"side\">{}</td><td class=\"n\" data-of=\"ok\">{}</td>\
             <td class=\"n\" data-of=\"failed\">{}</td><td class=\"n\" data-of=\"p50\">{p50}</td>\
             <td class=\"n\" data-of=\"p90\">{p90}</td><td class=\"n\" data-of=\"p99\">{p99}</td>\
             <td class=\"n\" data-of=\"longest\">{max}</td></tr>",
            Text(&one.message),
            Text(&one.protocol),
            Text(&one.side),
            one.ok,
            one.failed,
        )?;
    }
    out.push_str("</tbody></table></main>\n");
    Ok(())
}

/// Text that somebody else chose.
struct Text<'a>(&'a str);

impl Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for c in self.0.chars().take(SHOWN) {
            match c {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#39;")?,
                // What turns the direction of text round hides what follows it.
                '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' => {
                    f.write_char(char::REPLACEMENT_CHARACTER)?;
                }
                c if c.is_control() => f.write_char(char::REPLACEMENT_CHARACTER)?,
                c => f.write_char(c)?,
            }
        }
        if self.0.chars().nth(SHOWN).is_some() { f.write_char('…') } else { Ok(()) }
    }
}

/// A number of octets, in the unit that suits it.
struct Octets(u64);

impl Display for Octets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let units = [(40_u32, "TiB"), (30, "GiB"), (20, "MiB"), (10, "KiB")];
        match units.into_iter().find(|(bits, _)| self.0 >> bits > 0) {
            None => write!(f, "{} B", self.0),
            Some((bits, unit)) => {
                let tenths = (self.0 >> bits.saturating_sub(10)).saturating_mul(10) >> 10;
                write!(f, "{}.{} {unit}", tenths / 10, tenths % 10)
            }
        }
    }
}

/// How long something is there.
struct Age(Duration);

impl Display for Age {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.as_secs();
        let (days, hours) = (seconds / 86_400, seconds / 3_600 % 24);
        let (minutes, rest) = (seconds / 60 % 60, seconds % 60);
        match (days, hours, minutes) {
            (0, 0, 0) => write!(f, "{rest} s"),
            (0, 0, minutes) => write!(f, "{minutes} min {rest} s"),
            (0, hours, minutes) => write!(f, "{hours} h {minutes} min"),
            (days, hours, _) => write!(f, "{days} d {hours} h"),
        }
    }
}

/// So many microseconds.
struct Micros(u64);

impl Display for Micros {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            micros @ 0..1_000 => write!(f, "{micros} µs"),
            micros @ 1_000..1_000_000 => {
                write!(f, "{}.{} ms", micros / 1_000, micros / 100 % 10)
            }
            micros => write!(f, "{}.{} s", micros / 1_000_000, micros / 100_000 % 10),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_a_peer_chooses_is_markup() {
        let text = Text("<script>&\"'\u{1b}\u{202e}").to_string();
        assert_eq!(text, "&lt;script&gt;&amp;&quot;&#39;\u{fffd}\u{fffd}");
        assert_eq!(Text(&"x".repeat(SHOWN)).to_string().chars().count(), SHOWN);
        assert_eq!(Text(&"x".repeat(9_999)).to_string().chars().count(), SHOWN + 1);
    }

    #[test]
    fn numbers_are_shown_in_the_unit_that_suits_them() {
        let octets = |count| Octets(count).to_string();
        assert_eq!([0, 1_023, 1_536, 5 << 20].map(octets), ["0 B", "1023 B", "1.5 KiB", "5.0 MiB"]);
        assert_eq!(octets(u64::MAX), "16777215.9 TiB");
        let micros = |count| Micros(count).to_string();
        assert_eq!([999, 1_500, 2_340_000].map(micros), ["999 µs", "1.5 ms", "2.3 s"]);
        let age = |seconds| Age(Duration::from_secs(seconds)).to_string();
        assert_eq!([5, 65, 3_720, 90_000].map(age), ["5 s", "1 min 5 s", "1 h 2 min", "1 d 1 h"]);
    }
}
