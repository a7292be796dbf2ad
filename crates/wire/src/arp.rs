//! ARP for IPv4 over Ethernet (RFC 826).

use std::net::Ipv4Addr;

use crate::Mac;

/// What an ARP packet says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ArpOp {
    /// Who has `target_ip`?
    Request,
    /// `sender_ip` is at `sender_mac`.
    Reply,
}

/// An ARP packet.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Arp {
    /// Request or reply.
    pub op: ArpOp,
    /// MAC of the sender.
    pub sender_mac: Mac,
    /// Address of the sender; 0.0.0.0 in a probe.
    pub sender_ip: Ipv4Addr,
    /// MAC of the target; zero in a request.
    pub target_mac: Mac,
    /// Address asked for, or answered to.
    pub target_ip: Ipv4Addr,
}
