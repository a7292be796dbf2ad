//! What changes a neighbour entry: messages heard, and the user.

use std::net::IpAddr;
use std::time::Duration;

use packetwalk_wire::{Family, IfIndex, Instant, Mac, Skb};

use crate::neighbour::{Neighbours, probe};
use crate::nud::{NudState, Solicit};

/// How [`Neighbours::update`] treats what is there (`NEIGH_UPDATE_F_*`).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Update {
    /// A known MAC may be replaced.
    pub over: bool,
    /// A known MAC in doubt may be replaced, a confirmed one becomes STALE.
    pub weak_override: bool,
    /// The user says so: permanent entries too.
    pub admin: bool,
    /// Whether it is a router, where the message tells.
    pub router: Option<bool>,
}

/// Packets that waited and can go now.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Released {
    /// By this interface.
    pub dev: IfIndex,
    /// Next hop.
    pub addr: IpAddr,
    /// Its MAC.
    pub mac: Mac,
    /// Oldest first.
    pub packets: Vec<Skb>,
}

/// An ARP message as far as it teaches something about its sender.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ArpHeard {
    /// Where it came in.
    pub dev: IfIndex,
    /// Sender's address.
    pub sender: IpAddr,
    /// Sender's MAC.
    pub mac: Mac,
    /// A reply, sent to this host's own MAC.
    pub reply_to_us: bool,
    /// Sender and target are one, or the like (`arp_is_garp`).
    pub gratuitous: bool,
    /// `arp_accept` allows a new entry for it.
    pub accept: bool,
}

impl Neighbours {
    /// Sets an existing entry to `new`, with `mac` if known; packets that waited come back.
    ///
    /// # Source
    /// Linux v6.18, `net/core/neighbour.c`: `__neigh_update`.
    pub fn update(
        &mut self,
        dev: IfIndex,
        addr: IpAddr,
        mac: Option<Mac>,
        new: NudState,
        how: Update,
        now: Instant,
    ) -> Option<Released> {
        let id = self.find(dev, addr)?;
        let family = Family::of(addr);
        let base = u64::from(self.params(Some(dev), family).base_reachable_time_ms);
        let reachable = self.reachable_time(dev, family, now);
        let neigh = self.slot(id)?;
        let (old, mut new) = (neigh.state, new);
        if !how.admin && matches!(old, NudState::NoArp | NudState::Permanent) {
            return None;
        }
        if !new.is_valid() {
            neigh.state = new;
            if new == NudState::Failed {
                neigh.queue.clear();
                neigh.queue_bytes = 0;
            }
            self.arm(id, None);
            return None;
        }
        let mut mac = match mac {
            Some(mac) => mac,
            None if old.is_valid() => neigh.mac,
            None => return None,
        };
        if new.is_connected() {
            neigh.confirmed = now;
        }
        let mut router = how.router;
        if old.is_valid() {
            if mac != neigh.mac && !how.over {
                if !(how.weak_override && old.is_connected()) {
                    return None;
                }
                router = None;
                (mac, new) = (neigh.mac, NudState::Stale);
            } else if mac == neigh.mac && new == NudState::Stale && !how.admin {
                new = old;
            }
        }
        if new != old || mac != neigh.mac {
            neigh.updated = now;
        }
        if let Some(router) = router {
            neigh.router = router;
        }
        if mac != neigh.mac {
            neigh.mac = mac;
            if !new.is_connected() {
                neigh.confirmed = Instant(now.0.saturating_sub(base * 2_000_000));
            }
        }
        if new == old {
            return None;
        }
        neigh.state = new;
        if new == NudState::Probe {
            neigh.probes = 0;
        }
        let packets = if old.is_valid() { Vec::new() } else { std::mem::take(&mut neigh.queue) };
        if !old.is_valid() {
            neigh.queue_bytes = 0;
        }
        let timer =
            new.in_timer().then(|| now + if new == NudState::Reachable { reachable } else { Duration::ZERO });
        self.arm(id, timer);
        (!packets.is_empty()).then_some(Released { dev, addr, mac, packets })
    }

    /// A question for an address of ours tells where the asker is: the entry is made if need be.
    /// Call it for an ARP request that is answered (IPv4), or a neighbour solicitation with a source
    /// link-layer address (IPv6).
    ///
    /// # Source
    /// Linux v6.18, `net/core/neighbour.c`: `neigh_event_ns`; `net/ipv6/ndisc.c`: `ndisc_recv_ns`.
    pub fn asked(&mut self, dev: IfIndex, sender: IpAddr, mac: Mac, now: Instant) -> Option<Released> {
        if self.find(dev, sender).is_none() {
            self.create(dev, sender, now);
        }
        let weak = Family::of(sender) == Family::V6;
        let how = Update { over: true, weak_override: weak, ..Update::default() };
        self.update(dev, sender, Some(mac), NudState::Stale, how, now)
    }

    /// An ARP message that is no request for an address of ours, or whose answer is not ours to give.
    ///
    /// # Source
    /// Linux v6.18, `net/ipv4/arp.c`: `arp_process` (its last part).
    pub fn arp_heard(&mut self, heard: ArpHeard, now: Instant) -> Option<Released> {
        let ArpHeard { dev, sender, mac, reply_to_us, gratuitous, accept } = heard;
        let id = match self.find(dev, sender) {
            Some(id) => id,
            None if accept => self.create(dev, sender, now),
            None => return None,
        };
        let locktime = self.params(Some(dev), Family::V4).locktime;
        let locked = Duration::from_millis(u64::from(locktime) * 10);
        let over = gratuitous || now > self.slot(id)?.updated + locked;
        let state = if reply_to_us { NudState::Reachable } else { NudState::Stale };
        self.update(dev, sender, Some(mac), state, Update { over, ..Update::default() }, now)
    }

    /// A neighbour advertisement (RFC 4861 section 7.2.5); makes no entry.
    ///
    /// # Source
    /// Linux v6.18, `net/ipv6/ndisc.c`: `ndisc_recv_na`.
    pub fn advertised(
        &mut self,
        dev: IfIndex,
        target: IpAddr,
        mac: Option<Mac>,
        solicited: bool,
        over: bool,
        router: bool,
        now: Instant,
    ) -> Option<Released> {
        if self.get(dev, target)?.state == NudState::Failed {
            return None;
        }
        let state = if solicited { NudState::Reachable } else { NudState::Stale };
        let how = Update { over, weak_override: true, admin: false, router: Some(router) };
        self.update(dev, target, mac, state, how, now)
    }

    /// `ip neigh add|replace|change`: sets an entry as the user says, making it if need be.
    /// `replace` is false for `add`, which leaves a known MAC alone.
    ///
    /// # Source
    /// Linux v6.18, `net/core/neighbour.c`: `neigh_add`.
    pub fn set(
        &mut self,
        dev: IfIndex,
        addr: IpAddr,
        mac: Option<Mac>,
        state: NudState,
        router: bool,
        replace: bool,
        now: Instant,
    ) -> Option<Released> {
        if self.find(dev, addr).is_none() {
            self.create(dev, addr, now);
        }
        let how = Update { over: replace, weak_override: false, admin: true, router: Some(router) };
        self.update(dev, addr, mac, state, how, now)
    }

    /// `ip neigh … use`: asks as if a packet were sent.
    pub fn use_now(&mut self, dev: IfIndex, addr: IpAddr, now: Instant) -> Option<Solicit> {
        let params = *self.params(Some(dev), Family::of(addr));
        let id = match self.find(dev, addr) {
            Some(id) => id,
            None => self.create(dev, addr, now),
        };
        let neigh = self.slot(id)?;
        if neigh.state.is_valid() || neigh.state == NudState::Incomplete {
            return None;
        }
        neigh.probes = params.ucast_solicit;
        (neigh.state, neigh.updated, neigh.used) = (NudState::Incomplete, now, now);
        let solicit = probe(neigh, &params);
        self.arm(id, Some(now + params.retrans()));
        Some(solicit)
    }
}
