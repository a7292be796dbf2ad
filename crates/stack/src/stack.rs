//! A network namespace's state, and what changes it.

use std::collections::VecDeque;
use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use packetwalk_link::{Change, Devices, LinkError, NeighParams, Neighbours, NewDevice, TimerEvent};
use packetwalk_netfilter::conntrack::SysctlError as CtSysctlError;
use packetwalk_netfilter::{Netfilter, Random};
use packetwalk_route::Routing;
use packetwalk_trace::{DropReason, NeighStep, NsId, Observer, Step};
use packetwalk_wire::{Common, Family, IfIndex, IfName, Instant, Mac, Order, sorted::Map};

use crate::flow::Flows;
use crate::fragment::Reassembly;
use crate::limits::Limits;
use crate::path::Waiting;
use crate::pmtu::PathMtus;
use crate::route_cache::RouteCache;
use crate::sockets::Sockets;
use crate::sysctl::{Conf4, Conf6, Sysctl, SysctlError};
use crate::{Cx, SplitMix};

/// One network namespace.
#[derive(Clone, Debug)]
pub struct Stack {
    /// Its number in the lab.
    pub id: NsId,
    /// Interfaces.
    pub links: Devices,
    /// Addresses, routes and rules.
    pub routing: Common<Routing>,
    /// ARP and ND tables.
    pub neigh: Neighbours,
    /// Rules, connections, NAT.
    pub nf: Netfilter,
    /// Settings.
    pub sysctl: Common<Sysctl>,
    /// Sockets.
    pub sockets: Sockets,
    /// Chance.
    pub random: SplitMix,
    /// A packet came as far as this host's sockets, or a timer of theirs was due.
    pub arrived: bool,
    /// What was done last moved no timer.
    pub settled: bool,
    pub(crate) work: VecDeque<Waiting>,
    /// Packets that are being sent while another is on its way.
    pub(crate) sending: u32,
    pub(crate) limits: Limits,
    pub(crate) route_cache: RouteCache,
    pub(crate) flows: Flows,
    pub(crate) fragments: Common<Reassembly>,
    pub(crate) headers: Common<Map<(IfIndex, IpAddr), ()>>,
    /// Path MTUs that ICMP told of.
    pub pmtu: Common<PathMtus>,
    /// No learnt MAC is forgotten before, unless something changed.
    ageing: Option<Instant>,
    changed: bool,
    /// When addresses become valid, and the first of them.
    dad: Map<(IfIndex, IpAddr), Instant>,
    dad_first: Option<Instant>,
}

/// One probe, one second (`dad_transmits` 1, RFC 4862 section 5.1).
const DAD_TIME: Duration = Duration::from_secs(1);

/// The earlier of two dates, if there is one.
fn earlier(a: Option<Instant>, b: Option<Instant>) -> Option<Instant> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}

impl Stack {
    /// A namespace as it is born: `lo`, down.
    pub fn new(id: NsId, seed: u64) -> Self {
        let mut random = SplitMix::new(seed ^ (u64::from(id.0) << 32));
        let links = Devices::new();
        let mut stack = Self {
            id,
            links,
            routing: Routing::new(seed).into(),
            neigh: Neighbours::new(random.next_u32()),
            nf: Netfilter::new(),
            sysctl: Common::default(),
            sockets: Sockets::default(),
            random,
            arrived: false,
            settled: false,
            work: VecDeque::new(),
            sending: 0,
            limits: Limits::default(),
            route_cache: RouteCache::default(),
            flows: Flows::default(),
            fragments: Common::default(),
            headers: Common::default(),
            pmtu: Common::default(),
            ageing: None,
            changed: true,
            dad: Map::new(),
            dad_first: None,
        };
        stack.know_device(IfIndex::LO);
        stack
    }

    /// Every table that has rows by interface learns of a new one.
    fn know_device(&mut self, index: IfIndex) {
        let Some(device) = self.links.get(index) else { return };
        let (name, mac, mtu, lo) = (device.name, device.mac, device.mtu, device.is_loopback());
        self.routing.add_dev(index, name, mac, mtu, lo);
        self.neigh.add_dev(index);
        self.sysctl.add_device(index, name);
        self.follow_flags(index);
        self.sync_conf_of(index);
    }

    /// Makes an interface; it is down.
    ///
    /// # Errors
    /// As [`Devices::add`].
    pub fn add_link(&mut self, new: NewDevice) -> Result<IfIndex, LinkError> {
        let index = self.links.add(new)?;
        self.know_device(index);
        if let Some(carrier) = self.links.get(index).map(|d| d.carrier) {
            self.routing.set_carrier(index, carrier);
        }
        Ok(index)
    }

    /// Takes an interface out, to delete it or to give it to another namespace.
    ///
    /// # Errors
    /// As [`Devices::take`].
    pub fn take_link(&mut self, index: IfIndex) -> Result<packetwalk_link::Device, LinkError> {
        let (device, changes) = self.links.take(index)?;
        self.follow(&changes);
        self.routing.remove_dev(index);
        self.neigh.remove_dev(index);
        self.sysctl.remove_device(index);
        self.headers.retain(|&(dev, _), ()| dev != index);
        self.nf.ct.masq_dev_down(index);
        Ok(device)
    }

    /// Takes in an interface from another namespace.
    ///
    /// # Errors
    /// As [`Devices::adopt`].
    pub fn adopt_link(&mut self, device: packetwalk_link::Device) -> Result<IfIndex, LinkError> {
        let index = self.links.adopt(device)?;
        self.know_device(index);
        if let Some(carrier) = self.links.get(index).map(|d| d.carrier) {
            self.routing.set_carrier(index, carrier);
        }
        Ok(index)
    }

    /// `ip link set … name`.
    ///
    /// # Errors
    /// As [`Devices::rename`].
    pub fn rename_link(&mut self, index: IfIndex, name: IfName) -> Result<(), LinkError> {
        self.links.rename(index, name)?;
        self.routing.rename_dev(index, name);
        self.sysctl.rename_device(index, name);
        Ok(())
    }

    /// Routes and neighbours follow what happened to interfaces. Call it with what the functions of
    /// [`Devices`] return.
    pub fn follow(&mut self, changes: &[Change]) {
        for &change in changes {
            match change {
                Change::Up(dev) => self.routing.set_up(dev, true),
                Change::Down(dev) => {
                    self.routing.set_up(dev, false);
                    self.neigh.flush_dev(dev, false);
                    self.headers.retain(|&(d, _), ()| d != dev);
                    self.nf.ct.masq_dev_down(dev);
                }
                Change::Carrier(dev, on) => {
                    self.routing.set_carrier(dev, on);
                    if !on {
                        self.neigh.flush_dev(dev, true);
                        self.headers.retain(|&(d, _), ()| d != dev);
                    }
                }
                Change::Mac(dev) => {
                    if let Some(mac) = self.links.get(dev).map(|d| d.mac) {
                        self.routing.set_dev_mac(dev, mac);
                    }
                    self.neigh.flush_dev(dev, false);
                    self.headers.retain(|&(d, _), ()| d != dev);
                }
                Change::Mtu(dev) => {
                    if let Some(mtu) = self.links.get(dev).map(|d| d.mtu) {
                        self.routing.set_dev_mtu(dev, mtu);
                    }
                }
            }
        }
    }

    /// Routing follows an interface's flags.
    pub fn follow_flags(&mut self, dev: IfIndex) {
        if let Some(device) = self.links.get(dev) {
            self.routing.set_dev_noarp(dev, device.is_noarp());
        }
    }

    /// A MAC for a new interface: locally administered, unicast (`eth_random_addr`).
    pub fn random_mac(&mut self) -> Mac {
        let (a, b) = (self.random.next_u32().to_be_bytes(), self.random.next_u32().to_be_bytes());
        Mac([(a[0] & 0xfc) | 0x02, a[1], a[2], a[3], b[0], b[1]])
    }

    /// `sysctl -w`: of whichever table keeps the setting.
    ///
    /// # Errors
    /// [`SysctlError`].
    pub fn sysctl_write(&mut self, name: &str, value: &str) -> Result<(), SysctlError> {
        if let Some(result) = self.write_elsewhere(name, value) {
            return result;
        }
        self.sysctl.write(name, value)?;
        self.sync_conf();
        Ok(())
    }

    /// `sysctl`: of whichever table keeps the setting.
    ///
    /// # Errors
    /// [`SysctlError::NotFound`].
    pub fn sysctl_read(&mut self, name: &str, now: Instant) -> Result<String, SysctlError> {
        if let Some(key) = name.strip_prefix("net.netfilter.") {
            return self.nf.ct.sysctl(key, now).map(|v| v.to_string()).ok_or(SysctlError::NotFound);
        }
        if let Some((family, dev, key)) = self.neigh_key(name) {
            let value = self.neigh.params(dev, family).get(key);
            return value.map(|v| v.to_string()).ok_or(SysctlError::NotFound);
        }
        self.sysctl.read(name)
    }

    /// Every setting with its value, sorted by name.
    pub fn sysctl_list(&mut self, now: Instant) -> Vec<(String, String)> {
        let mut all = self.sysctl.list();
        for key in packetwalk_netfilter::conntrack::Sysctls::NAMES {
            if let Some(value) = self.nf.ct.sysctl(key, now) {
                all.push((format!("net.netfilter.{key}"), value.to_string()));
            }
        }
        let devs = self.links.iter().map(|d| (d.name.as_str().replace('.', "/"), Some(d.index)));
        let scopes: Vec<_> = std::iter::once(("default".to_owned(), None)).chain(devs).collect();
        for (family, prefix) in [(Family::V4, "net.ipv4.neigh"), (Family::V6, "net.ipv6.neigh")] {
            for (scope, dev) in &scopes {
                let params = self.neigh.params(*dev, family);
                for key in NeighParams::NAMES {
                    if let Some(value) = params.get(key) {
                        all.push((format!("{prefix}.{scope}.{key}"), value.to_string()));
                    }
                }
            }
        }
        all.order();
        all
    }

    fn neigh_key<'a>(&self, name: &'a str) -> Option<(Family, Option<IfIndex>, &'a str)> {
        let (family, rest) = match name.strip_prefix("net.ipv4.neigh.") {
            Some(rest) => (Family::V4, rest),
            None => (Family::V6, name.strip_prefix("net.ipv6.neigh.")?),
        };
        let (scope, key) = rest.rsplit_once('.')?;
        let dev = if scope == "default" { None } else { Some(self.links.by_name(scope)?.index) };
        Some((family, dev, key))
    }

    fn write_elsewhere(&mut self, name: &str, value: &str) -> Option<Result<(), SysctlError>> {
        let value = value.trim();
        if let Some(key) = name.strip_prefix("net.netfilter.") {
            return Some(self.nf.ct.set_sysctl(key, value).map_err(|error| match error {
                CtSysctlError::NoSuchKey => SysctlError::NotFound,
                CtSysctlError::ReadOnly => SysctlError::ReadOnly,
                CtSysctlError::Invalid => SysctlError::Invalid,
            }));
        }
        let (family, dev, key) = self.neigh_key(name)?;
        let Ok(number) = value.parse() else { return Some(Err(SysctlError::Invalid)) };
        let known = self.neigh.params_mut(dev, family).set(key, number);
        Some(if known { Ok(()) } else { Err(SysctlError::NotFound) })
    }

    /// Routing knows the settings by interface as they take effect.
    fn sync_conf(&mut self) {
        let indices: Vec<IfIndex> = self.links.iter().map(|d| d.index).collect();
        for dev in indices {
            self.sync_conf_of(dev);
        }
    }

    fn sync_conf_of(&mut self, dev: IfIndex) {
        let s = &self.sysctl;
        let own = s.dev(dev);
        let Some(conf) = self.routing.conf_mut(dev) else { return };
        conf.forwarding = s.forwards4(dev);
        conf.rp_filter = s.max4(dev, Conf4::RpFilter).clamp(0, 2) as u8;
        conf.accept_local = s.or4(dev, Conf4::AcceptLocal);
        conf.route_localnet = s.or4(dev, Conf4::RouteLocalnet);
        conf.src_valid_mark = s.or4(dev, Conf4::SrcValidMark);
        conf.send_redirects = s.or4(dev, Conf4::SendRedirects);
        conf.shared_media = s.or4(dev, Conf4::SharedMedia);
        conf.promote_secondaries = s.or4(dev, Conf4::PromoteSecondaries);
        conf.no_dad = own.v6(Conf6::AcceptDad) <= 0 || own.v6(Conf6::DadTransmits) == 0;
        conf.addr_gen_none = own.v6(Conf6::AddrGenMode) == 1;
        let disable = own.v6(Conf6::DisableIpv6) != 0;
        let forwarding = own.v6(Conf6::Forwarding) != 0;
        self.routing.set_forwarding6(dev, forwarding);
        self.routing.set_disable_ipv6(dev, disable);
    }

    /// When something is next due here: neighbours, TCP, addresses that become valid.
    pub fn next_deadline(&mut self) -> Option<Instant> {
        if self.changed {
            self.changed = false;
            self.ageing = self.next_ageing();
        }
        let dad = if self.routing.has_changed() { Some(Instant::ZERO) } else { self.dad_first };
        let others = [self.sockets.deadline(), dad, self.ageing];
        others.into_iter().fold(self.neigh.next_deadline(), earlier)
    }

    /// When the next learnt MAC of a bridge is forgotten.
    fn next_ageing(&self) -> Option<Instant> {
        let of = |b: &packetwalk_link::Bridge| b.fdb.next_ageing(b.config.ageing());
        self.links.bridges().filter_map(|d| of(d.bridge()?)).min()
    }

    /// Something has changed: a bridge's table may age earlier than it was to, packets may go other ways.
    pub fn touch(&mut self) {
        self.write_back();
        self.changed = true;
        self.flows.forget();
    }

    fn age(&mut self, now: Instant) {
        self.links.age_fdb(now);
    }

    /// New IPv6 addresses can be used after a second in which nobody else claimed them.
    ///
    /// # Source
    /// Linux v6.18, `net/ipv6/addrconf.c`: `addrconf_dad_work`. Differs: no probe is sent.
    fn duplicate_address_detection(&mut self, now: Instant) {
        let due = self.dad_first.is_some_and(|at| at <= now);
        if !due && !self.routing.has_changed() {
            return;
        }
        for dev in self.routing.take_changed() {
            let open: Vec<IpAddr> = self.routing.tentative(dev).collect();
            let first = |dev| (dev, IpAddr::V4(Ipv4Addr::UNSPECIFIED));
            let known = self.dad.range(first(dev)..first(IfIndex(dev.0.saturating_add(1))));
            let gone = known.iter().map(|(key, _)| *key).filter(|(_, addr)| !open.contains(addr));
            for key in gone.collect::<Vec<_>>() {
                self.dad.remove(&key);
            }
            for addr in open {
                self.dad.or_insert_with((dev, addr), || now + DAD_TIME);
            }
        }
        if due {
            let due: Vec<_> = self.dad.iter().filter(|&(_, &at)| at <= now).map(|(&key, _)| key).collect();
            for (dev, addr) in due {
                self.dad.remove(&(dev, addr));
                self.routing.dad_done(dev, addr);
            }
            self.routing.take_changed();
        }
        self.dad_first = self.dad.values().copied().min();
    }

    /// Does what is due.
    pub fn on_timer<O: Observer>(&mut self, cx: &mut Cx<'_, O>) {
        cx.obs.at(self.id, cx.now);
        self.touch();
        self.duplicate_address_detection(cx.now);
        self.age(cx.now);
        for event in self.neigh.on_timer(cx.now) {
            match event {
                TimerEvent::Solicit(solicit) => self.solicit(cx, &solicit),
                TimerEvent::Failed { addr, dev, queue } => {
                    for skb in queue {
                        let step = Step::Neigh { next_hop: addr, dev, step: NeighStep::Failed };
                        cx.obs.step(&skb, step);
                        self.link_failure(cx, &skb);
                        self.drop(cx, &skb, DropReason::NeighFailed);
                    }
                }
            }
        }
        self.tcp_timers(cx);
        self.run_waiting(cx);
    }
}
