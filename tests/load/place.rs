//! Where a process runs: under a limit on files or memory, or in a network of its own. A test that
//! wants what this machine does not give is left out, and says so.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A place that is taken away with its handle.
#[derive(Debug, Default)]
pub(crate) struct Place {
    /// The most open files.
    pub(crate) files: Option<u32>,
    /// The network namespace.
    pub(crate) net: Option<String>,
    pub(crate) memory: Option<Ceiling>,
}

impl Place {
    /// The words in front of a command that is to run there.
    pub(crate) fn command(&self) -> Vec<String> {
        let mut words = Vec::new();
        if let Some(ceiling) = &self.memory {
            let enter = format!("echo $$ > {}/cgroup.procs && exec \"$@\"", ceiling.path.display());
            words.extend(["sh".to_owned(), "-c".to_owned(), enter, "sh".to_owned()]);
        }
        if let Some(net) = &self.net {
            words.extend(["ip", "netns", "exec", net].map(str::to_owned));
        }
        if let Some(files) = self.files {
            words.extend(["prlimit".to_owned(), format!("--nofile={files}")]);
        }
        words
    }
}

/// A control group with so much memory and no more.
#[derive(Debug)]
pub(crate) struct Ceiling {
    path: PathBuf,
    second_version: bool,
}

impl Ceiling {
    /// None, with a line that says so, where control groups cannot be made.
    pub(crate) fn new(name: &str, bytes: u64) -> Option<Self> {
        let name = format!("network-protocol-{name}-{}", unique());
        let roots =
            [("/sys/fs/cgroup/memory", "memory.limit_in_bytes"), ("/sys/fs/cgroup", "memory.max")];
        for (root, file) in roots {
            let path = Path::new(root).join(&name);
            if fs::create_dir(&path).is_err() {
                continue;
            }
            let ceiling = Self { path, second_version: file == "memory.max" };
            if fs::write(ceiling.path.join(file), bytes.to_string()).is_ok() {
                return Some(ceiling);
            }
        }
        println!("{name}: left out the limit on memory, which needs root and control groups");
        None
    }

    /// How many processes were killed for want of memory.
    pub(crate) fn kills(&self) -> u64 {
        let file = if self.second_version { "memory.events" } else { "memory.oom_control" };
        let text = fs::read_to_string(self.path.join(file)).unwrap();
        text.lines()
            .find_map(|line| line.strip_prefix("oom_kill "))
            .map_or(0, |count| count.parse().unwrap())
    }

    /// The most memory that was in use.
    pub(crate) fn peak(&self) -> Option<u64> {
        let file = if self.second_version { "memory.peak" } else { "memory.max_usage_in_bytes" };
        fs::read_to_string(self.path.join(file)).ok()?.trim().parse().ok()
    }
}

impl Drop for Ceiling {
    fn drop(&mut self) {
        // The kernel takes its time to forget a process that has ended.
        for _ in 0..50 {
            if fs::remove_dir(&self.path).is_ok() {
                return;
            }
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
    }
}

/// Two networks and the link between them.
#[derive(Debug)]
pub(crate) struct Link {
    id: String,
}

impl Link {
    pub(crate) const HERE: &str = "10.98.76.1";
    pub(crate) const THERE: &str = "10.98.76.2";

    /// None, with a line that says so, where networks cannot be made.
    pub(crate) fn new(name: &str) -> Option<Self> {
        let link = Self { id: format!("np{}", unique()) };
        let made = link.make();
        if !made {
            println!("{name}: left out, for it needs root and network namespaces");
        }
        made.then_some(link)
    }

    fn make(&self) -> bool {
        let (a, b) = (self.here(), self.there());
        ip(&["netns", "add", &a])
            && ip(&["netns", "add", &b])
            && ip(&[
                "link", "add", "here", "netns", &a, "type", "veth", "peer", "there", "netns", &b,
            ])
            && [(&a, "here", Self::HERE), (&b, "there", Self::THERE)].iter().all(
                |(net, end, address)| {
                    ip(&["-n", net, "address", "add", &format!("{address}/24"), "dev", end])
                        && ip(&["-n", net, "link", "set", end, "up"])
                        && ip(&["-n", net, "link", "set", "lo", "up"])
                },
            )
    }

    /// The name of the network of [`Self::HERE`].
    pub(crate) fn here(&self) -> String {
        format!("{}a", self.id)
    }

    /// The name of the network of [`Self::THERE`].
    pub(crate) fn there(&self) -> String {
        format!("{}b", self.id)
    }

    /// A place in the one network or the other.
    pub(crate) fn place(&self, here: bool) -> Place {
        let net = if here { self.here() } else { self.there() };
        Place { net: Some(net), ..Place::default() }
    }

    /// Pulls the plug, or puts it in again.
    pub(crate) fn set_up(&self, up: bool) {
        let state = if up { "up" } else { "down" };
        assert!(ip(&["-n", &self.here(), "link", "set", "here", state]));
    }

    /// From here on nothing goes from here to there, but what comes from there arrives.
    pub(crate) fn lose_what_goes_there(&self) {
        let bogus = "02:00:00:00:00:99";
        let to = Self::THERE;
        assert!(ip(&["-n", &self.here(), "neigh", "replace", to, "lladdr", bogus, "dev", "here"]));
    }

    /// An address that is reached from there, at which nobody answers and nobody refuses.
    pub(crate) fn black_hole(&self) -> &'static str {
        let (to, bogus) = ("10.98.76.77", "02:00:00:00:00:77");
        assert!(ip(&[
            "-n",
            &self.there(),
            "neigh",
            "replace",
            to,
            "lladdr",
            bogus,
            "dev",
            "there"
        ]));
        to
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        for net in [self.here(), self.there()] {
            _ = ip(&["netns", "del", &net]);
        }
    }
}

/// A name that nothing else on this machine has.
fn unique() -> String {
    static MADE: AtomicUsize = AtomicUsize::new(0);
    format!("{}-{}", std::process::id(), MADE.fetch_add(1, Ordering::Relaxed))
}

fn ip(arguments: &[&str]) -> bool {
    Command::new("ip").args(arguments).output().is_ok_and(|output| output.status.success())
}
