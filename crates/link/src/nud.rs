//! A neighbour and its states.

use std::net::IpAddr;

use packetwalk_wire::{IfIndex, Instant, Mac, Skb};

/// States (`NUD_*`, `include/uapi/linux/neighbour.h`; RFC 4861 section 7.3.2).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum NudState {
    /// New, nothing done yet.
    None,
    /// Asked, no answer yet.
    Incomplete,
    /// Answered lately.
    Reachable,
    /// Known, perhaps no longer true.
    Stale,
    /// Stale and in use: to be asked soon.
    Delay,
    /// Stale and being asked.
    Probe,
    /// Nobody answered.
    Failed,
    /// Needs no ARP.
    NoArp,
    /// Set by the user.
    Permanent,
}

impl NudState {
    /// As `ip neigh` prints it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "NONE",
            Self::Incomplete => "INCOMPLETE",
            Self::Reachable => "REACHABLE",
            Self::Stale => "STALE",
            Self::Delay => "DELAY",
            Self::Probe => "PROBE",
            Self::Failed => "FAILED",
            Self::NoArp => "NOARP",
            Self::Permanent => "PERMANENT",
        }
    }

    /// `NUD_CONNECTED`: used without a doubt.
    pub const fn is_connected(self) -> bool {
        matches!(self, Self::Permanent | Self::NoArp | Self::Reachable)
    }

    /// `NUD_VALID`: the MAC may be used.
    pub const fn is_valid(self) -> bool {
        self.is_connected() || matches!(self, Self::Probe | Self::Stale | Self::Delay)
    }

    pub(crate) const fn in_timer(self) -> bool {
        matches!(self, Self::Incomplete | Self::Reachable | Self::Delay | Self::Probe)
    }
}

/// An entry (`struct neighbour`).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Neigh {
    /// The neighbour's address.
    pub addr: IpAddr,
    /// On which interface.
    pub dev: IfIndex,
    /// Its MAC; of use when the state is valid, printed then.
    pub mac: Mac,
    /// State.
    pub state: NudState,
    /// It is a router (ND).
    pub router: bool,
    /// When it was last used, confirmed, changed.
    pub used: Instant,
    /// See `used`.
    pub confirmed: Instant,
    /// See `used`.
    pub updated: Instant,
    /// Questions asked.
    pub probes: u32,
    /// Packets that wait for the answer, oldest first.
    pub queue: Vec<Skb>,
    pub(crate) queue_bytes: u32,
    pub(crate) timer: Option<Instant>,
}

impl Neigh {
    /// Packets to it need not wait.
    pub(crate) const fn is_ready(&self) -> bool {
        self.state.is_connected() || matches!(self.state, NudState::Delay | NudState::Probe)
    }
}

/// A question to send: ARP request or neighbour solicitation.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Solicit {
    /// Whose MAC is wanted.
    pub target: IpAddr,
    /// By which interface.
    pub dev: IfIndex,
    /// Ask this MAC only; `None` asks everybody.
    pub unicast: Option<Mac>,
    /// Source of the packet that waits: the asker's address, if it is one of ours.
    pub src_hint: Option<IpAddr>,
}

/// What [`Neighbours::resolve`] says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// Send to this MAC.
    Ready(Mac),
    /// The packet waits. `solicit` is to be sent now; `dropped` is the oldest packet of a full queue
    /// (`NEIGH_QUEUEFULL`).
    Queued {
        /// The question, unless it was asked already.
        solicit: Option<Solicit>,
        /// How many older packets a full queue lost.
        dropped: u32,
    },
    /// Asking is switched off: the packet is lost (`NEIGH_FAILED`).
    Failed,
}

/// What the clock brought.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum TimerEvent {
    /// Ask again.
    Solicit(Solicit),
    /// Nobody answered: the waiting packets are lost, and their senders told.
    Failed {
        /// Who did not answer.
        addr: IpAddr,
        /// On which interface.
        dev: IfIndex,
        /// What waited, oldest first.
        queue: Vec<Skb>,
    },
}
