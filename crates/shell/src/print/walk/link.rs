//! Interfaces, bridges and neighbours.

use std::net::IpAddr;

use packetwalk_trace::{BridgeWhere, NeighStep, NsId};
use packetwalk_wire::{Body, IfIndex};

use super::language::Say;
use super::scene::{Scene, neighbour_key};
use super::step::Draft;
use super::{Decided, Place, TableName, Tone, phrase};

pub(super) fn receive(scene: &Scene<'_>, ns: NsId, dev: IfIndex, body: &Body) -> Draft {
    let name = scene.dev(ns, dev);
    if scene.is_bridge(ns, dev) {
        let sentence = scene.say(Say::BridgeHands, &[&name]);
        let line = scene.text(Say::FromBridge);
        return Draft::new(Place::Device(name.clone()), format!("in {name}"), line, sentence);
    }
    if dev == IfIndex::LO {
        let (line, sentence) = (scene.text(Say::BackByLo), scene.text(Say::ComesBack));
        return Draft::new(Place::Device(name), "in lo", line, sentence);
    }
    let what = phrase::what(scene.language, body);
    let (line, from) = match scene.peer(ns, dev) {
        Some(peer) => (format!("← {peer}"), scene.say(Say::FromPeer, &[&peer])),
        None => (String::new(), String::new()),
    };
    let port = match scene.master(ns, dev) {
        Some(bridge) => scene.say(Say::AsPort, &[&scene.dev(ns, bridge)]),
        None => String::new(),
    };
    let sentence = scene.say(Say::Receives, &[&scene.ns(ns), &name, &port, &what, &from]);
    Draft::new(Place::Device(name.clone()), format!("in {name}"), line, sentence)
}

pub(super) fn transmit(scene: &Scene<'_>, ns: NsId, dev: IfIndex) -> Draft {
    let name = scene.dev(ns, dev);
    if scene.is_bridge(ns, dev) {
        let sentence = scene.say(Say::LeavesToBridge, &[&name]);
        let line = scene.text(Say::IntoBridge);
        return Draft::new(Place::Device(name.clone()), format!("out {name}"), line, sentence).detail();
    }
    if dev == IfIndex::LO {
        let (line, sentence) = (scene.text(Say::OverLo), scene.text(Say::LeavesByLo));
        return Draft::new(Place::Device(name), "out lo", line, sentence);
    }
    let (line, to) = match scene.peer(ns, dev) {
        Some(peer) => (format!("→ {peer}"), scene.say(Say::ToPeer, &[&peer])),
        None => (String::new(), String::new()),
    };
    let sentence = scene.say(Say::Leaves, &[&scene.ns(ns), &name, &to]);
    Draft::new(Place::Device(name.clone()), format!("out {name}"), line, sentence)
}

pub(super) fn learn(scene: &Scene<'_>, ns: NsId, bridge: IfIndex, port: IfIndex) -> Draft {
    let (bridge, port) = (scene.dev(ns, bridge), scene.dev(ns, port));
    let sentence = scene.say(Say::Learns, &[&bridge, &port]);
    let line = scene.say(Say::LearnsAt, &[&port]);
    Draft::new(Place::Bridge(bridge.clone()), format!("bridge {bridge}"), line, sentence).detail()
}

pub(super) fn bridge(scene: &Scene<'_>, ns: NsId, bridge: IfIndex, from: IfIndex, to: BridgeWhere) -> Draft {
    let name = scene.dev(ns, bridge);
    let source = if from.is_some() { scene.dev(ns, from) } else { scene.ns(ns).to_owned() };
    let (goal, sentence) = match to {
        BridgeWhere::Local => (scene.ns(ns).to_owned(), scene.say(Say::BridgeOwn, &[&name])),
        BridgeWhere::Port(port) => {
            let port = scene.dev(ns, port);
            let sentence = scene.say(Say::BridgeKnows, &[&name, &port]);
            (port, sentence)
        }
        BridgeWhere::Flood => (scene.text(Say::AllOther).to_owned(), scene.say(Say::Floods, &[&name])),
        BridgeWhere::LocalAndFlood => {
            (scene.text(Say::HostAndAll).to_owned(), scene.say(Say::ForAll, &[&name]))
        }
    };
    Draft::new(Place::Bridge(name.clone()), format!("bridge {name}"), format!("{source} → {goal}"), sentence)
}

pub(super) fn neighbour(scene: &Scene<'_>, ns: NsId, addr: IpAddr, dev: IfIndex, step: NeighStep) -> Draft {
    let name = scene.dev(ns, dev);
    let mac = scene.neighbour(ns, dev, addr).map(|mac| mac.to_string());
    let known = mac.unwrap_or_else(|| scene.text(Say::ItsMac).to_owned());
    let ask = if addr.is_ipv4() { "ARP" } else { scene.text(Say::Discovery) };
    let place = Place::Device(name.clone());
    match step {
        NeighStep::Hit | NeighStep::Resolved => {
            let row = format!("{addr} dev {name} lladdr {known}");
            let (line, sentence) = if step == NeighStep::Hit {
                (row.clone(), scene.say(Say::NeighbourKnown, &[&addr, &known, &scene.ns(ns)]))
            } else {
                (scene.say(Say::Answered, &[&row]), scene.say(Say::NeighbourFound, &[&ask, &addr, &known]))
            };
            let decided =
                Decided { table: TableName::Neighbours, key: neighbour_key(&name, addr), text: row };
            Draft::new(place, "neighbour", line, sentence).decided(decided)
        }
        NeighStep::Queued => {
            let sentence = scene.say(Say::Waits, &[&addr, &ask, &name]);
            Draft::new(place, "neighbour", scene.say(Say::WhoHas, &[&addr]), sentence)
        }
        NeighStep::Failed => {
            let sentence = scene.say(Say::NobodyAnswers, &[&name, &addr]);
            Draft::new(place, "neighbour", format!("{addr} dev {name} FAILED"), sentence).tone(Tone::Drop)
        }
    }
}
