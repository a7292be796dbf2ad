//! A whole IP packet as a value.

use crate::icmp::QuotedTransport;
use crate::{Family, Icmp, IpHeader, Payload, Quoted, Tcp, Udp, proto};

/// A packet's transport header.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Transport {
    /// TCP.
    Tcp(Tcp),
    /// UDP.
    Udp(Udp),
    /// ICMP in IPv4, ICMPv6 in IPv6.
    Icmp(Icmp),
    /// Another protocol, or a fragment that is not the first: everything is payload.
    Opaque {
        /// IP protocol number.
        protocol: u8,
    },
}

/// An IP packet.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Packet {
    /// IP header.
    pub ip: IpHeader,
    /// Transport header.
    pub transport: Transport,
    /// What follows the headers.
    pub payload: Payload,
}

impl Packet {
    /// IPv4 or IPv6.
    pub const fn family(&self) -> Family {
        self.ip.family()
    }

    /// IP protocol number.
    pub const fn protocol(&self) -> u8 {
        match self.transport {
            Transport::Tcp(_) => proto::TCP,
            Transport::Udp(_) => proto::UDP,
            Transport::Icmp(_) => match self.family() {
                Family::V4 => proto::ICMP,
                Family::V6 => proto::ICMPV6,
            },
            Transport::Opaque { protocol } => protocol,
        }
    }

    /// Bytes of the transport header, quoted headers of an ICMP error included.
    #[inline]
    pub const fn transport_header_len(&self) -> u16 {
        match self.transport {
            Transport::Tcp(tcp) => tcp.header_len(),
            Transport::Udp(_) | Transport::Icmp(Icmp::Query { .. } | Icmp::Other { .. }) => 8,
            Transport::Icmp(Icmp::Error { quoted, .. }) => 8 + quoted.header_len(),
            Transport::Opaque { .. } => 0,
        }
    }

    /// Total length in bytes from the IP header on, as rule counters count it.
    #[inline]
    pub const fn len(&self) -> u16 {
        self.ip.header_len() + self.transport_header_len() + self.payload.len()
    }

    /// Never: a packet has at least its IP header.
    pub const fn is_empty(&self) -> bool {
        false
    }

    /// Source and destination port of TCP and UDP.
    #[inline]
    pub const fn ports(&self) -> Option<(u16, u16)> {
        match self.transport {
            Transport::Tcp(tcp) => Some((tcp.sport, tcp.dport)),
            Transport::Udp(udp) => Some((udp.sport, udp.dport)),
            _ => None,
        }
    }

    /// The ICMP message, if it is one.
    pub const fn icmp(&self) -> Option<&Icmp> {
        match &self.transport {
            Transport::Icmp(icmp) => Some(icmp),
            _ => None,
        }
    }

    /// An ICMP message that is about another packet, and so is never answered by an error.
    pub const fn is_icmp_error(&self) -> bool {
        match (self.family(), self.icmp()) {
            (_, None) => false,
            (_, Some(Icmp::Error { .. })) => true,
            (Family::V4, Some(icmp)) => matches!(icmp.type_code().0, 3 | 4 | 5 | 11 | 12),
            (Family::V6, Some(icmp)) => icmp.type_code().0 < 128,
        }
    }

    /// What an ICMP error about this packet quotes, and the quoted part of the payload, when at most
    /// `room` bytes of the packet fit.
    ///
    /// # Source
    /// Linux v6.18, `net/ipv4/icmp.c`: `__icmp_send` (room is 548: 576 less both headers);
    /// `net/ipv6/icmp.c`: `icmp6_send` (room is 1232: 1280 less both headers).
    pub fn quote(&self, room: u16) -> (Quoted, Payload) {
        let transport = match self.transport {
            Transport::Tcp(tcp) => QuotedTransport::Tcp(tcp),
            Transport::Udp(udp) => QuotedTransport::Udp(udp),
            Transport::Icmp(Icmp::Query { ty, code, id, seq }) => QuotedTransport::Icmp { ty, code, id, seq },
            Transport::Icmp(Icmp::Other { ty, code, rest } | Icmp::Error { ty, code, rest, .. }) => {
                QuotedTransport::Icmp { ty, code, id: (rest >> 16) as u16, seq: rest as u16 }
            }
            Transport::Opaque { protocol } => QuotedTransport::Opaque { protocol },
        };
        let quoted = Quoted { ip: self.ip, transport, total_len: self.len() };
        let payload = self.payload.truncated(room.saturating_sub(quoted.header_len()));
        (quoted, payload)
    }
}
