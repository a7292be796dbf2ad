//! `ifconfig` of net-tools: reading, and the few settings that scripts use.

use std::cmp::Ordering;
use std::net::{IpAddr, Ipv4Addr};

use packetwalk_link::{Device, Flags};
use packetwalk_route::{Address, Scope, bits};
use packetwalk_wire::{IfIndex, Order};

use super::ip::args::number;
use crate::{Cx, Poll};

/// The command.
pub(super) fn main(cx: &mut Cx<'_>) -> Poll {
    let words = cx.strings();
    let (mut all, mut short) = (false, false);
    let mut rest: Vec<&str> = Vec::new();
    for word in &words {
        match word.as_str() {
            "-a" if rest.is_empty() => all = true,
            "-s" if rest.is_empty() => short = true,
            "-v" if rest.is_empty() => {}
            "--version" | "-V" if rest.is_empty() => {
                cx.stdout.line("net-tools 2.10");
                return Poll::Exit(5);
            }
            _ if word.starts_with('-') && rest.is_empty() => {
                writeln!(
                    cx.stderr,
                    "ifconfig: option `{word}' not recognised.\nifconfig: `--help' gives usage information."
                );
                return Poll::Exit(1);
            }
            _ => rest.push(word),
        }
    }
    if short {
        cx.stdout.line("Iface      MTU    RX-OK RX-ERR RX-DRP RX-OVR    TX-OK TX-ERR TX-DRP TX-OVR Flg");
    }
    let Some((name, settings)) = rest.split_first() else {
        for device in sorted(cx).iter().filter(|d| all || d.is_up()) {
            print(cx, device, short);
        }
        return Poll::Exit(0);
    };
    let device = sorted(cx).into_iter().find(|d| d.name.as_str() == *name);
    let Some(device) = device else {
        writeln!(cx.stderr, "{name}: error fetching interface information: Device not found");
        return Poll::Exit(1);
    };
    if settings.is_empty() {
        print(cx, &device, short);
        return Poll::Exit(0);
    }
    set(cx, &device, settings)
}

/// Names in order, numbers in them by value (`nstrcmp`).
fn natural(a: &str, b: &str) -> Ordering {
    let split = |s: &str| {
        let at = s.len() - s.bytes().rev().take_while(u8::is_ascii_digit).count();
        (s[..at].to_owned(), s[at..].parse::<u64>().unwrap_or(0))
    };
    split(a).cmp(&split(b))
}

fn sorted(cx: &Cx<'_>) -> Vec<Device> {
    let mut all: Vec<Device> =
        cx.lab.stack(cx.ns).map(|s| s.links.iter().cloned().collect()).unwrap_or_default();
    all.order_by(|a, b| natural(a.name.as_str(), b.name.as_str()));
    all
}

/// `4.2 KiB`: cut after one decimal.
fn bytes(n: u64) -> String {
    const UNITS: [&str; 7] = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
    let power = (0..6).take_while(|p| n >> (10 * (p + 1)) > 0).count();
    let tenths = (u128::from(n) * 10) >> (10 * power);
    format!("{}.{} {}", tenths / 10, tenths % 10, UNITS[power])
}

fn print(cx: &mut Cx<'_>, d: &Device, short: bool) {
    const NAMES: &[(Flags, &str, &str)] = &[
        (Flags::UP, "UP", ""),
        (Flags::BROADCAST, "BROADCAST", "B"),
        (Flags::LOOPBACK, "LOOPBACK", "L"),
        (Flags::POINTOPOINT, "POINTOPOINT", "P"),
        (Flags::RUNNING, "RUNNING", ""),
        (Flags::NOARP, "NOARP", "O"),
        (Flags::PROMISC, "PROMISC", ""),
        (Flags::ALLMULTI, "ALLMULTI", "A"),
        (Flags::MULTICAST, "MULTICAST", "M"),
    ];
    let flags = d.flags();
    let s = d.stats;
    if short {
        let mut letters: String =
            NAMES.iter().filter(|(f, ..)| flags.has(*f)).map(|(_, _, letter)| *letter).collect();
        letters += if flags.has(Flags::PROMISC) { "P" } else { "" };
        letters += if flags.has(Flags::RUNNING) { "R" } else { "" };
        letters += if flags.has(Flags::UP) { "U" } else { "" };
        writeln!(
            cx.stdout,
            "{:<15}{:>6} {:>8} {:>6} {:>6} {:<6} {:>8} {:>6} {:>6} {:>6} {letters}",
            d.name.as_str(),
            d.mtu,
            s.rx_packets,
            s.rx_errors,
            s.rx_dropped,
            0,
            s.tx_packets,
            s.tx_errors,
            s.tx_dropped,
            0
        );
        return;
    }
    let words: Vec<&str> = NAMES.iter().filter(|(f, ..)| flags.has(*f)).map(|(_, name, _)| *name).collect();
    let number = flags.0 & 0xffff;
    writeln!(cx.stdout, "{}: flags={number}<{}>  mtu {}", d.name, words.join(","), d.mtu);
    for line in addresses(cx, d) {
        cx.stdout.line(&line);
    }
    if d.is_loopback() {
        writeln!(cx.stdout, "        loop  txqueuelen {}  (Local Loopback)", d.txqlen);
    } else {
        writeln!(cx.stdout, "        ether {}  txqueuelen {}  (Ethernet)", d.mac, d.txqlen);
    }
    writeln!(
        cx.stdout,
        "        RX packets {}  bytes {} ({})\n        RX errors {}  dropped {}  overruns 0  frame 0\n        \
         TX packets {}  bytes {} ({})\n        TX errors {}  dropped {} overruns 0  carrier 0  collisions 0\n",
        s.rx_packets,
        s.rx_bytes,
        bytes(s.rx_bytes),
        s.rx_errors,
        s.rx_dropped,
        s.tx_packets,
        s.tx_bytes,
        bytes(s.tx_bytes),
        s.tx_errors,
        s.tx_dropped
    );
}

fn addresses(cx: &Cx<'_>, d: &Device) -> Vec<String> {
    let Some(stack) = cx.lab.stack(cx.ns) else { return Vec::new() };
    let Some(dev) = stack.routing.dev(d.index) else { return Vec::new() };
    let mut lines = Vec::new();
    if let Some(a) = dev.addrs4.first() {
        let mask = Ipv4Addr::from_bits((bits::mask(a.prefix_len) >> 96) as u32);
        let mut line = format!("        inet {}  netmask {mask}", a.local);
        if d.flags().has(Flags::BROADCAST) {
            let broadcast = a.broadcast.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
            line = format!("{line}  broadcast {broadcast}");
        }
        lines.push(line);
    }
    for a in &dev.addrs6 {
        let (id, word) = match a.scope {
            Scope::HOST => ("0x10", "host"),
            Scope::LINK => ("0x20", "link"),
            Scope::SITE => ("0x40", "site"),
            _ => ("0x0", "global"),
        };
        lines.push(format!("        inet6 {}  prefixlen {}  scopeid {id}<{word}>", a.local, a.prefix_len));
    }
    lines
}

fn fail(cx: &mut Cx<'_>, line: &str) -> Poll {
    cx.stderr.line(line);
    Poll::Exit(1)
}

fn set(cx: &mut Cx<'_>, device: &Device, words: &[&str]) -> Poll {
    let index = device.index;
    let mut words = words.iter().copied();
    while let Some(word) = words.next() {
        match word {
            "up" | "down" => {
                let up = word == "up";
                if cx.lab.set_up(cx.ns, index, up).is_err() {
                    return fail(cx, "SIOCSIFFLAGS: No such device");
                }
            }
            "mtu" => {
                let Some(mtu) = words.next().and_then(number) else {
                    return fail(cx, "SIOCSIFMTU: Invalid argument");
                };
                let Some(stack) = cx.lab.stack_mut(cx.ns) else { return Poll::Exit(1) };
                match stack.links.set_mtu(index, mtu) {
                    Ok(changes) => stack.follow(&changes),
                    Err(_) => return fail(cx, "SIOCSIFMTU: Invalid argument"),
                }
            }
            "netmask" | "broadcast" => {
                let Some(value) = words.next().and_then(|w| w.parse::<Ipv4Addr>().ok()) else {
                    return fail(cx, "SIOCSIFNETMASK: Invalid argument");
                };
                if !change(cx, index, word, value) {
                    return fail(cx, "SIOCSIFNETMASK: Cannot assign requested address");
                }
            }
            _ => match word.split_once('/').unwrap_or((word, "")) {
                (addr, len) if addr.parse::<Ipv4Addr>().is_ok() => {
                    let addr = addr.parse().unwrap_or(Ipv4Addr::UNSPECIFIED);
                    let len = if len.is_empty() { None } else { len.parse::<u8>().ok() };
                    set_address(cx, index, addr, len);
                }
                _ => {
                    writeln!(cx.stderr, "packetwalk: ifconfig {word} is not simulated");
                    return Poll::Exit(1);
                }
            },
        }
    }
    Poll::Exit(0)
}

/// The old ioctl: the first address is replaced, with the mask of its class, and the interface comes up.
///
/// # Source
/// Linux v6.18, `net/ipv4/devinet.c`: `devinet_ioctl` (SIOCSIFADDR).
fn set_address(cx: &mut Cx<'_>, index: IfIndex, addr: Ipv4Addr, len: Option<u8>) {
    let class = match addr.octets()[0] {
        0..=127 => 8,
        128..=191 => 16,
        _ => 24,
    };
    let len = len.unwrap_or(class).min(32);
    if let Some(stack) = cx.lab.stack_mut(cx.ns) {
        let loopback = stack.links.get(index).is_some_and(Device::is_loopback);
        let old = stack.routing.dev(index).and_then(|d| d.addrs4.first().copied());
        if let Some(old) = old {
            let _ = stack.routing.del_address(index, old.local, Some(old.prefix_len), None);
        }
        if !addr.is_unspecified() {
            let mut new = Address::new(IpAddr::V4(addr), len);
            new.broadcast = (!loopback && len < 31).then(|| bits::last(IpAddr::V4(addr), len));
            let _ = stack.routing.add_address(index, new);
        }
    }
    let _ = cx.lab.set_up(cx.ns, index, true);
}

/// Another mask or broadcast address for the first address; `false` when there is none.
fn change(cx: &mut Cx<'_>, index: IfIndex, what: &str, value: Ipv4Addr) -> bool {
    let Some(stack) = cx.lab.stack_mut(cx.ns) else { return false };
    let Some(old) = stack.routing.dev(index).and_then(|d| d.addrs4.first().copied()) else { return false };
    let mut new = old;
    if what == "netmask" {
        new.prefix_len = value.to_bits().leading_ones() as u8;
        new.broadcast = old.broadcast.map(|_| bits::last(old.local, new.prefix_len));
    } else {
        new.broadcast = Some(IpAddr::V4(value));
    }
    let _ = stack.routing.del_address(index, old.local, Some(old.prefix_len), None);
    stack.routing.add_address(index, new).is_ok()
}
