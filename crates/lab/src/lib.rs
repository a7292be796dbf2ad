//! Many namespaces, a virtual clock and the event queue between them.

mod capture;
mod lab;
pub mod pcap;
mod links;
mod load;
mod sockets;

pub use capture::EPOCH;
pub use lab::{Lab, NsError, Space};
pub use load::Load;
pub use links::{LinkOpError, VethEnd};
pub use packetwalk_stack::{
    Captured, Datagram, Direction, SockError, SockId, SockOpts, Socket, SocketKind, Stack, sockets as socket,
    sysctl,
};
