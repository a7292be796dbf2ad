//! `getaddrinfo` and `getnameinfo` without name servers: numbers and `/etc/hosts`.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use packetwalk_wire::IfIndex;

use crate::Cx;

/// `/etc/hosts` of a machine that has none of its own.
const HOSTS: &str = "127.0.0.1 localhost\n";

/// Why a name has no address.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::tools) enum Gai {
    /// `EAI_NONAME`.
    NoName,
    /// `EAI_AGAIN`: there is no name server, or none answers.
    Again,
    /// `EAI_ADDRFAMILY`.
    AddrFamily,
    /// `EAI_NODATA`.
    NoData,
}

impl Gai {
    /// `gai_strerror`.
    pub const fn text(self) -> &'static str {
        match self {
            Self::NoName => "Name or service not known",
            Self::Again => "Temporary failure in name resolution",
            Self::AddrFamily => "Address family for hostname not supported",
            Self::NoData => "No address associated with hostname",
        }
    }
}

/// What a name stands for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(in crate::tools) struct Host {
    /// Address.
    pub addr: IpAddr,
    /// The interface of a link-local address (`%eth0`).
    pub scope: Option<IfIndex>,
    /// `ai_canonname`.
    pub name: String,
}

/// `inet_aton`: one to four numbers, decimal, octal or hexadecimal; the last fills the rest.
pub(in crate::tools) fn aton(text: &str) -> Option<Ipv4Addr> {
    let parts: Vec<&str> = text.split('.').collect();
    let (last, first) = parts.split_last()?;
    if first.len() > 3 {
        return None;
    }
    let mut value: u32 = 0;
    for (i, part) in first.iter().enumerate() {
        let byte = number(part).filter(|&n| n <= 255)?;
        value |= byte << (24 - 8 * i);
    }
    let rest = number(last)?;
    let most = u32::MAX.checked_shr(8 * first.len() as u32).unwrap_or(0);
    (rest <= most).then(|| Ipv4Addr::from(value | rest))
}

fn number(text: &str) -> Option<u32> {
    if !text.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(hex) if hex.bytes().all(|b| b.is_ascii_hexdigit()) => u32::from_str_radix(hex, 16).ok(),
        Some(_) => None,
        None if !text.bytes().all(|b| b.is_ascii_digit()) => None,
        None if text.len() > 1 && text.starts_with('0') => u32::from_str_radix(text, 8).ok(),
        None => text.parse().ok(),
    }
}

/// Link-local, unicast or multicast: the only addresses with an interface's name behind them.
fn has_scope(addr: Ipv6Addr) -> bool {
    let first = addr.segments()[0];
    first & 0xffc0 == 0xfe80 || first & 0xff0f == 0xff02
}

/// Whether a name server would be asked (`res_hnok`).
pub(in crate::tools) fn may_be_name(name: &str) -> bool {
    let body = name.strip_suffix('.').unwrap_or(name);
    let label = |l: &str| {
        !l.is_empty()
            && l.len() < 64
            && l.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
    };
    !name.starts_with('-') && body.split('.').all(label)
}

fn hosts(cx: &mut Cx<'_>) -> String {
    match cx.read_file(b"/etc/hosts") {
        Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        Err(_) => HOSTS.to_owned(),
    }
}

/// The lines of a hosts file: address and names, the canonical one first.
fn lines(text: &str) -> impl Iterator<Item = (IpAddr, Vec<&str>)> {
    text.lines().filter_map(|line| {
        let mut words = line.split('#').next().unwrap_or_default().split_ascii_whitespace();
        let addr = words.next()?.parse().ok()?;
        Some((addr, words.collect()))
    })
}

/// Every address of a name, or of a number in text.
pub(in crate::tools) fn resolve(cx: &mut Cx<'_>, name: &str) -> Result<Vec<Host>, Gai> {
    let host = |addr, scope| Ok(vec![Host { addr, scope, name: name.to_owned() }]);
    if let Some(addr) = aton(name) {
        return host(addr.into(), None);
    }
    let (addr, zone) = name.split_once('%').map_or((name, None), |(a, z)| (a, Some(z)));
    if let Ok(addr) = addr.parse::<Ipv6Addr>() {
        let Some(zone) = zone else { return host(addr.into(), None) };
        let device = cx.lab.stack(cx.ns).and_then(|s| s.links.by_name(zone)).map(|d| d.index);
        let index = device.filter(|_| has_scope(addr)).or_else(|| zone.parse().ok().map(IfIndex));
        return host(addr.into(), Some(index.ok_or(Gai::NoName)?));
    }
    let text = hosts(cx);
    let known: Vec<Host> = lines(&text)
        .filter(|(_, names)| names.iter().any(|n| n.eq_ignore_ascii_case(name)))
        .map(|(addr, names)| Host {
            addr,
            scope: None,
            name: names.first().copied().unwrap_or(name).to_owned(),
        })
        .collect();
    if !known.is_empty() {
        return Ok(known);
    }
    Err(if may_be_name(name) { Gai::Again } else { Gai::NoName })
}

/// Every name of the hosts file with its address.
pub(in crate::tools) fn host_table(cx: &mut Cx<'_>) -> Vec<(String, IpAddr)> {
    let text = hosts(cx);
    lines(&text).flat_map(|(addr, names)| names.into_iter().map(move |n| (n.to_owned(), addr))).collect()
}

/// Whether an address can be reached.
pub(super) fn has_route(stack: &packetwalk_stack::Stack, addr: IpAddr) -> bool {
    stack.lookup_output(&packetwalk_stack::OutputKey::to(addr)).is_ok()
}

/// Keeps the name of an address that a name server told.
pub(in crate::tools) fn learn(cx: &mut Cx<'_>, addr: IpAddr, name: String) {
    if let Some(proc) = cx.sys.proc_mut(cx.pid) {
        proc.names.push((addr, name));
    }
}

/// The name of an address.
pub(in crate::tools) fn reverse(cx: &mut Cx<'_>, addr: IpAddr) -> Option<String> {
    let told = cx.sys.proc(cx.pid).and_then(|p| p.names.iter().find(|(a, _)| *a == addr));
    if let Some((_, name)) = told {
        return Some(name.clone());
    }
    let text = hosts(cx);
    lines(&text).find(|(a, _)| *a == addr).and_then(|(_, names)| names.first().map(|&n| n.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::{aton, may_be_name};

    #[test]
    fn addresses() {
        let check = |text: &str, expect: Option<&str>| {
            assert_eq!(aton(text), expect.map(|a| a.parse().unwrap()), "{text}");
        };
        check("10.0.0.2", Some("10.0.0.2"));
        check("10.2", Some("10.0.0.2"));
        check("0", Some("0.0.0.0"));
        check("0x7f000001", Some("127.0.0.1"));
        check("2130706433", Some("127.0.0.1"));
        check("010.0.0.1", Some("8.0.0.1"));
        check("127.0.0.08", None);
        check("10.0.0.300", None);
        check("4294967296", None);
        check("1.2.3.4.5", None);
        check("", None);
    }

    #[test]
    fn names() {
        for (name, expect) in
            [("a_b", true), ("localhost.", true), ("a..b", false), ("-x", false), ("", false)]
        {
            assert_eq!(may_be_name(name), expect, "{name}");
        }
    }
}
