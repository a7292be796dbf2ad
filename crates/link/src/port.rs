//! A bridge port's settings and state.

/// Spanning tree states (`BR_STATE_*`, `include/uapi/linux/if_bridge.h`).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum PortState {
    /// Not up, or its bridge is not.
    #[default]
    Disabled,
    /// STP only.
    Listening,
    /// STP only.
    Learning,
    /// Carries frames.
    Forwarding,
    /// STP only.
    Blocking,
}

impl PortState {
    /// As `bridge link` and `ip -d link` print it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Disabled => "disabled",
            Self::Listening => "listening",
            Self::Learning => "learning",
            Self::Forwarding => "forwarding",
            Self::Blocking => "blocking",
        }
    }
}

/// What an interface has as a port of a bridge (`struct net_bridge_port`), with the kernel's defaults.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PortConfig {
    /// Port number in its bridge, from 1 (`no`): part of the port's STP identifier.
    pub no: u16,
    /// Order of joining in the namespace: floods go to the port that joined last first.
    pub joined: u32,
    /// State.
    pub state: PortState,
    /// `cost`, or `path_cost`: 2 for veth (10 Gbit/s).
    pub cost: u32,
    /// `priority`, 0 to 63.
    pub priority: u8,
    /// `hairpin`: frames may go back out where they came in.
    pub hairpin: bool,
    /// `learning`.
    pub learning: bool,
    /// `flood`: frames to unknown unicast MACs leave by it.
    pub flood: bool,
    /// `mcast_flood`.
    pub mcast_flood: bool,
    /// `bcast_flood`.
    pub bcast_flood: bool,
    /// `isolated`: no frames between two isolated ports.
    pub isolated: bool,
    /// `guard`: BPDU guard.
    pub guard: bool,
    /// `root_block`.
    pub root_block: bool,
    /// `fastleave`.
    pub fastleave: bool,
    /// `mcast_to_unicast`.
    pub mcast_to_unicast: bool,
    /// `proxy_arp`.
    pub proxy_arp: bool,
    /// `proxy_arp_wifi`.
    pub proxy_arp_wifi: bool,
    /// `neigh_suppress`.
    pub neigh_suppress: bool,
    /// `vlan_tunnel`.
    pub vlan_tunnel: bool,
    /// `locked`.
    pub locked: bool,
    /// `mcast_router`: 1 is automatic.
    pub mcast_router: u8,
    /// `group_fwd_mask`.
    pub group_fwd_mask: u16,
}

impl Default for PortConfig {
    /// # Source
    /// Linux v6.18, `net/bridge/br_if.c`: `new_nbp`.
    fn default() -> Self {
        Self {
            no: 1,
            joined: 0,
            state: PortState::Disabled,
            cost: 2,
            priority: 32,
            hairpin: false,
            learning: true,
            flood: true,
            mcast_flood: true,
            bcast_flood: true,
            isolated: false,
            guard: false,
            root_block: false,
            fastleave: false,
            mcast_to_unicast: false,
            proxy_arp: false,
            proxy_arp_wifi: false,
            neigh_suppress: false,
            vlan_tunnel: false,
            locked: false,
            mcast_router: 1,
            group_fwd_mask: 0,
        }
    }
}

impl PortConfig {
    /// The port's STP identifier, as `ip -d link` prints it (`port_id 0x8001`).
    ///
    /// # Source
    /// Linux v6.18, `net/bridge/br_private_stp.h`: `br_make_port_id`.
    pub const fn id(&self) -> u16 {
        ((self.priority as u16) << 10) | (self.no & 0x3ff)
    }
}
