//! Takes notes of a packet's own way.

use packetwalk_link::{Device, Kind};
use packetwalk_trace::{Notes, Observer, Recorder};
use packetwalk_wire::{CtRef, Family, IfIndex, Instant, Mac, Nfct};

use super::First;
use super::way::{After, Fdb, Renewed, Way};
use crate::path::{Content, Ether, Next};
use crate::{Cx, Dst, Stack};

/// What the notes of a packet are worth.
pub(super) enum Noted {
    /// The next packet will fare like this one.
    Flow { conn: Option<CtRef>, way: u32 },
    /// The first packet of another connection will.
    First(Box<First>),
    /// None may.
    Nothing { began: bool },
}

impl Stack {
    /// Carries a packet from box to box up to its last one here, and tells that one, and whether others will fare like it.
    #[cold]
    pub(super) fn take_notes<O: Observer>(
        &mut self,
        cx: &mut Cx<'_, O>,
        dev: IfIndex,
        ether: &mut Ether,
        dst: &mut Dst,
    ) -> (Next, Noted) {
        self.write_back();
        let before = *ether;
        let (flights, gaps, random) = (cx.flights.len(), cx.gaps.len(), self.random);
        let mut recorder = Recorder::noting(Box::new(Notes { id: ether.id(), ..Notes::default() }));
        let (mut received, mut sent, mut renewed) = (Vec::new(), Vec::new(), Vec::new());
        let mut next = Next::Receive(dev);
        let mut watched = Cx {
            now: cx.now,
            obs: &mut recorder,
            payloads: cx.payloads,
            last_id: cx.last_id,
            flights: cx.flights,
            latency: cx.latency,
            captures: cx.captures,
            log: cx.log,
            gaps: cx.gaps,
            sending: cx.sending,
            errno: cx.errno,
        };
        while !self.is_last(next) {
            match next {
                Next::Receive(dev) => received.push(dev),
                Next::Transmit(dev) => {
                    sent.push(dev);
                    renewed.extend(self.destination(dev, ether.dst, cx.now));
                }
                Next::BridgeForward(port) => {
                    renewed.extend(self.source(port, ether.src, cx.now));
                    let bridge = self.links.get(port).and_then(|d| d.master);
                    renewed.extend(bridge.and_then(|bridge| self.destination(bridge, ether.dst, cx.now)));
                }
                _ => {}
            }
            next = self.box_of(&mut watched, next, ether, dst);
        }
        cx.errno = watched.errno;
        let quiet = cx.flights.len() == flights
            && cx.gaps.len() == gaps
            && self.work.is_empty()
            && self.random == random;
        let notes = recorder.into_notes().unwrap_or_default();
        let began = notes.began;
        let out = match next {
            Next::Deliver => Some(None),
            Next::Transmit(dev) => Some(Some(dev)),
            _ => None,
        };
        let out = out.filter(|_| quiet && !notes.unlike && !(began && self.asks_source_port()));
        let Some(out) = out else { return (next, Noted::Nothing { began }) };
        let noted = (|| {
            for &(addr, dev) in &notes.neighbours {
                let (id, mac) = self.neigh.ready(dev, addr)?;
                renewed.push(Renewed::Neighbour { id, dev, addr, mac });
            }
            let Content::Ip(skb) = &ether.content else { return None };
            let (mut found, mut begun) = (None, None);
            match notes.conn {
                Some(conn) if began => begun = Some(self.nf.ct.begun(conn)?),
                Some(conn) => found = Some(self.nf.ct.known(conn)?),
                None => {}
            }
            let Content::Ip(was) = &before.content else { return None };
            let (after, dst, conn) = (After::of(was, ether, skb), *dst, notes.conn);
            let mut made = before;
            after.make(&mut made);
            if let Content::Ip(skb) = &mut made.content {
                skb.nfct = conn.map_or(Nfct::None, Nfct::Tracked);
            }
            if made != *ether || begun.is_some() && after.ports.0.is_some() {
                return None;
            }
            let way = Way { received, sent, renewed, found, counted: notes.counted, after, out, dst };
            let way = self.flows.place(way);
            Some(match begun {
                Some(begun) => Noted::First(Box::new(First { way, begun })),
                None => Noted::Flow { conn, way },
            })
        })();
        (next, noted.unwrap_or(Noted::Nothing { began }))
    }

    /// Whether flows may fare differently for their source ports.
    fn asks_source_port(&mut self) -> bool {
        let Self { flows, nf, routing, .. } = self;
        let by_port = || [Family::V4, Family::V6].into_iter().any(|family| routing.needs_ports(family));
        *flows.asks_source_port.get_or_insert_with(|| nf.asks_source_port() || by_port())
    }

    /// Whether a box is the last of a way: what it does is done for each packet.
    fn is_last(&self, next: Next) -> bool {
        match next {
            Next::Done | Next::Away(_) | Next::Deliver => true,
            Next::Transmit(dev) => {
                !self.links.get(dev).is_some_and(|d| matches!(d.kind, Kind::Bridge(_) | Kind::Loopback))
            }
            _ => false,
        }
    }

    /// The entry that a frame by a bridge's port renews of its source.
    fn source(&mut self, port: IfIndex, mac: Mac, now: Instant) -> Option<Renewed> {
        let device = self.links.get(port)?;
        let (learning, bridge) = (device.port?.learning, device.master?);
        let table = self.links.get_mut(bridge)?.bridge()?;
        if !learning || table.config.ageing_time == 0 {
            return None;
        }
        let fdb = Fdb { bridge, place: table.fdb.place(mac)?, mac, port };
        fdb.get(&mut self.links, now).map(|_| Renewed::Source(fdb))
    }

    /// The entry that a frame through a bridge renews of its destination.
    fn destination(&mut self, bridge: IfIndex, mac: Mac, now: Instant) -> Option<Renewed> {
        let table = self.links.get(bridge).and_then(Device::bridge)?;
        let place = table.fdb.place(mac)?;
        let fdb = Fdb { bridge, place, mac, port: table.fdb.get(mac)?.port };
        fdb.get(&mut self.links, now).map(|_| Renewed::Destination(fdb))
    }
}
