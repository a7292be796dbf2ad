//! Packets as bytes, made by hand: the same bytes go to both sides.

use std::net::IpAddr;

use packetwalk_wire::checksum::crc32c;

/// ICMP's protocol number.
pub const ICMP: u8 = 1;
/// TCP's.
pub const TCP: u8 = 6;
/// UDP's.
pub const UDP: u8 = 17;
/// GRE's.
pub const GRE: u8 = 47;
/// SCTP's.
pub const SCTP: u8 = 132;
/// UDP-Lite's.
pub const UDPLITE: u8 = 136;
/// IPv6's ICMP.
pub const ICMPV6: u8 = 58;

/// TCP flags by their letters, from bit 0 up.
pub const FLAGS: &str = "FSRPAUEC";

/// What of an IP header is chosen.
#[derive(Clone, Copy, Debug)]
pub struct Ip {
    /// Source.
    pub src: IpAddr,
    /// Destination.
    pub dst: IpAddr,
    /// TTL or hop limit.
    pub ttl: u8,
    /// TOS or traffic class.
    pub tos: u8,
    /// Identification.
    pub id: u16,
    /// Don't fragment (IPv4).
    pub df: bool,
    /// Offset in bytes, and whether more follow.
    pub frag: Option<(u16, bool)>,
    /// IPv6: options for the next hop (0) or the destination (60), four bytes of padding.
    pub options: Option<u8>,
}

impl Ip {
    /// TTL 64 and nothing else.
    pub const fn new(src: IpAddr, dst: IpAddr, id: u16) -> Self {
        Self { src, dst, ttl: 64, tos: 0, id, df: false, frag: None, options: None }
    }

    /// The whole packet.
    pub fn around(&self, protocol: u8, body: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(body.len() + 48);
        match (self.src, self.dst) {
            (IpAddr::V4(src), IpAddr::V4(dst)) => {
                let (offset, more) = self.frag.unwrap_or((0, false));
                let word = offset >> 3 | if more { 0x2000 } else { 0 } | if self.df { 0x4000 } else { 0 };
                out.extend([0x45, self.tos]);
                out.extend((20 + body.len() as u16).to_be_bytes());
                out.extend(self.id.to_be_bytes());
                out.extend(word.to_be_bytes());
                out.extend([self.ttl, protocol, 0, 0]);
                out.extend(src.octets());
                out.extend(dst.octets());
                let sum = checksum(&[&out]);
                put(&mut out, 10, sum);
            }
            (IpAddr::V6(src), IpAddr::V6(dst)) => {
                let extra = 8 * (u16::from(self.frag.is_some()) + u16::from(self.options.is_some()));
                let inner = if self.frag.is_some() { 44 } else { protocol };
                out.extend((0x6000_0000 | u32::from(self.tos) << 20).to_be_bytes());
                out.extend((body.len() as u16 + extra).to_be_bytes());
                out.extend([self.options.unwrap_or(inner), self.ttl]);
                out.extend(src.octets());
                out.extend(dst.octets());
                if self.options.is_some() {
                    out.extend([inner, 0, 1, 4, 0, 0, 0, 0]);
                }
                if let Some((offset, more)) = self.frag {
                    out.extend([protocol, 0]);
                    out.extend((offset & !7 | u16::from(more)).to_be_bytes());
                    out.extend(u32::from(self.id).to_be_bytes());
                }
            }
            _ => {}
        }
        out.extend(body);
        out
    }

    fn pseudo(&self, protocol: u8, len: usize) -> Vec<u8> {
        let mut out = Vec::new();
        match (self.src, self.dst) {
            (IpAddr::V4(src), IpAddr::V4(dst)) => {
                out.extend(src.octets());
                out.extend(dst.octets());
            }
            (IpAddr::V6(src), IpAddr::V6(dst)) => {
                out.extend(src.octets());
                out.extend(dst.octets());
            }
            _ => {}
        }
        out.extend([0, protocol]);
        out.extend((len as u16).to_be_bytes());
        out
    }

    /// A UDP datagram's bytes after the IP header.
    pub fn udp(&self, sport: u16, dport: u16, data: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        for field in [sport, dport, 8 + data.len() as u16, 0] {
            out.extend(field.to_be_bytes());
        }
        out.extend(data);
        let sum = match checksum(&[&self.pseudo(UDP, out.len()), &out]) {
            0 => 0xffff,
            sum => sum,
        };
        put(&mut out, 6, sum);
        out
    }

    /// A UDP-Lite datagram's bytes after the IP header; the checksum covers so many of them.
    pub fn udplite(&self, sport: u16, dport: u16, covers: u16, data: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        for field in [sport, dport, covers, 0] {
            out.extend(field.to_be_bytes());
        }
        out.extend(data);
        let covered = match usize::from(covers) {
            0 => out.len(),
            covered => covered.min(out.len()),
        };
        let sum = match checksum(&[&self.pseudo(UDPLITE, out.len()), out.get(..covered).unwrap_or_default()])
        {
            0 => 0xffff,
            sum => sum,
        };
        put(&mut out, 6, sum);
        out
    }

    /// A TCP segment's bytes after the IP header.
    pub fn tcp(&self, tcp: &Tcp, data: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        let options: &[u8] = match (tcp.flags & 2 != 0, tcp.scale) {
            (false, _) => &[],
            (true, false) => &[2, 4, 0x05, 0xb4],
            (true, true) => &[2, 4, 0x05, 0xb4, 1, 3, 3, 7],
        };
        out.extend(tcp.sport.to_be_bytes());
        out.extend(tcp.dport.to_be_bytes());
        out.extend(tcp.seq.to_be_bytes());
        out.extend(tcp.ack.to_be_bytes());
        out.extend([((20 + options.len()) as u8 / 4) << 4, tcp.flags]);
        out.extend(tcp.window.to_be_bytes());
        out.extend([0; 4]);
        out.extend(options);
        out.extend(data);
        let sum = checksum(&[&self.pseudo(TCP, out.len()), &out]);
        put(&mut out, 16, sum);
        out
    }

    /// An ICMP message's bytes after the IP header.
    pub fn icmp(&self, ty: u8, code: u8, rest: u32, data: &[u8]) -> Vec<u8> {
        let mut out = vec![ty, code, 0, 0];
        out.extend(rest.to_be_bytes());
        out.extend(data);
        let pseudo = if self.src.is_ipv6() { self.pseudo(ICMPV6, out.len()) } else { Vec::new() };
        let sum = checksum(&[&pseudo, &out]);
        put(&mut out, 2, sum);
        out
    }

    /// ICMP's protocol number in this family.
    pub const fn icmp_protocol(&self) -> u8 {
        if self.src.is_ipv6() { ICMPV6 } else { ICMP }
    }
}

/// A TCP header; a SYN gets an MSS option of 1460.
#[derive(Clone, Copy, Debug)]
pub struct Tcp {
    /// Source port.
    pub sport: u16,
    /// Destination port.
    pub dport: u16,
    /// Sequence number.
    pub seq: u32,
    /// Acknowledgement.
    pub ack: u32,
    /// Flags.
    pub flags: u8,
    /// Window.
    pub window: u16,
    /// A SYN offers to scale windows, by 7 bits.
    pub scale: bool,
}

/// An SCTP packet's bytes after the IP header.
pub fn sctp(sport: u16, dport: u16, vtag: u32, chunks: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    out.extend(sport.to_be_bytes());
    out.extend(dport.to_be_bytes());
    out.extend(vtag.to_be_bytes());
    out.extend([0; 4]);
    out.extend(chunks);
    let sum = crc32c(&[&out]).to_le_bytes();
    if let Some(field) = out.get_mut(8..12) {
        field.copy_from_slice(&sum);
    }
    out
}

/// Appends an SCTP chunk.
pub fn chunk(out: &mut Vec<u8>, ty: u8, flags: u8, body: &[u8]) {
    out.extend([ty, flags]);
    out.extend((4 + body.len() as u16).to_be_bytes());
    out.extend(body);
    out.resize(out.len().next_multiple_of(4), 0);
}

/// The Internet checksum; each part but the last has an even length.
fn checksum(parts: &[&[u8]]) -> u16 {
    let mut sum = 0u32;
    for pair in parts.iter().flat_map(|part| part.chunks(2)) {
        let low = pair.get(1).copied().unwrap_or(0);
        sum += u32::from(u16::from_be_bytes([pair.first().copied().unwrap_or(0), low]));
    }
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    !(sum as u16)
}

fn put(out: &mut [u8], at: usize, value: u16) {
    if let Some(field) = out.get_mut(at..at + 2) {
        field.copy_from_slice(&value.to_be_bytes());
    }
}

/// Flags from letters.
pub fn flags(letters: &str) -> u8 {
    letters.chars().filter_map(|c| FLAGS.find(c)).fold(0, |flags, bit| flags | 1 << bit)
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    let digits: Vec<String> = bytes.iter().map(|b| format!("{b:02x}")).collect();
    digits.concat()
}

/// The bytes of [`hex`].
pub fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> = text.chars().map(|c| c.to_digit(16).map(|d| d as u8)).collect();
    let digits = digits.filter(|d| d.len().is_multiple_of(2))?;
    Some(digits.chunks(2).map(|pair| pair.iter().fold(0, |byte, d| byte << 4 | d)).collect())
}
