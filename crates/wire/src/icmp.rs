//! ICMP (RFC 792) and ICMPv6 (RFC 4443), one value type; the family is the packet's.

use crate::{IpHeader, Tcp, Udp, proto};

/// ICMP type numbers for IPv4 (`include/uapi/linux/icmp.h`).
pub mod v4 {
    /// Echo reply.
    pub const ECHO_REPLY: u8 = 0;
    /// Destination unreachable.
    pub const DEST_UNREACH: u8 = 3;
    /// Source quench.
    pub const SOURCE_QUENCH: u8 = 4;
    /// Redirect.
    pub const REDIRECT: u8 = 5;
    /// Echo request.
    pub const ECHO: u8 = 8;
    /// Time exceeded.
    pub const TIME_EXCEEDED: u8 = 11;
    /// Parameter problem.
    pub const PARAM_PROB: u8 = 12;
    /// Timestamp request.
    pub const TIMESTAMP: u8 = 13;
    /// Timestamp reply.
    pub const TIMESTAMP_REPLY: u8 = 14;
    /// Information request.
    pub const INFO_REQUEST: u8 = 15;
    /// Information reply.
    pub const INFO_REPLY: u8 = 16;
    /// Address mask request.
    pub const ADDRESS: u8 = 17;
    /// Address mask reply.
    pub const ADDRESS_REPLY: u8 = 18;
}

/// ICMPv6 type numbers (`include/uapi/linux/icmpv6.h`).
pub mod v6 {
    /// Destination unreachable.
    pub const DEST_UNREACH: u8 = 1;
    /// Packet too big.
    pub const PKT_TOOBIG: u8 = 2;
    /// Time exceeded.
    pub const TIME_EXCEEDED: u8 = 3;
    /// Parameter problem.
    pub const PARAM_PROB: u8 = 4;
    /// Echo request.
    pub const ECHO: u8 = 128;
    /// Echo reply.
    pub const ECHO_REPLY: u8 = 129;
    /// Router solicitation.
    pub const ROUTER_SOLICIT: u8 = 133;
    /// Router advertisement.
    pub const ROUTER_ADVERT: u8 = 134;
    /// Neighbour solicitation.
    pub const NEIGHBOUR_SOLICIT: u8 = 135;
    /// Neighbour advertisement.
    pub const NEIGHBOUR_ADVERT: u8 = 136;
    /// Redirect.
    pub const REDIRECT: u8 = 137;
}

/// The transport header of a packet that an ICMP error quotes: never another error.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum QuotedTransport {
    /// TCP, in full.
    Tcp(Tcp),
    /// UDP.
    Udp(Udp),
    /// An ICMP message with identifier and sequence.
    Icmp {
        /// Type.
        ty: u8,
        /// Code.
        code: u8,
        /// Identifier.
        id: u16,
        /// Sequence number.
        seq: u16,
    },
    /// Another protocol, or a fragment that is not the first: only the payload's bytes follow.
    Opaque {
        /// IP protocol number.
        protocol: u8,
    },
}

/// The packet that an ICMP error quotes. Its payload, as far as quoted, is the error's own payload.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Quoted {
    /// The quoted IP header.
    pub ip: IpHeader,
    /// The quoted transport header.
    pub transport: QuotedTransport,
    /// Total length in bytes that the quoted IP header tells, quoted in full or not.
    pub total_len: u16,
}

impl Quoted {
    /// IP protocol number of the quoted packet.
    pub const fn protocol(&self) -> u8 {
        match self.transport {
            QuotedTransport::Tcp(_) => proto::TCP,
            QuotedTransport::Udp(_) => proto::UDP,
            QuotedTransport::Icmp { .. } => match self.ip.family() {
                crate::Family::V4 => proto::ICMP,
                crate::Family::V6 => proto::ICMPV6,
            },
            QuotedTransport::Opaque { protocol } => protocol,
        }
    }

    /// Bytes of quoted headers: IP and transport.
    pub const fn header_len(&self) -> u16 {
        self.ip.header_len()
            + match self.transport {
                QuotedTransport::Tcp(tcp) => tcp.header_len(),
                QuotedTransport::Udp(_) | QuotedTransport::Icmp { .. } => 8,
                QuotedTransport::Opaque { .. } => 0,
            }
    }
}

/// An ICMP or ICMPv6 message.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Icmp {
    /// A request or reply with identifier and sequence (echo, timestamp, information, address mask).
    Query {
        /// Type.
        ty: u8,
        /// Code.
        code: u8,
        /// Identifier.
        id: u16,
        /// Sequence number.
        seq: u16,
    },
    /// An error about another packet.
    Error {
        /// Type.
        ty: u8,
        /// Code.
        code: u8,
        /// The second header word: next-hop MTU, redirect's gateway or parameter pointer.
        rest: u32,
        /// The packet it is about.
        quoted: Quoted,
    },
    /// Any other message; what follows the first eight bytes is payload.
    Other {
        /// Type.
        ty: u8,
        /// Code.
        code: u8,
        /// The second header word.
        rest: u32,
    },
}

impl Icmp {
    /// Type and code.
    pub const fn type_code(&self) -> (u8, u8) {
        match *self {
            Self::Query { ty, code, .. } | Self::Error { ty, code, .. } | Self::Other { ty, code, .. } => {
                (ty, code)
            }
        }
    }
}
