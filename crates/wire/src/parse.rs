//! Bytes to frames: the inverse of [`emit`](crate::emit).
//!
//! Strict: what is accepted is emitted again byte for byte, so whatever a [`Frame`] cannot say is an
//! error. Exceptions, because the bytes that they speak of are elsewhere: UDP's length in a first
//! fragment, and transport checksums in fragments and shortened quotes, are not looked at.

mod icmp;
mod ip;
mod transport;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::arp::ArpOp;
use crate::emit::ethertype;
use crate::{Arp, Body, Extensions, Frame, IpHeader, Mac, Packet, Payloads};

/// Why bytes are not a frame or packet that this crate can express.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ParseError {
    /// The bytes end inside a header, or before the length that a header tells.
    Truncated,
    /// Bytes are left over after the length that a header tells.
    Trailing,
    /// Neither ARP, IPv4 nor IPv6.
    EtherType(u16),
    /// ARP of other hardware or protocol types or lengths, or with this other operation.
    Arp(u16),
    /// The IP version does not agree with the EtherType.
    IpVersion(u8),
    /// IPv4 options, or a header length below 20.
    IpOptions,
    /// A wrong checksum, or none (UDP over IPv4).
    Checksum,
    /// A bit or field that must be zero is not.
    Reserved,
    /// An IPv6 flow label.
    NotModelled,
    /// An IPv6 extension header behind a fragment header, or in a quoted packet.
    ExtensionHeader(u8),
    /// A TCP header length below 20, or options other than Linux's or laid out otherwise.
    TcpOptions,
    /// UDP's length disagrees with IP's.
    UdpLength,
}

impl core::fmt::Display for ParseError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Truncated => f.write_str("the bytes end early"),
            Self::Trailing => f.write_str("bytes after the end"),
            Self::EtherType(ty) => write!(f, "EtherType 0x{ty:04x} is not modelled"),
            Self::Arp(op) => write!(f, "ARP operation {op}, or not IPv4 over Ethernet"),
            Self::IpVersion(version) => write!(f, "IP version {version}"),
            Self::IpOptions => f.write_str("IPv4 options are not modelled"),
            Self::Checksum => f.write_str("wrong checksum"),
            Self::Reserved => f.write_str("a reserved bit is set"),
            Self::NotModelled => f.write_str("a flow label"),
            Self::ExtensionHeader(next) => write!(f, "IPv6 extension header {next} is not modelled"),
            Self::TcpOptions => f.write_str("TCP options that are not modelled"),
            Self::UdpLength => f.write_str("UDP length"),
        }
    }
}

impl std::error::Error for ParseError {}

/// Takes bytes from the front.
#[derive(Clone, Copy)]
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, n: usize) -> Result<&'a [u8], ParseError> {
        let (head, tail) = self.0.split_at_checked(n).ok_or(ParseError::Truncated)?;
        self.0 = tail;
        Ok(head)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], ParseError> {
        let (head, tail) = self.0.split_first_chunk().ok_or(ParseError::Truncated)?;
        self.0 = tail;
        Ok(*head)
    }

    fn u8(&mut self) -> Result<u8, ParseError> {
        self.array::<1>().map(|[b]| b)
    }

    fn u16(&mut self) -> Result<u16, ParseError> {
        self.array().map(u16::from_be_bytes)
    }

    fn u32(&mut self) -> Result<u32, ParseError> {
        self.array().map(u32::from_be_bytes)
    }

    fn mac(&mut self) -> Result<Mac, ParseError> {
        self.array().map(Mac)
    }

    fn ipv4(&mut self) -> Result<Ipv4Addr, ParseError> {
        self.array::<4>().map(Ipv4Addr::from)
    }

    fn v4(&mut self) -> Result<IpAddr, ParseError> {
        self.ipv4().map(IpAddr::V4)
    }

    fn v6(&mut self) -> Result<IpAddr, ParseError> {
        self.array::<16>().map(|a| IpAddr::V6(Ipv6Addr::from(a)))
    }
}

/// Reads one whole Ethernet frame, without padding and FCS; its payload is interned.
///
/// # Errors
/// [`ParseError`], on any input that is not a frame as [`emit::frame`](crate::emit::frame) writes it.
pub fn frame(bytes: &[u8], payloads: &mut Payloads) -> Result<Frame, ParseError> {
    let mut r = Reader(bytes);
    let (dst, src) = (r.mac()?, r.mac()?);
    let body = match r.u16()? {
        ethertype::ARP => Body::Arp(arp(r)?),
        ty @ (ethertype::IPV4 | ethertype::IPV6) => {
            let want = if ty == ethertype::IPV4 { 4 } else { 6 };
            match r.0.first().map(|b| b >> 4) {
                Some(version) if version != want => return Err(ParseError::IpVersion(version)),
                _ => Body::Ip(packet(r.0, payloads)?),
            }
        }
        ty => return Err(ParseError::EtherType(ty)),
    };
    Ok(Frame { dst, src, body })
}

/// Reads one whole IP packet, of the family that its first four bits tell.
///
/// # Errors
/// As [`frame`].
pub fn packet(bytes: &[u8], payloads: &mut Payloads) -> Result<Packet, ParseError> {
    let ip = ip::header(bytes)?;
    match ip.body.len().cmp(&ip.len) {
        core::cmp::Ordering::Less => Err(ParseError::Truncated),
        core::cmp::Ordering::Greater => Err(ParseError::Trailing),
        core::cmp::Ordering::Equal => {
            let (transport, payload) = transport::whole(&ip, payloads)?;
            let ext = Extensions::new(ip.ext.0, ip.ext.1, payloads);
            Ok(Packet { ip: IpHeader { ext, ..ip.header }, transport, payload: payloads.intern(payload) })
        }
    }
}

fn arp(mut r: Reader<'_>) -> Result<Arp, ParseError> {
    let types: [u8; 6] = r.array()?;
    let op = r.u16()?;
    let op = match (types, op) {
        ([0, 1, 8, 0, 6, 4], 1) => ArpOp::Request,
        ([0, 1, 8, 0, 6, 4], 2) => ArpOp::Reply,
        _ => return Err(ParseError::Arp(op)),
    };
    let arp =
        Arp { op, sender_mac: r.mac()?, sender_ip: r.ipv4()?, target_mac: r.mac()?, target_ip: r.ipv4()? };
    if r.0.is_empty() { Ok(arp) } else { Err(ParseError::Trailing) }
}
