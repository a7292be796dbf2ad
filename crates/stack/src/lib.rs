//! One network namespace: interfaces, addresses, routes, neighbours, netfilter, sockets, and the way of a
//! packet through them ([`path`]).

mod arp;
mod cx;
mod dst;
mod flow;
mod fragment;
mod gap;
mod host;
mod icmp;
mod limits;
mod nd;
pub mod path;
mod pmtu;
mod random;
mod reject;
mod route_cache;
mod routing;
pub mod sockets;
mod stack;
mod synproxy;
pub mod sysctl;
mod tee;

pub use cx::{Captured, Captures, Cx, Direction, Flight, KernelLog, LogLine, launch, new_id};
pub use dst::{Dst, OutputKey};
pub use flow::ahead::AHEAD;
pub use gap::{Gap, Unmodelled};
pub use random::SplitMix;
pub use sockets::{Datagram, Kind as SocketKind, SockError, SockId, SockOpts, Socket};
pub use stack::Stack;
