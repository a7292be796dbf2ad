//! Interfaces, bridges with their forwarding database, and neighbours: tables and their rules.
//! No packet is moved here.

pub mod bridge;
pub mod change;
pub mod device;
pub mod devices;
mod enslave;
pub mod fdb;
pub mod flags;
pub mod macvlan;
pub mod neigh_param;
mod neigh_timer;
pub mod neigh_update;
pub mod neighbour;
pub mod nud;
pub mod port;

pub use bridge::{Bridge, BridgeConfig, BridgeDecision, Egress};
pub use change::{Change, LinkError, NewDevice};
pub use device::{Device, Kind, OperState, Stats};
pub use devices::Devices;
pub use fdb::{Fdb, FdbEntry, FdbFlag};
pub use flags::Flags;
pub use macvlan::{MacvlanMode, Upper};
pub use neigh_param::NeighParams;
pub use neigh_update::{ArpHeard, Released, Update};
pub use neighbour::Neighbours;
pub use nud::{Neigh, NudState, Outcome, Solicit, TimerEvent};
pub use port::{PortConfig, PortState};
