//! A bridge: its settings, and where it sends a frame.

use std::time::Duration;

use packetwalk_trace::{BridgeWhere, DropReason};
use packetwalk_wire::{IfIndex, Instant, Mac};

use crate::device::Device;
use crate::devices::Devices;
use crate::fdb::{Fdb, FdbFlag};
use crate::port::PortState;

/// A bridge's settings, with the kernel's defaults. Times are in hundredths of a second, as `ip` takes
/// and prints them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BridgeConfig {
    /// `forward_delay`.
    pub forward_delay: u32,
    /// `hello_time`.
    pub hello_time: u32,
    /// `max_age`.
    pub max_age: u32,
    /// `ageing_time`; 0 floods always.
    pub ageing_time: u32,
    /// `priority` of the bridge's STP identifier.
    pub priority: u16,
    /// `group_fwd_mask`.
    pub group_fwd_mask: u16,
    /// `vlan_filtering`: kept and shown, VLANs are not modelled.
    pub vlan_filtering: bool,
    /// `mcast_snooping`: kept and shown. Without a querier the kernel floods groups all the same.
    pub mcast_snooping: bool,
    /// `mcast_querier`.
    pub mcast_querier: bool,
    /// `mcast_router`.
    pub mcast_router: u8,
    /// `nf_call_iptables` of this bridge, beside the namespace's sysctl.
    pub nf_call_iptables: bool,
    /// `nf_call_ip6tables`.
    pub nf_call_ip6tables: bool,
    /// `nf_call_arptables`.
    pub nf_call_arptables: bool,
    /// `no_linklocal_learn`.
    pub no_linklocal_learn: bool,
}

impl Default for BridgeConfig {
    /// # Source
    /// Linux v6.18, `net/bridge/br_device.c`: `br_dev_setup`.
    fn default() -> Self {
        Self {
            forward_delay: 1500,
            hello_time: 200,
            max_age: 2000,
            ageing_time: 30000,
            priority: 32768,
            group_fwd_mask: 0,
            vlan_filtering: false,
            mcast_snooping: true,
            mcast_querier: false,
            mcast_router: 1,
            nf_call_iptables: false,
            nf_call_ip6tables: false,
            nf_call_arptables: false,
            no_linklocal_learn: false,
        }
    }
}

impl BridgeConfig {
    /// How long a learnt MAC stays.
    pub const fn ageing(&self) -> Duration {
        Duration::from_millis(self.ageing_time as u64 * 10)
    }
}

/// What a bridge is beside its interface. Spanning tree is not modelled: ports forward as soon as they
/// are up, as with `stp_state 0`.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Bridge {
    /// Settings.
    pub config: BridgeConfig,
    /// Where MACs are.
    pub fdb: Fdb,
}

/// To which ports a frame goes that goes to more than one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Egress {
    /// None.
    None,
    /// This port.
    Port(IfIndex),
    /// Unknown unicast: ports with `flood`.
    Unicast,
    /// Group addresses: ports with `mcast_flood`.
    Multicast,
    /// Broadcast: ports with `bcast_flood`.
    Broadcast,
}

/// What a bridge decided for a frame that came in by a port, or that the host itself sends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BridgeDecision {
    /// The bridge.
    pub bridge: IfIndex,
    /// The port it came in by; NONE when the host sends.
    pub from: IfIndex,
    /// Up to the host, on the bridge's own interface.
    pub local: bool,
    /// It goes up as one of all frames, for the bridge is in promiscuous mode.
    pub promisc: bool,
    /// The frame is for the port's own stack, as if there were no bridge (link-local groups).
    pub pass: bool,
    /// Out of which ports: ask [`Devices::egress`].
    pub egress: Egress,
    /// The source was new, or moved here from another port.
    pub learnt: bool,
    /// Goes nowhere, and why.
    pub drop: Option<DropReason>,
}

impl BridgeDecision {
    const fn nowhere(bridge: IfIndex, from: IfIndex) -> Self {
        let egress = Egress::None;
        Self { bridge, from, local: false, promisc: false, pass: false, egress, learnt: false, drop: None }
    }

    /// For the trace.
    pub const fn to(&self) -> BridgeWhere {
        match (self.local, self.egress) {
            (_, Egress::Port(port)) => BridgeWhere::Port(port),
            (true | _, Egress::None) => BridgeWhere::Local,
            (true, _) => BridgeWhere::LocalAndFlood,
            (false, _) => BridgeWhere::Flood,
        }
    }
}

/// What the destination of a frame says.
fn flood_of(dst: Mac) -> Egress {
    if dst == Mac::BROADCAST {
        Egress::Broadcast
    } else if dst.is_group() {
        Egress::Multicast
    } else {
        Egress::Unicast
    }
}

/// 01:80:c2:00:00:0X (`is_link_local_ether_addr`).
pub const fn is_link_local(mac: Mac) -> bool {
    matches!(mac.0, [0x01, 0x80, 0xc2, 0, 0, last] if last & 0xf0 == 0)
}

impl Devices {
    /// Decides for a frame that came in by `port`, and learns its source; `None` when `port` is not a
    /// bridge's port.
    ///
    /// # Source
    /// Linux v6.18, `net/bridge/br_input.c`: `br_handle_frame`, `br_handle_frame_finish`.
    pub fn bridge_input(
        &mut self,
        port: IfIndex,
        src: Mac,
        dst: Mac,
        now: Instant,
    ) -> Option<BridgeDecision> {
        let dev = self.get(port)?;
        let (config, bridge_index) = (dev.port?, dev.master?);
        let bridge_dev = self.get_mut(bridge_index)?;
        let promisc = bridge_dev.promiscuity > 0;
        let bridge = bridge_dev.bridge_mut()?;
        let ageing = bridge.config.ageing();
        let mut decision = BridgeDecision::nowhere(bridge_index, port);
        if src.is_group() || src == Mac::ZERO {
            decision.drop = Some(DropReason::IpInHdr);
            return Some(decision);
        }
        if is_link_local(dst) {
            let mask = bridge.config.group_fwd_mask | config.group_fwd_mask;
            let forwards = dst.0[5] == 0 || mask & (1 << dst.0[5]) != 0;
            if dst.0[5] == 1 {
                decision.drop = Some(DropReason::BridgeLinkLocal);
                return Some(decision);
            }
            if !forwards {
                if config.learning && config.state >= PortState::Learning && !bridge.config.no_linklocal_learn
                {
                    decision.learnt = bridge.fdb.learn(src, port, ageing, now);
                }
                decision.pass = true;
                return Some(decision);
            }
        }
        if !matches!(config.state, PortState::Forwarding | PortState::Learning) {
            decision.drop = Some(DropReason::BridgeStpState);
            return Some(decision);
        }
        if config.learning && bridge.config.ageing_time != 0 {
            decision.learnt = bridge.fdb.learn(src, port, ageing, now);
        }
        if config.state == PortState::Learning {
            decision.drop = Some(DropReason::BridgeStpState);
            return Some(decision);
        }
        (decision.local, decision.promisc) = (promisc || dst.is_group(), promisc);
        decision.egress = flood_of(dst);
        if let (false, Some(entry)) = (dst.is_group(), bridge.fdb.live(dst, ageing, now)) {
            if entry.flag == FdbFlag::Local {
                (decision.local, decision.promisc, decision.egress) = (true, false, Egress::None);
            } else {
                decision.egress = Egress::Port(entry.port);
                bridge.fdb.touch(dst, now);
            }
        }
        if !decision.local && self.egress(&decision).next().is_none() {
            decision.drop = Some(DropReason::BridgeNoEgressPort);
        }
        Some(decision)
    }

    /// Decides for a frame that the host sends by the bridge's own interface; `None` when `bridge` is not
    /// a bridge.
    ///
    /// # Source
    /// Linux v6.18, `net/bridge/br_device.c`: `br_dev_xmit`.
    pub fn bridge_output(&mut self, bridge: IfIndex, dst: Mac, now: Instant) -> Option<BridgeDecision> {
        let Bridge { config, fdb } = self.get_mut(bridge)?.bridge_mut()?;
        let mut decision = BridgeDecision::nowhere(bridge, IfIndex::NONE);
        decision.egress = flood_of(dst);
        if let (false, Some(entry)) = (dst.is_group(), fdb.live(dst, config.ageing(), now)) {
            decision.egress = if entry.port == bridge { Egress::None } else { Egress::Port(entry.port) };
            fdb.touch(dst, now);
        }
        if self.egress(&decision).next().is_none() {
            decision.drop = Some(DropReason::BridgeNoEgressPort);
        }
        Some(decision)
    }

    /// Removes what has aged from every bridge's table. Only for those who look at the whole table: no
    /// decision needs it.
    pub fn age_fdb(&mut self, now: Instant) {
        let ages =
            |bridge: &Bridge| bridge.fdb.next_ageing(bridge.config.ageing()).is_some_and(|due| due <= now);
        let aged = self.bridges().filter(|device| device.bridge().is_some_and(ages));
        for index in aged.map(|device| device.index).collect::<Vec<_>>() {
            if let Some(bridge) = self.get_mut(index).and_then(Device::bridge_mut) {
                bridge.fdb.age(bridge.config.ageing(), now);
            }
        }
    }

    /// The ports that a frame leaves by, in the kernel's order: the port that joined last is first.
    ///
    /// # Source
    /// Linux v6.18, `net/bridge/br_forward.c`: `br_flood`, `should_deliver`.
    pub fn egress(&self, decision: &BridgeDecision) -> impl Iterator<Item = IfIndex> + '_ {
        let BridgeDecision { bridge, from, egress, .. } = *decision;
        let isolated = self.get(from).and_then(|d| d.port).is_some_and(|p| p.isolated);
        let only = match egress {
            Egress::Port(only) if self.get(only).is_some_and(|d| d.master == Some(bridge)) => Some(only),
            _ => None,
        };
        let all = !matches!(egress, Egress::None | Egress::Port(_));
        let all = all.then(|| self.ports(bridge)).into_iter().flatten();
        only.into_iter().chain(all).filter(move |&index| {
            let Some(port) = self.get(index).and_then(|d| d.port) else { return false };
            let host = from == IfIndex::NONE;
            (match egress {
                Egress::None | Egress::Port(_) => true,
                Egress::Unicast => port.flood,
                Egress::Multicast => port.mcast_flood || host,
                Egress::Broadcast => port.bcast_flood || host,
            }) && (port.hairpin || index != from)
                && port.state == PortState::Forwarding
                && !(isolated && port.isolated)
        })
    }
}
