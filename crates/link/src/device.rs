//! One network interface.

use packetwalk_trace::NsId;
use packetwalk_wire::{IfIndex, IfName, Mac};

use crate::bridge::Bridge;
use crate::flags::Flags;
use crate::macvlan::{MacvlanMode, Upper};
use crate::port::PortConfig;

/// What an interface is, with what only that kind has.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Kind {
    /// `lo`.
    Loopback,
    /// One end of a pair; `None` when the other end has not been made yet.
    Veth {
        /// Namespace and number of the other end.
        peer: Option<(NsId, IfIndex)>,
    },
    /// A bridge.
    Bridge(Box<Bridge>),
    /// Takes every frame and loses it.
    Dummy,
    /// Shares another interface, with a MAC of its own.
    Macvlan {
        /// Namespace and number of the other.
        lower: Option<(NsId, IfIndex)>,
        /// Whom it reaches.
        mode: MacvlanMode,
    },
}

impl Kind {
    /// As `ip link add … type` takes it; `None` for `lo`, which has none.
    pub const fn name(&self) -> Option<&'static str> {
        match self {
            Self::Loopback => None,
            Self::Veth { .. } => Some("veth"),
            Self::Bridge(_) => Some("bridge"),
            Self::Dummy => Some("dummy"),
            Self::Macvlan { .. } => Some("macvlan"),
        }
    }
}

/// Operational state (RFC 2863).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum OperState {
    /// Nothing is known: the driver tells no carrier.
    #[default]
    Unknown,
    /// Not up.
    Down,
    /// Up, but what it stands on is not.
    LowerLayerDown,
    /// Up.
    Up,
}

impl OperState {
    /// As `ip link` prints it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unknown => "UNKNOWN",
            Self::Down => "DOWN",
            Self::LowerLayerDown => "LOWERLAYERDOWN",
            Self::Up => "UP",
        }
    }
}

/// Counters (`struct rtnl_link_stats64`); bytes count the Ethernet header.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Stats {
    /// Frames received.
    pub rx_packets: u64,
    /// Bytes received.
    pub rx_bytes: u64,
    /// Frames received and dropped.
    pub rx_dropped: u64,
    /// Receive errors.
    pub rx_errors: u64,
    /// Group frames received.
    pub multicast: u64,
    /// Frames sent.
    pub tx_packets: u64,
    /// Bytes sent.
    pub tx_bytes: u64,
    /// Frames not sent.
    pub tx_dropped: u64,
    /// Send errors.
    pub tx_errors: u64,
}

/// A network interface (`struct net_device`).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Device {
    /// Number in its namespace.
    pub index: IfIndex,
    /// Name.
    pub name: IfName,
    /// MAC; zero for `lo`.
    pub mac: Mac,
    /// The MAC was set by the user (`NET_ADDR_SET`): a bridge then keeps it.
    pub mac_set: bool,
    /// Bytes of an IP packet that fit.
    pub mtu: u32,
    /// The MTU was set by the user: a bridge then keeps it.
    pub mtu_set: bool,
    /// Flags that were set; [`Device::flags`] adds those that follow from the state.
    pub set_flags: Flags,
    /// Whether a signal is there (`netif_carrier_ok`).
    pub carrier: bool,
    /// The driver has told of a carrier change: the operational state is known.
    pub carrier_known: bool,
    /// Whether what a veth stands on was seen without carrier, the last time that its operational state
    /// was decided; `None` while it never was.
    pub lower_down: Option<bool>,
    /// It has been up once: its queueing discipline is attached.
    pub opened: bool,
    /// What it is.
    pub kind: Kind,
    /// The bridge it is a port of.
    pub master: Option<IfIndex>,
    /// Its settings as a port.
    pub port: Option<PortConfig>,
    /// `group`; 0 is `default`.
    pub group: u32,
    /// `alias`.
    pub alias: Option<Box<str>>,
    /// `txqueuelen`.
    pub txqlen: u32,
    /// How often carrier came or went.
    pub carrier_changes: u32,
    /// How many ask for promiscuous mode (bridge port, capture).
    pub promiscuity: u32,
    /// How many ask for every group frame.
    pub allmulti: u32,
    /// Group MACs that it listens to, with how often each was joined; in order of joining.
    pub groups: Vec<(Mac, u32)>,
    /// Those that share it, as they are now.
    pub uppers: Vec<Upper>,
    /// Counters.
    pub stats: Stats,
}

impl Device {
    /// Up by the administrator (`IFF_UP`).
    pub const fn is_up(&self) -> bool {
        self.set_flags.has(Flags::UP)
    }

    /// Up and with carrier: frames can pass.
    pub const fn is_running(&self) -> bool {
        self.is_up() && self.carrier
    }

    /// `lo`.
    pub const fn is_loopback(&self) -> bool {
        matches!(self.kind, Kind::Loopback)
    }

    /// The bridge, if it is one.
    pub fn bridge(&self) -> Option<&Bridge> {
        if let Kind::Bridge(bridge) = &self.kind { Some(bridge) } else { None }
    }

    /// The bridge to change, if it is one.
    pub fn bridge_mut(&mut self) -> Option<&mut Bridge> {
        if let Kind::Bridge(bridge) = &mut self.kind { Some(bridge) } else { None }
    }

    /// The other end of a veth pair.
    pub const fn peer(&self) -> Option<(NsId, IfIndex)> {
        if let Kind::Veth { peer } = self.kind { peer } else { None }
    }

    /// What it shares, if it shares another interface.
    pub const fn lower(&self) -> Option<(NsId, IfIndex)> {
        if let Kind::Macvlan { lower, .. } = self.kind { lower } else { None }
    }

    /// No ARP or ND on it: `lo`, or `arp off`.
    pub const fn is_noarp(&self) -> bool {
        self.is_loopback() || self.set_flags.has(Flags::NOARP)
    }

    /// Operational state, as `ip link` shows it.
    ///
    /// # Source
    /// Linux v6.18, `net/core/link_watch.c`: `default_operstate`; `net/core/rtnetlink.c`: `rtnl_fill_ifinfo`.
    pub const fn operstate(&self) -> OperState {
        if !self.is_up() {
            OperState::Down
        } else if self.carrier {
            if self.carrier_known { OperState::Up } else { OperState::Unknown }
        } else if matches!(self.lower_down, Some(true)) {
            OperState::LowerLayerDown
        } else {
            OperState::Down
        }
    }

    /// Every flag, as the kernel tells user space.
    ///
    /// # Source
    /// Linux v6.18, `net/core/dev.c`: `netif_get_flags`.
    pub const fn flags(&self) -> Flags {
        let mut flags = self.set_flags;
        let running = self.is_running();
        flags.set(Flags::RUNNING, running);
        flags.set(Flags::LOWER_UP, running);
        flags
    }

    /// The queueing discipline's name: `noop` until it was up, then `noqueue` for these drivers.
    pub const fn qdisc(&self) -> &'static str {
        if self.opened { "noqueue" } else { "noop" }
    }

    pub(crate) const fn tell_carrier(&mut self, on: bool) {
        self.carrier = on;
        self.carrier_known = true;
        self.carrier_changes += 1;
    }

    /// Joins a group MAC (`dev_mc_add`).
    pub fn join(&mut self, group: Mac) {
        match self.groups.iter_mut().find(|(mac, _)| *mac == group) {
            Some((_, users)) => *users += 1,
            None => self.groups.push((group, 1)),
        }
    }

    /// Leaves a group MAC (`dev_mc_del`).
    pub fn leave(&mut self, group: Mac) {
        if let Some(at) = self.groups.iter().position(|(mac, _)| *mac == group)
            && let Some((_, users)) = self.groups.get_mut(at)
        {
            *users -= 1;
            if *users == 0 {
                self.groups.remove(at);
            }
        }
    }
}
