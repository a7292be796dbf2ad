//! Which addresses of the host a published port is bound to.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use packetwalk_wire::{Family, Order};

use super::{Port, Published};

const ANY4: IpAddr = IpAddr::V4(Ipv4Addr::UNSPECIFIED);
const ANY6: IpAddr = IpAddr::V6(Ipv6Addr::UNSPECIFIED);

/// A port to bind on one address.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Request {
    pub port: Port,
    pub host_ip: IpAddr,
    pub range: Option<(u16, u16)>,
    /// The container's address, of the other family when only a proxy can lead there.
    pub ip: IpAddr,
    /// It is opened for routed packets, and bound nowhere.
    pub routed: bool,
}

/// The container's side, and what is asked of the host's.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sides {
    pub ip4: Option<IpAddr>,
    pub ip6: Option<IpAddr>,
    /// `host_binding_ipv4` or `--ip`.
    pub default_ip: IpAddr,
    pub proxy: bool,
    /// Gateway mode `routed`, of each family.
    pub routed: (bool, bool),
    /// Whether ports of each family are wanted of this endpoint.
    pub wanted: (bool, bool),
}

/// The address of the host in one family, or that there is none.
fn host_ip(asked: Option<IpAddr>, default: IpAddr, family: Family) -> Option<IpAddr> {
    match asked {
        Some(ip) => Some(ip).filter(|ip| Family::of(*ip) == family),
        None if Family::of(default) == family => Some(default),
        None if family == Family::V6 && default == ANY4 => Some(ANY6),
        None => None,
    }
}

fn one(published: &Published, sides: &Sides, family: Family) -> Option<Request> {
    let host_ip = host_ip(published.binding.host_ip, sides.default_ip, family)?;
    let ip = match family {
        Family::V4 => sides.ip4?,
        Family::V6 => sides.ip6.or(sides.ip4.filter(|_| sides.proxy))?,
    };
    Some(Request { port: published.port, host_ip, range: published.binding.range, ip, routed: false })
}

/// Each port of each family by itself.
///
/// # Source
/// moby v20.10.24, `drivers/bridge/port_mapping.go`: `allocatePortsInternal`.
pub(crate) fn groups_20_10(published: &[Published], sides: &Sides) -> Vec<Vec<Request>> {
    let both = published.iter().flat_map(|p| [Family::V4, Family::V6].map(|family| one(p, sides, family)));
    both.flatten().map(|request| vec![request]).collect()
}

/// One address for each port; nothing of IPv6 unless it is asked for.
///
/// # Source
/// moby v1.5.0, `daemon/networkdriver/bridge/driver.go`: `AllocatePort`.
pub(crate) fn groups_1_5(published: &[Published], sides: &Sides) -> Vec<Vec<Request>> {
    let family = |p: &Published| p.binding.host_ip.map_or(Family::V4, Family::of);
    published.iter().filter_map(|p| one(p, sides, family(p))).map(|request| vec![request]).collect()
}

/// Requests that differ in the host's address alone get one port together.
///
/// # Source
/// moby b985e231, `drivers/bridge/port_mapping_linux.go`: `sortAndNormPBs`, `needSamePort`;
/// `portmapperapi/api.go`: `PortBindingReq.Compare`.
pub(crate) fn groups_29(published: &[Published], sides: &Sides) -> Vec<Vec<Request>> {
    let mut requests: Vec<Request> = Vec::new();
    for p in published {
        for family in [Family::V4, Family::V6] {
            let (wanted, routed, any) = match family {
                Family::V4 => (sides.wanted.0, sides.routed.0, ANY4),
                Family::V6 => (sides.wanted.1, sides.routed.1, ANY6),
            };
            if !wanted && !routed {
                continue;
            }
            let proxied = Sides { proxy: sides.proxy && (sides.wanted.0 || sides.routed.0), ..*sides };
            if let Some(mut request) = one(p, &proxied, family) {
                request.routed = routed;
                if routed {
                    request.host_ip = any;
                }
                requests.push(request);
            }
        }
    }
    requests.order_by_key(|r| {
        let exact = r.range.is_some_and(|(from, to)| from == to);
        let proto = r.port.proto.number();
        (r.routed, !exact, r.port.number, proto, r.range, r.host_ip, r.ip)
    });
    let mut groups: Vec<Vec<Request>> = Vec::new();
    for request in requests {
        let same = |last: &Request| {
            (last.port, last.range, last.routed) == (request.port, request.range, request.routed)
        };
        match groups.last_mut() {
            Some(group) if group.last().is_some_and(same) => group.push(request),
            _ => groups.push(vec![request]),
        }
    }
    groups
}
