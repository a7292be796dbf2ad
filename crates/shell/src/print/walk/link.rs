//! Interfaces, bridges and neighbours.

use std::net::IpAddr;

use packetwalk_trace::{BridgeWhere, NeighStep, NsId};
use packetwalk_wire::{Body, IfIndex};

use super::scene::{Scene, neighbour_key};
use super::step::Draft;
use super::{Decided, Place, TableName, Tone, phrase};

pub(super) fn receive(scene: &Scene<'_>, ns: NsId, dev: IfIndex, body: &Body) -> Draft {
    let name = scene.dev(ns, dev);
    if scene.is_bridge(ns, dev) {
        let sentence = format!("The bridge hands it to the host: from here on it came in by {name}.");
        return Draft::new(Place::Device(name.clone()), format!("in {name}"), "↑ from the bridge", sentence);
    }
    if dev == IfIndex::LO {
        return Draft::new(Place::Device(name), "in lo", "back in by lo", "It comes back in by lo.");
    }
    let what = phrase::what(body);
    let (line, from) = match scene.peer(ns, dev) {
        Some(peer) => (format!("← {peer}"), format!(", from {peer}")),
        None => (String::new(), String::new()),
    };
    let port = match scene.master(ns, dev) {
        Some(bridge) => format!(", a port of the bridge {}", scene.dev(ns, bridge)),
        None => String::new(),
    };
    let sentence = format!("{}'s {name}{port} receives {what}{from}.", scene.ns(ns));
    Draft::new(Place::Device(name.clone()), format!("in {name}"), line, sentence)
}

pub(super) fn transmit(scene: &Scene<'_>, ns: NsId, dev: IfIndex) -> Draft {
    let name = scene.dev(ns, dev);
    if scene.is_bridge(ns, dev) {
        let sentence = format!("It leaves the host by {name}: the bridge looks for the port.");
        return Draft::new(Place::Device(name.clone()), format!("out {name}"), "into the bridge", sentence)
            .detail();
    }
    if dev == IfIndex::LO {
        return Draft::new(
            Place::Device(name),
            "out lo",
            "over lo",
            "It leaves by lo and comes back at once.",
        );
    }
    let (line, to) = match scene.peer(ns, dev) {
        Some(peer) => (format!("→ {peer}"), format!(" to {peer}")),
        None => (String::new(), String::new()),
    };
    let sentence = format!("It leaves {} by {name}{to}.", scene.ns(ns));
    Draft::new(Place::Device(name.clone()), format!("out {name}"), line, sentence)
}

pub(super) fn learn(scene: &Scene<'_>, ns: NsId, bridge: IfIndex, port: IfIndex) -> Draft {
    let (bridge, port) = (scene.dev(ns, bridge), scene.dev(ns, port));
    let sentence = format!("{bridge} learns that the sender's MAC address is behind {port}.");
    let line = format!("learns the sender's MAC at {port}");
    Draft::new(Place::Bridge(bridge.clone()), format!("bridge {bridge}"), line, sentence).detail()
}

pub(super) fn bridge(scene: &Scene<'_>, ns: NsId, bridge: IfIndex, from: IfIndex, to: BridgeWhere) -> Draft {
    let name = scene.dev(ns, bridge);
    let source = if from.is_some() { scene.dev(ns, from) } else { scene.ns(ns).to_owned() };
    let (goal, sentence) = match to {
        BridgeWhere::Local => (
            scene.ns(ns).to_owned(),
            format!("The frame's MAC address is {name}'s own: the bridge hands it up to the host."),
        ),
        BridgeWhere::Port(port) => {
            let port = scene.dev(ns, port);
            let sentence =
                format!("{name} knows the frame's MAC address behind {port} and sends it out there.");
            (port, sentence)
        }
        BridgeWhere::Flood => (
            "all other ports".to_owned(),
            format!(
                "{name} does not know the frame's MAC address, or it is a group's: it goes out by every other port."
            ),
        ),
        BridgeWhere::LocalAndFlood => (
            "host and all other ports".to_owned(),
            format!("The frame is for all: {name} hands it up to the host and out by every other port."),
        ),
    };
    Draft::new(Place::Bridge(name.clone()), format!("bridge {name}"), format!("{source} → {goal}"), sentence)
}

pub(super) fn neighbour(scene: &Scene<'_>, ns: NsId, addr: IpAddr, dev: IfIndex, step: NeighStep) -> Draft {
    let name = scene.dev(ns, dev);
    let mac = scene.neighbour(ns, dev, addr).map(|mac| mac.to_string());
    let known = mac.clone().unwrap_or_else(|| "its MAC address".to_owned());
    let ask = if addr.is_ipv4() { "ARP" } else { "neighbour discovery" };
    let place = Place::Device(name.clone());
    match step {
        NeighStep::Hit | NeighStep::Resolved => {
            let row = format!("{addr} dev {name} lladdr {known}");
            let (line, sentence) = if step == NeighStep::Hit {
                (
                    row.clone(),
                    format!("The next hop {addr} is at {known}, says {}'s neighbour table.", scene.ns(ns)),
                )
            } else {
                (
                    format!("answered: {row}"),
                    format!("{ask} found {addr} at {known}: the waiting packet goes on."),
                )
            };
            let decided =
                Decided { table: TableName::Neighbours, key: neighbour_key(&name, addr), text: row };
            Draft::new(place, "neighbour", line, sentence).decided(decided)
        }
        NeighStep::Queued => {
            let sentence = format!(
                "Nobody knows the MAC address of {addr} yet: the packet waits while {ask} asks on {name}."
            );
            Draft::new(place, "neighbour", format!("who has {addr}? the packet waits"), sentence)
        }
        NeighStep::Failed => {
            let sentence = format!("Nobody on {name} answered for {addr}: the packet cannot be delivered.");
            Draft::new(place, "neighbour", format!("{addr} dev {name} FAILED"), sentence).tone(Tone::Drop)
        }
    }
}
