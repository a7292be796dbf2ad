//! The network side of a Docker engine: networks, addresses, endpoints and published ports, turned into
//! operations on links, addresses, routes, rules and sysctls.
//!
//! It does no I/O: what it wants done, and what it must know, goes through [`Host`]. The engine's versions
//! differ in the file of [`firewall`] that they use, and in a few facts of [`Version`].

mod bridge;
mod container;
mod daemon;
mod endpoint;
mod engine;
pub mod firewall;
mod host;
pub mod ipam;
mod network;
pub mod ports;
mod random;
mod refused;
mod sandbox;
mod version;

pub use container::{Container, ContainerConfig, RunState};
pub use daemon::Daemon;
pub use endpoint::{Endpoint, EndpointConfig};
pub use engine::{Engine, Happening};
pub use host::{Host, LinkOp, Op, Place, Proxy, RESOLVER, Words};
pub use network::{BridgeOptions, Driver, GatewayMode, Network, NetworkConfig, Pool, SubnetConfig};
pub use random::Random;
pub use refused::Refused;
pub use sandbox::{Mode, Sandbox, Upstream};
pub use version::Version;
