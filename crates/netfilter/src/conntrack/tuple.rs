//! A connection's key: addresses, protocol and its ports or ICMP identifier.

use std::net::IpAddr;

use packetwalk_wire::icmp::{self, QuotedTransport};
use packetwalk_wire::{Family, Icmp, IpHeader, Packet, Payloads, Quoted, Transport, proto};

/// Direction of a packet in its connection (`enum ip_conntrack_dir`).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Dir {
    /// As the first packet went.
    Original,
    /// The other way.
    Reply,
}

impl Dir {
    /// The other one.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Original => Self::Reply,
            Self::Reply => Self::Original,
        }
    }

    pub(crate) const fn index(self) -> usize {
        self as usize
    }
}

/// Addresses, protocol and ports of one direction (`struct nf_conntrack_tuple`).
///
/// Of ICMP, `sport` is the identifier and `dport` holds type and code, as in the kernel's union; of a
/// protocol without ports both are 0. `src` and `dst` are of one family.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Tuple {
    /// Source address.
    pub src: IpAddr,
    /// Destination address.
    pub dst: IpAddr,
    /// Source port, or ICMP identifier.
    pub sport: u16,
    /// Destination port, or ICMP type (high byte) and code (low byte).
    pub dport: u16,
    /// IP protocol number.
    pub protocol: u8,
}

impl Tuple {
    /// IPv4 or IPv6.
    pub const fn family(&self) -> Family {
        Family::of(self.dst)
    }

    /// Whether [`Tuple::sport`] is an ICMP identifier and [`Tuple::dport`] type and code.
    pub const fn is_icmp(&self) -> bool {
        matches!(self.protocol, proto::ICMP | proto::ICMPV6)
    }

    /// ICMP type.
    pub const fn icmp_type(&self) -> u8 {
        (self.dport >> 8) as u8
    }

    /// ICMP code.
    pub const fn icmp_code(&self) -> u8 {
        self.dport as u8
    }

    /// ICMP identifier.
    pub const fn icmp_id(&self) -> u16 {
        self.sport
    }

    /// The tuple of a packet; `None` for a fragment that is not the first and for a transport header
    /// that is cut short.
    ///
    /// # Source
    /// Linux v6.18, `nf_conntrack_core.c`: `nf_ct_get_tuplepr`, `nf_ct_get_tuple`.
    pub fn of_packet(packet: &Packet, payloads: &Payloads) -> Option<Self> {
        let (sport, dport, protocol) = match packet.transport {
            Transport::Tcp(tcp) => (tcp.sport, tcp.dport, proto::TCP),
            Transport::Udp(udp) => (udp.sport, udp.dport, proto::UDP),
            Transport::Icmp(Icmp::Query { ty, code, id, .. }) => (id, type_code(ty, code), packet.protocol()),
            Transport::Icmp(Icmp::Error { ty, code, rest, .. } | Icmp::Other { ty, code, rest }) => {
                ((rest >> 16) as u16, type_code(ty, code), packet.protocol())
            }
            Transport::Opaque { protocol } => {
                let (sport, dport) = opaque(&packet.ip, protocol, payloads.bytes(packet.payload))?;
                (sport, dport, protocol)
            }
        };
        Self::assemble(&packet.ip, sport, dport, protocol)
    }

    /// The tuple of the packet that an ICMP error quotes, as that packet went; `body` is what is quoted behind its
    /// headers.
    pub fn of_quoted(quoted: &Quoted, body: &[u8]) -> Option<Self> {
        let (sport, dport, protocol) = match quoted.transport {
            QuotedTransport::Tcp(tcp) => (tcp.sport, tcp.dport, proto::TCP),
            QuotedTransport::Udp(udp) => (udp.sport, udp.dport, proto::UDP),
            QuotedTransport::Icmp { ty, code, id, .. } => (id, type_code(ty, code), quoted.protocol()),
            QuotedTransport::Opaque { protocol } => {
                let (sport, dport) = opaque(&quoted.ip, protocol, body)?;
                (sport, dport, protocol)
            }
        };
        Self::assemble(&quoted.ip, sport, dport, protocol)
    }

    fn assemble(ip: &IpHeader, sport: u16, dport: u16, protocol: u8) -> Option<Self> {
        match ip.frag {
            Some(frag) if frag.offset != 0 => None,
            _ => Some(Self { src: ip.src, dst: ip.dst, sport, dport, protocol }),
        }
    }

    /// The tuple that an answer has; `None` for an ICMP type that is never answered.
    ///
    /// # Source
    /// Linux v6.18, `nf_conntrack_core.c`: `nf_ct_invert_tuple`.
    pub const fn invert(&self) -> Option<Self> {
        let (sport, dport) = match self.protocol {
            proto::ICMP | proto::ICMPV6 => {
                let answer = if self.protocol == proto::ICMP {
                    invert_icmp(self.icmp_type())
                } else {
                    invert_icmpv6(self.icmp_type())
                };
                match answer {
                    Some(ty) => (self.sport, type_code(ty, self.icmp_code())),
                    None => return None,
                }
            }
            _ => (self.dport, self.sport),
        };
        Some(Self { src: self.dst, dst: self.src, sport, dport, protocol: self.protocol })
    }
}

const fn type_code(ty: u8, code: u8) -> u16 {
    (ty as u16) << 8 | code as u16
}

/// Ports or keys of a packet whose transport header is not read elsewhere. `None`: it is cut short.
fn opaque(ip: &IpHeader, protocol: u8, body: &[u8]) -> Option<(u16, u16)> {
    if ip.frag.is_some_and(|frag| frag.offset != 0) {
        return None;
    }
    match protocol {
        proto::TCP | proto::UDP | proto::ICMP | proto::ICMPV6 => None,
        proto::SCTP | proto::UDPLITE => {
            let [s0, s1, d0, d1] = *body.first_chunk()?;
            Some((u16::from_be_bytes([s0, s1]), u16::from_be_bytes([d0, d1])))
        }
        proto::GRE => super::gre::keys(body),
        _ => Some((0, 0)),
    }
}

/// Linux v6.18, `nf_conntrack_proto_icmp.c`: `nf_conntrack_invert_icmp_tuple`.
const fn invert_icmp(ty: u8) -> Option<u8> {
    Some(match ty {
        icmp::v4::ECHO => icmp::v4::ECHO_REPLY,
        icmp::v4::ECHO_REPLY => icmp::v4::ECHO,
        icmp::v4::TIMESTAMP => icmp::v4::TIMESTAMP_REPLY,
        icmp::v4::TIMESTAMP_REPLY => icmp::v4::TIMESTAMP,
        icmp::v4::INFO_REQUEST => icmp::v4::INFO_REPLY,
        icmp::v4::INFO_REPLY => icmp::v4::INFO_REQUEST,
        icmp::v4::ADDRESS => icmp::v4::ADDRESS_REPLY,
        icmp::v4::ADDRESS_REPLY => icmp::v4::ADDRESS,
        _ => return None,
    })
}

/// Node information query (RFC 4620).
pub(super) const NI_QUERY: u8 = 139;
/// Node information reply (RFC 4620).
const NI_REPLY: u8 = 140;

/// Linux v6.18, `nf_conntrack_proto_icmpv6.c`: `nf_conntrack_invert_icmpv6_tuple`.
const fn invert_icmpv6(ty: u8) -> Option<u8> {
    Some(match ty {
        icmp::v6::ECHO => icmp::v6::ECHO_REPLY,
        icmp::v6::ECHO_REPLY => icmp::v6::ECHO,
        NI_QUERY => NI_REPLY,
        NI_REPLY => NI_QUERY,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tuple(protocol: u8, sport: u16, dport: u16) -> Tuple {
        let addr = |s: &str| s.parse().unwrap();
        Tuple { src: addr("10.0.0.1"), dst: addr("10.0.0.2"), sport, dport, protocol }
    }

    #[track_caller]
    fn check(protocol: u8, ports: (u16, u16), inverted: Option<(u16, u16)>) {
        let t = tuple(protocol, ports.0, ports.1);
        let got = t.invert();
        assert_eq!(got.map(|i| (i.sport, i.dport)), inverted);
        if let Some(i) = got {
            assert_eq!((i.src, i.dst), (t.dst, t.src));
            assert_eq!(i.invert(), Some(t));
        }
    }

    /// Linux v6.18: `nf_ct_invert_tuple`, the `invmap` of both ICMPs.
    #[test]
    fn inversion() {
        check(proto::TCP, (1000, 80), Some((80, 1000)));
        check(proto::ICMP, (7, 8 << 8), Some((7, 0)));
        check(proto::ICMP, (7, 13 << 8 | 1), Some((7, 14 << 8 | 1)));
        check(proto::ICMP, (7, 15 << 8), Some((7, 16 << 8)));
        check(proto::ICMP, (7, 17 << 8), Some((7, 18 << 8)));
        check(proto::ICMP, (7, 3 << 8), None);
        check(proto::ICMP, (7, 9 << 8), None);
        check(proto::ICMPV6, (7, 128 << 8), Some((7, 129 << 8)));
        check(proto::ICMPV6, (7, 139 << 8), Some((7, 140 << 8)));
        check(proto::ICMPV6, (7, 8 << 8), None);
        check(proto::ESP, (0, 0), Some((0, 0)));
    }
}
