//! Addresses and masks, as written and as printed.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use packetwalk_netfilter::xtables::Net;
use packetwalk_netfilter::xtables::condition::{addr_bits, bits_addr};
use packetwalk_wire::Family;

use super::fail::Fail;
use super::number;
use super::program::{Hosts, World};

/// `/etc/networks`.
const NETWORKS: [(&str, Ipv4Addr); 3] = [
    ("default", Ipv4Addr::UNSPECIFIED),
    ("loopback", Ipv4Addr::new(127, 0, 0, 0)),
    ("link-local", Ipv4Addr::new(169, 254, 0, 0)),
];

/// A numeric address as the C library reads it: IPv4 also with fewer than four parts, octal or
/// hexadecimal (`inet_aton`).
pub(in crate::tools) fn inet_aton(text: &str, family: Family) -> Option<IpAddr> {
    match family {
        Family::V6 => text.parse().ok().map(IpAddr::V6),
        Family::V4 => {
            if let Ok(addr) = text.parse() {
                return Some(IpAddr::V4(addr));
            }
            let parts: Vec<&str> = text.split('.').collect();
            let (last, first) = parts.split_last()?;
            if first.len() > 3 || parts.iter().any(|p| !p.starts_with(|c: char| c.is_ascii_digit())) {
                return None;
            }
            let mut bits: u32 = 0;
            for (i, part) in first.iter().enumerate() {
                let n = number::whole(part, 0, 255)? as u32;
                bits |= n << (24 - 8 * i);
            }
            let room = 32 - 8 * first.len();
            let n = number::whole(last, 0, u64::MAX >> (64 - room))? as u32;
            Some(IpAddr::V4(Ipv4Addr::from_bits(bits | n)))
        }
    }
}

/// `xtables_numeric_to_ipaddr`: four parts, or one to three of which the rest is 0; not for masks.
fn dotted(text: &str, mask: bool) -> Option<Ipv4Addr> {
    // Of what is written as usual both make the same.
    if let Ok(addr) = text.parse() {
        return Some(addr);
    }
    let text = text.get(..19).unwrap_or(text);
    let parts: Vec<&str> = text.splitn(4, '.').collect();
    if mask && parts.len() < 4 {
        return None;
    }
    let mut octets = [0; 4];
    for (to, part) in octets.iter_mut().zip(&parts) {
        *to = number::whole(part, 0, 255)? as u8;
    }
    Some(Ipv4Addr::from(octets))
}

/// `xtables_numeric_to_ipaddr`, `xtables_numeric_to_ip6addr`.
pub(super) fn numeric(text: &str, family: Family) -> Option<IpAddr> {
    match family {
        Family::V4 => dotted(text, false).map(IpAddr::V4),
        Family::V6 => text.parse::<Ipv6Addr>().ok().map(IpAddr::V6),
    }
}

fn mask(text: &str, family: Family) -> Result<u128, Fail> {
    let all = match family {
        Family::V4 => dotted(text, true).map(IpAddr::V4),
        Family::V6 => text.parse::<Ipv6Addr>().ok().map(IpAddr::V6),
    };
    if let Some(mask) = all {
        return Ok(addr_bits(mask));
    }
    let bits = family.bits();
    let len = number::whole(text, 0, bits.into())
        .ok_or_else(|| Fail::param(format!("invalid mask `{text}' specified")))?;
    Ok(Net::prefix(bits_addr(family, u128::MAX), len as u8).mask)
}

/// Addresses with masks, separated by commas; a name may stand for several.
///
/// # Errors
/// The real parser's.
///
/// # Source
/// iptables 1.8.9, `libxtables/xtables.c`: `xtables_ipparse_multiple`, `xtables_ip6parse_multiple`.
pub(super) fn parse_multiple(text: &str, world: World<'_>) -> Result<Vec<Net>, Fail> {
    let family = world.program.family;
    if family == Family::V4
        && let Ok(addr) = text.parse()
    {
        return Ok(vec![Net::prefix(IpAddr::V4(addr), family.bits())]);
    }
    let mut nets = Vec::new();
    for one in text.split(',') {
        let one = one.trim_start();
        if one.len() > 255 {
            return Err(Fail::param("Hostname too long"));
        }
        let (name, mask) = match one.rsplit_once('/') {
            Some((name, text)) => (name, mask(text, family)?),
            None => (one, u128::MAX >> (128 - u32::from(family.bits()))),
        };
        if mask == 0 {
            nets.push(Net { addr: 0, mask: 0 });
            continue;
        }
        let network = || NETWORKS.iter().find(|(n, _)| *n == name).map(|(_, a)| IpAddr::V4(*a));
        let network = || network().filter(|_| family == Family::V4);
        let number = || inet_aton(name, family);
        let found = match numeric(name, family).or_else(network).or_else(number) {
            Some(addr) => {
                nets.push(Net { addr: addr_bits(addr) & mask, mask });
                continue;
            }
            None => world.hosts.addrs(name, family),
        };
        if found.is_empty() {
            return Err(Fail::param(format!("host/network `{name}' not found")));
        }
        nets.extend(found.into_iter().map(|a| Net { addr: addr_bits(a) & mask, mask }));
    }
    Ok(nets)
}

/// `ADDR/LEN`, or `ADDR/MASK` when the mask is no prefix: as `-S` prints it.
pub(super) fn save(net: Net, family: Family) -> String {
    let addr = text(bits_addr(family, net.addr));
    match net.prefix_len(family) {
        Some(len) => format!("{addr}/{len}"),
        None => format!("{addr}/{}", text(bits_addr(family, net.mask))),
    }
}

/// As `-L` prints it: without a full mask, with a name unless `numeric`.
pub(super) fn list(net: Net, family: Family, numeric: bool, hosts: &dyn Hosts) -> String {
    let any = match family {
        Family::V4 => net.mask == 0,
        Family::V6 => net.addr == 0,
    };
    if any && !numeric {
        return "anywhere".to_owned();
    }
    let addr = bits_addr(family, net.addr);
    let shown = if numeric { text(addr) } else { name(addr, hosts) };
    shown + &mask_suffix(net, family)
}

/// `/LEN` or `/MASK`; nothing for a full mask.
pub(super) fn mask_suffix(net: Net, family: Family) -> String {
    match net.prefix_len(family) {
        Some(len) if len == family.bits() => String::new(),
        Some(len) => format!("/{len}"),
        None => format!("/{}", text(bits_addr(family, net.mask))),
    }
}

/// An address's name, or the address.
pub(super) fn name(addr: IpAddr, hosts: &dyn Hosts) -> String {
    let network =
        || NETWORKS.iter().find(|(_, n)| IpAddr::V4(*n) == addr).map(|(name, _)| (*name).to_owned());
    hosts.name(addr).or_else(network).unwrap_or_else(|| text(addr))
}

/// An address as the C library prints it (`inet_ntop`): IPv6 with 96 leading zero bits, and more than the
/// last 16 bits set, ends in IPv4's form.
///
/// # Source
/// glibc 2.36, `resolv/inet_ntop.c`: `inet_ntop6`.
pub(super) fn text(addr: IpAddr) -> String {
    match addr {
        IpAddr::V6(a) if a.to_bits() >> 32 == 0 && a.to_bits() >> 16 != 0 => {
            format!("::{}", Ipv4Addr::from_bits(a.to_bits() as u32))
        }
        addr => addr.to_string(),
    }
}
