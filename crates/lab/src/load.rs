//! A load to measure with: equal datagrams of one flow, one after the other, all the way.

use std::net::IpAddr;

use packetwalk_stack::{SockId, SocketKind};
use packetwalk_trace::{NsId, SendError};
use packetwalk_wire::Family;

use crate::Lab;

/// A UDP flow between two namespaces.
#[derive(Clone, Copy, Debug)]
pub struct Load {
    from: NsId,
    client: SockId,
    to: NsId,
    server: SockId,
    dst: (IpAddr, u16),
}

impl Load {
    /// Opens both sockets: the receiver, in `to`, takes every datagram to `dst`.
    ///
    /// # Errors
    /// ENODEV for a namespace that is not there, EADDRINUSE for a port that is taken.
    pub fn new(lab: &mut Lab, from: NsId, to: NsId, dst: (IpAddr, u16)) -> Result<Self, SendError> {
        let family = Family::of(dst.0);
        let receiver = lab.stack_mut(to).ok_or(SendError::NoDev)?;
        let server = receiver.sock_open(family, SocketKind::Udp);
        receiver.sock_bind(server, None, dst.1)?;
        let sender = lab.stack_mut(from).ok_or(SendError::NoDev)?;
        let client = sender.sock_open(family, SocketKind::Udp);
        Ok(Self { from, client, to, server, dst })
    }

    /// Sends `count` datagrams of 18 bytes, each carried to its end before the next; how many arrived.
    ///
    /// # Errors
    /// The first that a send gives.
    pub fn run(&self, lab: &mut Lab, count: u32) -> Result<u32, SendError> {
        let mut arrived = 0;
        for _ in 0..count {
            lab.udp_send(self.from, self.client, &[0; 18], Some(self.dst), None)?;
            while lab.has_flights() {
                lab.step(lab.now() + std::time::Duration::from_millis(1));
            }
            while lab.sock_recv(self.to, self.server).is_some() {
                arrived += 1;
            }
        }
        Ok(arrived)
    }
}
