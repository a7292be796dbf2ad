//! The commands of a lab's shell.

use std::net::IpAddr;

use packetwalk_lab::EPOCH;
use packetwalk_wire::Family;

use super::{Hosts, Input, input, raw, run};
use crate::{Cx, Poll, Process};

/// A run of `iptables` and its kin.
pub(crate) fn new() -> Box<dyn Process> {
    Box::new(Iptables { stdin: Vec::new() })
}

#[derive(Clone, Debug)]
struct Iptables {
    /// What was read of standard input so far.
    stdin: Vec<u8>,
}

impl Process for Iptables {
    fn poll(&mut self, cx: &mut Cx<'_>) -> Poll {
        let name = cx.args.first().map(|n| String::from_utf8_lossy(n).into_owned()).unwrap_or_default();
        let name = name.rsplit('/').next().unwrap_or_default();
        let name = crate::tools::control::alternatives::program(cx, name);
        let args: Vec<String> = cx.args.iter().skip(1).map(|arg| raw::decode(arg)).collect();
        let mut unreadable = None;
        match input(&name, &args) {
            Input::None => {}
            Input::Stdin => {
                if !cx.read_all(&mut self.stdin) {
                    return Poll::Wait;
                }
            }
            Input::File(path) => match cx.read_file(path.as_bytes()) {
                Ok(bytes) => self.stdin = bytes,
                Err(errno) => unreadable = Some(errno.text()),
            },
        }
        let hosts = machine(cx);
        let bytes = match unreadable {
            None => Ok(self.stdin.as_slice()),
            Some(why) => Err(why),
        };
        let (ns, now) = (cx.ns, cx.now());
        let Some(stack) = cx.lab.stack_mut(ns) else { return Poll::Exit(1) };
        stack.nf.shared.now = now;
        let Some(output) = run(&name, args, bytes, &mut stack.nf, &hosts) else { return Poll::Exit(127) };
        // Warnings come before what is listed.
        cx.stderr.push(&raw::encode(&output.stderr));
        cx.flush();
        cx.stdout.push(&raw::encode(&output.stdout));
        Poll::Exit(output.status)
    }

    fn boxed_clone(&self) -> Box<dyn Process> {
        Box::new(self.clone())
    }
}

/// Names of hosts as the machine of a command knows them.
pub(in crate::tools) fn machine(cx: &mut Cx<'_>) -> impl Hosts + use<> {
    Machine { hosts: hosts_file(cx), secs: EPOCH + cx.now().secs() }
}

/// Addresses and names of `/etc/hosts`; a machine without one knows `localhost`.
fn hosts_file(cx: &mut Cx<'_>) -> Vec<(IpAddr, Vec<String>)> {
    let text =
        cx.read_file(b"/etc/hosts").unwrap_or_else(|_| b"127.0.0.1 localhost\n::1 localhost\n".to_vec());
    let text = String::from_utf8_lossy(&text);
    let line = |line: &str| {
        let line = line.split('#').next().unwrap_or_default();
        let mut words = line.split_ascii_whitespace();
        let addr = words.next()?.parse().ok()?;
        Some((addr, words.map(str::to_owned).collect()))
    };
    text.lines().filter_map(line).collect()
}

struct Machine {
    hosts: Vec<(IpAddr, Vec<String>)>,
    /// Seconds since the Unix epoch.
    secs: u64,
}

impl Hosts for Machine {
    fn addrs(&self, name: &str, family: Family) -> Vec<IpAddr> {
        let mut found: Vec<IpAddr> = Vec::new();
        for (addr, names) in &self.hosts {
            let named = names.iter().any(|n| n.eq_ignore_ascii_case(name));
            if named && Family::of(*addr) == family && !found.contains(addr) {
                found.push(*addr);
            }
        }
        found
    }

    fn name(&self, addr: IpAddr) -> Option<String> {
        self.hosts.iter().find(|(a, _)| *a == addr)?.1.first().cloned()
    }

    fn date(&self) -> String {
        const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
        const MONTHS: [&str; 12] =
            ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
        let (day, second) = (self.secs / 86_400, self.secs % 86_400);
        let weekday = DAYS[(day % 7) as usize];
        let (mut year, mut left) = (1970, day);
        let leap = |y: u64| y.is_multiple_of(4) && (!y.is_multiple_of(100) || y.is_multiple_of(400));
        while left >= 365 + u64::from(leap(year)) {
            left -= 365 + u64::from(leap(year));
            year += 1;
        }
        let lengths = [31, 28 + u64::from(leap(year)), 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
        let mut month = "";
        for (name, length) in MONTHS.iter().zip(lengths) {
            month = name;
            if left < length {
                break;
            }
            left -= length;
        }
        let (h, m, s) = (second / 3600, second / 60 % 60, second % 60);
        format!("{weekday} {month} {:>2} {h:02}:{m:02}:{s:02} {year}", left + 1)
    }
}
