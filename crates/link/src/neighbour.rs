//! The neighbour table: next hops' MACs, found by ARP or ND.

use std::net::IpAddr;
use std::time::Duration;

use packetwalk_wire::{Common, Family, IfIndex, Instant, Mac, Pages, Skb, sorted::Map};
use rustc_hash::FxHashMap;

use crate::neigh_param::NeighParams;
use crate::nud::{Neigh, NudState, Outcome, Solicit};

/// One namespace's neighbours of both families.
#[derive(Clone, Debug)]
pub struct Neighbours {
    pub(crate) slots: Pages<Option<Neigh>>,
    index: Common<FxHashMap<(IfIndex, IpAddr), u32>>,
    pub(crate) timers: Map<(Instant, u32), ()>,
    params: Common<Map<(Option<IfIndex>, Family), NeighParams>>,
    /// `ip neigh add proxy`: answered for others, on one interface or on all.
    pub proxies: Vec<(Option<IfIndex>, IpAddr)>,
    seed: u32,
}

impl Neighbours {
    /// An empty table. `seed` decides how long entries stay REACHABLE.
    pub fn new(seed: u32) -> Self {
        Self {
            slots: Pages::new(),
            index: Common::default(),
            timers: Map::new(),
            params: Map::from([
                ((None, Family::V4), NeighParams::IPV4),
                ((None, Family::V6), NeighParams::IPV6),
            ])
            .into(),
            proxies: Vec::new(),
            seed,
        }
    }

    /// An interface's parameters; those of `default` where it has none of its own.
    pub fn params(&self, dev: Option<IfIndex>, family: Family) -> &NeighParams {
        let default = || self.params.get(&(None, family));
        self.params.get(&(dev, family)).or_else(default).unwrap_or(&NeighParams::IPV4)
    }

    /// An interface's parameters to change; `None` is `default`, which later interfaces copy.
    pub fn params_mut(&mut self, dev: Option<IfIndex>, family: Family) -> &mut NeighParams {
        let copy = *self.params(None, family);
        self.params.or_insert_with((dev, family), || copy)
    }

    fn add_dev_family(&mut self, dev: Option<IfIndex>, family: Family) {
        self.params_mut(dev, family);
    }

    /// A new interface copies the parameters of `default` as they are now (`neigh_parms_alloc`).
    pub fn add_dev(&mut self, dev: IfIndex) {
        self.add_dev_family(Some(dev), Family::V4);
        self.add_dev_family(Some(dev), Family::V6);
    }

    /// An interface is gone, with its entries and parameters.
    pub fn remove_dev(&mut self, dev: IfIndex) {
        self.flush_dev(dev, false);
        self.params.retain(|(d, _), _| *d != Some(dev));
        self.proxies.retain(|(d, _)| *d != Some(dev));
    }

    /// How long an answer is good now; the kernel draws anew every 300 s.
    pub(crate) fn reachable_time(&self, dev: IfIndex, family: Family, now: Instant) -> Duration {
        let mut x = u64::from(self.seed) << 32 | u64::from(dev.0) << 1 | u64::from(family == Family::V6);
        x = x.wrapping_add((now.secs() / 300).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        self.params(Some(dev), family).reachable((x >> 32) as u32)
    }

    /// Every entry, in order of creation (the kernel's order is that of a randomly seeded hash).
    pub fn iter(&self) -> impl Iterator<Item = &Neigh> {
        self.slots.iter().flatten()
    }

    /// An entry.
    pub fn get(&self, dev: IfIndex, addr: IpAddr) -> Option<&Neigh> {
        self.slots.get(*self.index.get(&(dev, addr))? as usize)?.as_ref()
    }

    pub(crate) fn find(&self, dev: IfIndex, addr: IpAddr) -> Option<u32> {
        self.index.get(&(dev, addr)).copied()
    }

    pub(crate) fn slot(&mut self, id: u32) -> Option<&mut Neigh> {
        self.slots.get_mut(id as usize)?.as_mut()
    }

    pub(crate) fn create(&mut self, dev: IfIndex, addr: IpAddr, now: Instant) -> u32 {
        let base = u64::from(self.params(Some(dev), Family::of(addr)).base_reachable_time_ms);
        let neigh = Neigh {
            addr,
            dev,
            mac: Mac::ZERO,
            state: NudState::None,
            router: false,
            used: now,
            confirmed: Instant(now.0.saturating_sub(base * 2_000_000)),
            updated: now,
            probes: 0,
            queue: Vec::new(),
            queue_bytes: 0,
            timer: None,
        };
        let id = self.slots.len() as u32;
        self.slots.push(Some(neigh));
        self.index.insert((dev, addr), id);
        id
    }

    /// Sets or clears an entry's timer.
    pub(crate) fn arm(&mut self, id: u32, at: Option<Instant>) {
        let Some(neigh) = self.slots.get_mut(id as usize).and_then(Option::as_mut) else { return };
        if let Some(old) = std::mem::replace(&mut neigh.timer, at) {
            self.timers.remove(&(old, id));
        }
        if let Some(at) = at {
            self.timers.insert((at, id), ());
        }
    }

    /// Removes an entry; its waiting packets are lost.
    ///
    /// # Source
    /// Linux v6.18, `net/core/neighbour.c`: `neigh_delete`.
    pub fn remove(&mut self, dev: IfIndex, addr: IpAddr) -> Option<Neigh> {
        let id = self.index.remove(&(dev, addr))?;
        self.arm(id, None);
        let gone = self.slots.get_mut(id as usize)?.take();
        while self.slots.last().is_some_and(Option::is_none) {
            self.slots.pop();
        }
        gone
    }

    /// Removes an interface's entries: it went down, changed its MAC, or (`keep_permanent`) lost its
    /// carrier.
    ///
    /// # Source
    /// Linux v6.18, `net/core/neighbour.c`: `neigh_flush_dev`.
    pub fn flush_dev(&mut self, dev: IfIndex, keep_permanent: bool) {
        let gone: Vec<IpAddr> = self
            .iter()
            .filter(|n| n.dev == dev && !(keep_permanent && n.state == NudState::Permanent))
            .map(|n| n.addr)
            .collect();
        for addr in gone {
            self.remove(dev, addr);
        }
    }

    /// The MAC of a unicast next hop for a packet that is to leave by `dev`, or the packet waits.
    /// Group addresses and interfaces without ARP need no table: the caller maps them.
    ///
    /// # Source
    /// Linux v6.18, `net/core/neighbour.c`: `neigh_resolve_output`, `__neigh_event_send`.
    pub fn resolve(&mut self, next_hop: IpAddr, dev: IfIndex, skb: &Skb, now: Instant) -> Outcome {
        let id = match self.find(dev, next_hop) {
            Some(id) => id,
            None => self.create(dev, next_hop, now),
        };
        let Some(neigh) = self.slots.get_mut(id as usize).and_then(Option::as_mut) else {
            return Outcome::Failed;
        };
        neigh.used = now;
        if neigh.is_ready() {
            return Outcome::Ready(neigh.mac);
        }
        let mac = neigh.mac;
        let params = *self.params(Some(dev), Family::of(next_hop));
        let Some(neigh) = self.slot(id) else { return Outcome::Failed };
        if neigh.state == NudState::Stale {
            (neigh.state, neigh.updated) = (NudState::Delay, now);
            self.arm(id, Some(now + params.delay()));
            return Outcome::Ready(mac);
        }
        let first = neigh.state != NudState::Incomplete;
        if first {
            if params.mcast_solicit + params.app_solicit == 0 {
                (neigh.state, neigh.updated) = (NudState::Failed, now);
                self.arm(id, None);
                return Outcome::Failed;
            }
            neigh.probes = params.ucast_solicit;
            (neigh.state, neigh.updated) = (NudState::Incomplete, now);
        }
        let size = truesize(skb);
        let mut dropped = 0;
        while !neigh.queue.is_empty() && neigh.queue_bytes + size > params.unres_qlen_bytes {
            let old = neigh.queue.remove(0);
            neigh.queue_bytes = neigh.queue_bytes.saturating_sub(truesize(&old));
            dropped += 1;
        }
        neigh.queue.push(*skb);
        neigh.queue_bytes += size;
        let solicit = first.then(|| probe(neigh, &params));
        if first {
            self.arm(id, Some(now + params.retrans()));
        }
        Outcome::Queued { solicit, dropped }
    }

    /// Where a next hop's entry is, if packets need not wait there, and its MAC.
    pub fn ready(&self, dev: IfIndex, addr: IpAddr) -> Option<(u32, Mac)> {
        let id = self.find(dev, addr)?;
        let neigh = self.slots.get(id as usize)?.as_ref()?;
        neigh.is_ready().then_some((id, neigh.mac))
    }

    /// The entry at a place, if it is still this next hop's, with this MAC, and packets need not wait.
    pub fn at(&mut self, id: u32, dev: IfIndex, addr: IpAddr, mac: Mac) -> Option<&mut Neigh> {
        let neigh = self.slots.get_mut(id as usize)?.as_mut()?;
        (neigh.is_ready() && neigh.mac == mac && neigh.dev == dev && neigh.addr == addr).then_some(neigh)
    }

    /// An upper layer heard from the neighbour (TCP acknowledgement): the entry counts as confirmed.
    pub fn confirm(&mut self, dev: IfIndex, addr: IpAddr, now: Instant) {
        if let Some(neigh) = self.find(dev, addr).and_then(|id| self.slot(id)) {
            neigh.confirmed = now;
        }
    }
}

/// The next question, counted (`neigh_probe`, `arp_solicit`, `ndisc_solicit`).
pub(crate) fn probe(neigh: &mut Neigh, params: &NeighParams) -> Solicit {
    let unicast = (neigh.probes < params.ucast_solicit).then_some(neigh.mac);
    neigh.probes += 1;
    let src_hint = neigh.queue.last().map(|skb| skb.packet.ip.src);
    Solicit { target: neigh.addr, dev: neigh.dev, unicast, src_hint }
}

/// Memory that a queued packet counts for: its buffer's slab size and `struct sk_buff` (256 bytes).
fn truesize(skb: &Skb) -> u32 {
    let data = u32::from(skb.packet.len()) + 64 + 320;
    data.next_power_of_two().max(512) + 256
}
