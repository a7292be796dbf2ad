//! Packets as values and as bytes.
//!
//! A [`Packet`] is a small `Copy` value: headers parsed once and valid by construction, its payload a
//! span of the lab's [`Payloads`]. Bytes are made only at the edges (captures).
//! IPv4 and IPv6 share every type; the family is that of the addresses.

pub mod arp;
pub mod checksum;
pub mod common;
pub mod emit;
pub mod ethernet;
pub mod extension;
pub mod icmp;
pub mod ip;
pub mod order;
pub mod packet;
pub mod pages;
pub mod parse;
pub mod payload;
pub mod sctp;
pub mod skb;
pub mod sorted;
pub mod tcp;
pub mod time;
pub mod udp;

pub use arp::Arp;
pub use common::Common;
pub use ethernet::{Body, Frame, Mac};
pub use extension::Extensions;
pub use icmp::{Icmp, Quoted};
pub use ip::{Family, Fragment, IpHeader, proto};
pub use order::Order;
pub use packet::{Packet, Transport};
pub use pages::Pages;
pub use payload::{Payload, Payloads};
pub use skb::{CtInfo, CtRef, IfIndex, IfName, Nfct, PacketType, Skb};
pub use tcp::{Tcp, TcpFlags, TcpOptions};
pub use time::{EPOCH, Instant};
pub use udp::Udp;
