//! `getent`: glibc's, of its databases those of hosts.

use std::net::IpAddr;

use packetwalk_wire::Family;

use super::clib::{Host, Lookup, Progress, Want, aton};
use crate::process::{OnSignal, Signal};
use crate::{Cx, Poll, Process};

/// Databases of a real getent.
const REAL: [&str; 11] = [
    "aliases",
    "ethers",
    "group",
    "gshadow",
    "initgroups",
    "netgroup",
    "networks",
    "passwd",
    "protocols",
    "rpc",
    "services",
];

const TRY: &str = "Try `getent --help' or `getent --usage' for more information.\n";

/// A getent that has not begun.
pub(super) fn new() -> Box<dyn Process> {
    Box::new(Getent::default())
}

#[derive(Clone, Debug, Default)]
struct Getent {
    database: String,
    keys: Vec<String>,
    lookup: Option<Box<Lookup>>,
    /// `hosts` asks for IPv6 first.
    second: bool,
    status: u8,
}

impl Getent {
    fn begin(&mut self, cx: &mut Cx<'_>) -> Result<(), u8> {
        let mut words = cx.strings();
        if words.is_empty() {
            cx.stderr.push(format!("getent: wrong number of arguments\n{TRY}").as_bytes());
            return Err(1);
        }
        self.database = words.remove(0);
        self.keys = words;
        let name = self.database.clone();
        if !["hosts", "ahosts", "ahostsv4", "ahostsv6"].contains(&name.as_str()) {
            if name.starts_with('-') || REAL.contains(&name.as_str()) {
                cx.stderr.line(&format!("packetwalk: getent: {name} is not simulated"));
                return Err(127);
            }
            cx.stderr.push(format!("Unknown database: {name}\n{TRY}").as_bytes());
            return Err(1);
        }
        if self.keys.is_empty() {
            cx.stderr.line("packetwalk: getent: a whole database is not simulated");
            return Err(127);
        }
        Ok(())
    }

    fn ask(&self, cx: &mut Cx<'_>, key: &str) -> Lookup {
        let want = match self.database.as_str() {
            "ahosts" => Want::Any,
            "ahostsv4" => Want::Only(Family::V4),
            "ahostsv6" => Want::Only(Family::V6),
            _ => match number(key) {
                Some(addr) => Want::Name(addr),
                None => Want::Only(if self.second { Family::V4 } else { Family::V6 }),
            },
        };
        Lookup::new(cx, key, want)
    }

    /// Prints what was found; whether anything was.
    ///
    /// # Source
    /// glibc 2.36, `nss/getent.c`: `hosts_keys`, `print_hosts`, `ahosts_keys_int`.
    fn show(&self, cx: &mut Cx<'_>, key: &str, hosts: &[Host]) -> bool {
        let family = match self.database.as_str() {
            "ahostsv4" => Some(Family::V4),
            "ahostsv6" => Some(Family::V6),
            "hosts" if number(key).is_none() => Some(if self.second { Family::V4 } else { Family::V6 }),
            _ => None,
        };
        let fit: Vec<&Host> =
            hosts.iter().filter(|h| family.is_none_or(|f| f == Family::of(h.addr))).collect();
        for (at, host) in fit.iter().enumerate() {
            let addr = host.addr.to_string();
            if self.database == "hosts" {
                writeln!(cx.stdout, "{addr:<15} {}", host.name);
                continue;
            }
            for (n, kind) in ["STREAM", "DGRAM", "RAW"].iter().enumerate() {
                let name = if at == 0 && n == 0 { host.name.as_str() } else { "" };
                writeln!(cx.stdout, "{addr:<15} {kind:<6} {name}");
            }
        }
        !fit.is_empty()
    }
}

fn number(key: &str) -> Option<IpAddr> {
    key.parse().ok().or_else(|| aton(key).map(IpAddr::V4))
}

impl Process for Getent {
    fn poll(&mut self, cx: &mut Cx<'_>) -> Poll {
        if self.database.is_empty()
            && let Err(status) = self.begin(cx)
        {
            return Poll::Exit(status);
        }
        loop {
            let Some(key) = self.keys.first().cloned() else { return Poll::Exit(self.status) };
            let mut lookup = match self.lookup.take() {
                Some(lookup) => lookup,
                None => Box::new(self.ask(cx, &key)),
            };
            match lookup.poll(cx) {
                Progress::Wait(poll) => {
                    self.lookup = Some(lookup);
                    return poll;
                }
                Progress::Done(found) => {
                    let shown = self.show(cx, &key, &found.unwrap_or_default());
                    if !shown && self.database == "hosts" && !self.second && number(&key).is_none() {
                        self.second = true;
                        continue;
                    }
                    self.second = false;
                    if !shown {
                        self.status = 2;
                    }
                    self.keys.remove(0);
                }
            }
        }
    }

    fn boxed_clone(&self) -> Box<dyn Process> {
        Box::new(self.clone())
    }

    fn signal(&mut self, cx: &mut Cx<'_>, signal: Signal) -> OnSignal {
        if let (Some(lookup), false) = (&mut self.lookup, signal.ignored_by_default()) {
            lookup.close(cx);
        }
        OnSignal::Default
    }
}
