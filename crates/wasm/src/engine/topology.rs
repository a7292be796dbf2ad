//! Namespaces and devices.

use packetwalk_lab::{Lab, Stack};
use packetwalk_link::{Device, Kind};
use packetwalk_shell::Shell;
use packetwalk_wire::Family;

use crate::view;

pub fn topology(shell: &Shell) -> view::Topology {
    let lab = &shell.lab;
    let namespaces = lab.spaces().map(|(id, space)| view::Namespace {
        id: u32::from(id.0),
        name: space.name.clone(),
        container: shell.container_in(id),
        forwards: space.stack.sysctl.read("net.ipv4.ip_forward").is_ok_and(|v| v.trim() == "1"),
        devices: space.stack.links.iter().map(|d| device(lab, &space.stack, d)).collect(),
    });
    view::Topology { namespaces: namespaces.collect() }
}

fn device(lab: &Lab, stack: &Stack, device: &Device) -> view::Device {
    let name = |index| stack.links.get(index).map(|d| d.name.to_string());
    let peer = device.peer().or(device.lower()).and_then(|(ns, index)| {
        let other = lab.stack(ns)?.links.get(index)?;
        Some(view::Peer { ns: u32::from(ns.0), device: other.name.to_string() })
    });
    let addresses = stack.routing.dev(device.index).map_or_else(Vec::new, |dev| {
        let of = |family| dev.addrs(family).iter().map(|a| format!("{}/{}", a.local, a.prefix_len));
        of(Family::V4).chain(of(Family::V6)).collect()
    });
    view::Device {
        index: device.index.0,
        name: device.name.to_string(),
        kind: match device.kind {
            Kind::Loopback => view::DeviceKind::Loopback,
            Kind::Veth { .. } => view::DeviceKind::Veth,
            Kind::Bridge(_) => view::DeviceKind::Bridge,
            Kind::Dummy => view::DeviceKind::Dummy,
            Kind::Macvlan { .. } => view::DeviceKind::Macvlan,
        },
        up: device.is_up(),
        mac: device.mac.to_string(),
        master: device.master.and_then(name),
        peer,
        addresses,
    }
}
