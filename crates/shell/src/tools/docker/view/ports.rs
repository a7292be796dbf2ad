//! Ports as `ps` and `port` show them.

use std::net::{IpAddr, SocketAddr};

use packetwalk_docker::ports::{Bound, Port, Proto};
use packetwalk_docker::{Container, Engine, Version};
use packetwalk_wire::Order;

/// A host's address and port: IPv6 without brackets before 28.
pub(in crate::tools::docker) fn address(version: Version, ip: IpAddr, port: u16) -> String {
    match ip {
        IpAddr::V6(ip) if version != Version::V29 => format!("{ip}:{port}"),
        ip => SocketAddr::new(ip, port).to_string(),
    }
}

fn group(version: Version, key: (Option<IpAddr>, Proto), first: u16, last: u16) -> String {
    let range = if first == last { first.to_string() } else { format!("{first}-{last}") };
    match key.0 {
        Some(IpAddr::V6(ip)) if version == Version::V29 => format!("[{ip}]:{range}->{range}/{}", key.1),
        Some(ip) => format!("{ip}:{range}->{range}/{}", key.1),
        None => format!("{range}/{}", key.1),
    }
}

/// # Source
/// docker/cli, `cli/command/formatter/container.go`: `DisplayablePorts`.
pub(in crate::tools::docker) fn displayable(engine: &Engine, container: &Container) -> String {
    let version = engine.daemon.version;
    let mut all: Vec<(Port, Option<Bound>)> = Vec::new();
    for (port, bound) in engine.ports_of(container) {
        if bound.is_empty() {
            all.push((port, None));
        }
        all.extend(bound.into_iter().filter(|b| b.host_port != 0).map(|b| (port, Some(b))));
    }
    all.order_by_key(|(port, b)| {
        (port.number, b.map(|b| b.host_ip.to_string()), b.map(|b| b.host_port), port.proto.name())
    });
    let mut groups: Vec<((Option<IpAddr>, Proto), u16, u16)> = Vec::new();
    let (mut out, mut mapped) = (Vec::new(), Vec::new());
    for (port, bound) in all {
        if let Some(b) = bound.filter(|b| b.host_port != port.number) {
            mapped.push(format!("{}->{port}", address(version, b.host_ip, b.host_port)));
            continue;
        }
        let key = (bound.map(|b| b.host_ip), port.proto);
        match groups.iter_mut().find(|g| g.0 == key) {
            None => groups.push((key, port.number, port.number)),
            Some(g) if g.2.checked_add(1) == Some(port.number) => g.2 = port.number,
            Some(g) => {
                out.push(group(version, g.0, g.1, g.2));
                (g.1, g.2) = (port.number, port.number);
            }
        }
    }
    out.extend(groups.into_iter().map(|(key, first, last)| group(version, key, first, last)));
    out.extend(mapped);
    out.join(", ")
}
