//! Which part of an exchange each packet belongs to.

use packetwalk_trace::{Event, NsId, Step};
use packetwalk_wire::{Body, Packet, TcpFlags, Transport, sorted::Map};

/// Part of an exchange.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Leg {
    /// Towards the destination.
    Request,
    /// Back to the sender.
    Reply,
    /// An ICMP error or a reset about the request.
    Error,
    /// ARP or neighbour discovery: who has this address?
    Arp,
}

/// The leg of each event.
pub(super) fn legs(events: &[Event], from: NsId) -> Vec<Leg> {
    let mut by_id: Map<u32, Leg> = Map::new();
    // A namespace that talks to itself sends both legs.
    let mut first: Option<Packet> = None;
    // The packet that the next one of this namespace answers.
    let mut answering: Option<(NsId, Leg)> = None;
    let mut legs = Vec::with_capacity(events.len());
    for event in events {
        let Body::Ip(packet) = &event.body else {
            legs.push(Leg::Arp);
            continue;
        };
        let new = || {
            let answers = answering.filter(|(ns, _)| *ns == event.ns).map(|(_, leg)| leg);
            new_leg(packet, answers, event.ns == from, first)
        };
        let leg = *by_id.or_insert_with(event.id, new);
        if first.is_none() && leg == Leg::Request {
            first = Some(*packet);
        }
        match event.step {
            Step::Answer => answering = Some((event.ns, leg)),
            Step::Send => answering = None,
            _ => {}
        }
        legs.push(leg);
    }
    legs
}

/// Whether a packet goes the other way than the first one: its addresses are turned round, or, where NAT stood
/// between, its port is the one that the first came from.
fn is_turned(packet: &Packet, first: &Packet) -> bool {
    let (a, b) = (&packet.ip, &first.ip);
    if b.src != b.dst && (a.src, a.dst) == (b.dst, b.src) {
        return true;
    }
    let ports = packet.ports().zip(first.ports());
    ports.is_some_and(|((sport, dport), (from, _))| dport == from && sport != from)
}

fn new_leg(packet: &Packet, answers: Option<Leg>, from_here: bool, first: Option<Packet>) -> Leg {
    if is_discovery(packet) {
        return Leg::Arp;
    }
    if packet.is_icmp_error() || (is_reset(packet) && !from_here) {
        return Leg::Error;
    }
    match answers {
        Some(Leg::Request) => return Leg::Reply,
        Some(Leg::Reply) => return Leg::Request,
        _ => {}
    }
    let turned = first.is_some_and(|first| is_turned(packet, &first));
    if from_here && !turned { Leg::Request } else { Leg::Reply }
}

fn is_reset(packet: &Packet) -> bool {
    matches!(packet.transport, Transport::Tcp(tcp) if tcp.flags.has(TcpFlags::RST))
}

/// Neighbour discovery.
fn is_discovery(packet: &Packet) -> bool {
    packet.ip.dst.is_ipv6() && packet.icmp().is_some_and(|icmp| matches!(icmp.type_code().0, 133..=137))
}
