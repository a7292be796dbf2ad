//! Frames and packets as the bytes that Linux puts on the wire.
//!
//! Checksums and lengths are made here, always right. A header that tells of bytes that are elsewhere
//! (UDP's length in a first fragment, any checksum in a fragment or a shortened quote) is made over
//! [`Payloads::onwards`]: right as long as fragments and quotes are cut from one interned payload.

mod icmp;
mod ip;
mod transport;

use crate::arp::ArpOp;
use crate::{Arp, Body, Frame, Mac, Packet, Payloads};

/// EtherTypes (`include/uapi/linux/if_ether.h`).
pub mod ethertype {
    /// IPv4.
    pub const IPV4: u16 = 0x0800;
    /// ARP.
    pub const ARP: u16 = 0x0806;
    /// IPv6.
    pub const IPV6: u16 = 0x86dd;
}

impl Body {
    /// The EtherType that announces it.
    pub const fn ethertype(&self) -> u16 {
        match self {
            Self::Arp(_) => ethertype::ARP,
            Self::Ip(packet) => match packet.family() {
                crate::Family::V4 => ethertype::IPV4,
                crate::Family::V6 => ethertype::IPV6,
            },
        }
    }
}

/// Appends a frame: the Ethernet header and its body, without padding and FCS.
pub fn frame(frame: &Frame, payloads: &Payloads, out: &mut Vec<u8>) {
    ethernet(frame.dst, frame.src, frame.body.ethertype(), out);
    match &frame.body {
        Body::Arp(arp) => self::arp(arp, out),
        Body::Ip(packet) => self::packet(packet, payloads, out),
    }
}

/// Appends an IP packet, from its IP header on.
pub fn packet(packet: &Packet, payloads: &Payloads, out: &mut Vec<u8>) {
    let len = usize::from(packet.transport_header_len()) + usize::from(packet.payload.len());
    ip::header(&packet.ip, packet.protocol(), len, payloads, out);
    transport::whole(packet, payloads, out);
}

fn ethernet(dst: Mac, src: Mac, ethertype: u16, out: &mut Vec<u8>) {
    out.extend_from_slice(&dst.0);
    out.extend_from_slice(&src.0);
    out.extend_from_slice(&ethertype.to_be_bytes());
}

/// RFC 826, for IPv4 over Ethernet.
fn arp(arp: &Arp, out: &mut Vec<u8>) {
    let op = match arp.op {
        ArpOp::Request => 1,
        ArpOp::Reply => 2,
    };
    out.extend_from_slice(&[0, 1, 8, 0, 6, 4, 0, op]);
    out.extend_from_slice(&arp.sender_mac.0);
    out.extend_from_slice(&arp.sender_ip.octets());
    out.extend_from_slice(&arp.target_mac.0);
    out.extend_from_slice(&arp.target_ip.octets());
}
