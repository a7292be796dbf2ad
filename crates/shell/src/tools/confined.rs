//! What programs say in a container that may not change its network.
//!
//! # Source
//! Recorded of Docker's default capabilities: iproute2 6.1.0, iptables 1.8.9, conntrack 1.4.7, ipset 7.17, procps
//! 4.0.2; for iptables-legacy, `libiptc/libiptc.c`: `iptc_strerror`.

use crate::process::{OnSignal, Process};
use crate::sys::proc::Powers;
use crate::{Cx, Poll, Signal};

/// A program that is told no.
#[derive(Clone, Debug)]
struct Denied {
    text: String,
    status: u8,
}

impl Process for Denied {
    fn poll(&mut self, cx: &mut Cx<'_>) -> Poll {
        cx.stderr.line(&self.text);
        Poll::Exit(self.status)
    }

    fn boxed_clone(&self) -> Box<dyn Process> {
        Box::new(self.clone())
    }

    fn signal(&mut self, _: &mut Cx<'_>, _: Signal) -> OnSignal {
        OnSignal::Default
    }
}

/// Whether these words of `ip` change something, and how it says that it may not.
fn ip(words: &[String]) -> Option<(String, u8)> {
    let mut words = words.iter().skip(1).map(String::as_str);
    let object = loop {
        match words.next()? {
            "-n" | "-netns" | "--netns" | "-f" | "-family" | "-b" | "-batch" => {
                words.next();
            }
            word if word.starts_with('-') => {}
            word => break word,
        }
    };
    let of = |word: &str, names: &[&str]| !word.is_empty() && names.iter().any(|n| n.starts_with(word));
    if !of(
        object,
        &["link", "address", "route", "rule", "neighbor", "neighbour", "nexthop", "maddress", "tunnel"],
    ) {
        return None;
    }
    let verb = words.next()?;
    if of(verb, &["flush"]) && of(object, &["address", "neighbor", "neighbour"]) {
        return Some(("Failed to send flush request: Operation not permitted".to_owned(), 255));
    }
    let verbs = ["add", "append", "change", "delete", "flush", "prepend", "replace", "set"];
    of(verb, &verbs).then(|| ("RTNETLINK answers: Operation not permitted".to_owned(), 2))
}

/// The program that takes the place of one that may not do what it is asked to.
pub(crate) fn instead(args: &[Vec<u8>], powers: Powers) -> Option<Box<dyn Process>> {
    let words: Vec<String> = args.iter().map(|a| String::from_utf8_lossy(a).into_owned()).collect();
    let name = words.first()?.rsplit('/').next()?;
    if name == "sysctl" && !powers.writes_proc {
        let key = words.iter().skip(1).find_map(|w| w.split_once('=').map(|(key, _)| key))?;
        let text = format!("sysctl: permission denied on key \"{}\"", key.replace('/', "."));
        return Some(Box::new(Denied { text, status: 1 }));
    }
    if powers.net_admin {
        return None;
    }
    let (text, status) = match name {
        "ip" => ip(&words)?,
        "conntrack" => (
            "conntrack v1.4.7 (conntrack-tools): Operation failed: sorry, you must be root or get CAP_NET_ADMIN \
             capability to do this"
                .to_owned(),
            1,
        ),
        "ipset" => ("ipset v7.17: Kernel error received: Operation not permitted".to_owned(), 1),
        name if name.starts_with("iptables") || name.starts_with("ip6tables") => {
            if name.contains("legacy") {
                let text = format!(
                    "{} v1.8.9 (legacy): can't initialize {} table `filter': Permission denied (you must be root)",
                    name.trim_end_matches("-legacy"),
                    if name.starts_with("ip6") { "ip6tables" } else { "iptables" }
                );
                (text, 3)
            } else {
                let text = format!(
                    "{name} v1.8.9 (nf_tables): Could not fetch rule set generation id: Permission denied (you must be root)"
                );
                (text, 4)
            }
        }
        _ => return None,
    };
    Some(Box::new(Denied { text, status }))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What `docker exec` of an unprivileged container said.
    #[test]
    fn what_changes_something() {
        #[rustfmt::skip]
        let cases = [
            ("ip addr",                         0),
            ("ip -4 -o a show dev eth0",        0),
            ("ip a",                            0),
            ("ip r get 1.1.1.1",                0),
            ("ip link set eth0 down",           2),
            ("ip -n x addr add 10.0.0.1/8 dev lo", 2),
            ("ip r del default",                2),
            ("ip a flush dev eth0",           255),
            ("ip netns list",                   0),
            ("ip",                              0),
            ("ip -4",                           0),
        ];
        for (line, expect) in cases {
            let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
            assert_eq!(ip(&words).map_or(0, |(_, status)| status), expect, "{line}");
        }
    }
}
