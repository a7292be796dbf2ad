//! Many namespaces, a virtual clock and the event queue between them.

mod capture;
mod lab;
mod links;
mod load;
mod macvlan;
pub mod pcap;
mod receive;
mod sockets;

pub use capture::EPOCH;
pub use lab::{Lab, NsError, Space};
pub use links::{LinkOpError, VethEnd};
pub use load::Load;
pub use packetwalk_stack::{
    Captured, Datagram, Direction, Gap, SockError, SockId, SockOpts, Socket, SocketKind, SplitMix, Stack,
    Unmodelled, sockets as socket, sysctl,
};
