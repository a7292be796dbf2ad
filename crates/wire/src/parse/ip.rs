//! IPv4 and IPv6 headers.

use super::{ParseError, Reader, transport};
use crate::checksum::Sum;
use crate::extension::{self, kind};
use crate::{Fragment, IpHeader};

/// An IP header and what follows it.
pub(super) struct Ip<'a> {
    pub header: IpHeader,
    pub protocol: u8,
    /// Number and bytes of IPv6's extension headers, without a fragment's fragment header.
    pub ext: (u8, &'a [u8]),
    /// Bytes that should follow, as the header tells.
    pub len: usize,
    /// Bytes that do follow: fewer in a shortened quote.
    pub body: &'a [u8],
}

impl Ip<'_> {
    /// The transport header is here, and nothing of it is elsewhere.
    pub fn unfragmented(&self) -> bool {
        self.header.frag.is_none()
    }
}

/// Reads the header of either family, with IPv6's extension headers.
pub(super) fn header(bytes: &[u8]) -> Result<Ip<'_>, ParseError> {
    match bytes.first().ok_or(ParseError::Truncated)? >> 4 {
        4 => v4(bytes),
        6 => v6(bytes),
        version => Err(ParseError::IpVersion(version)),
    }
}

fn v4(bytes: &[u8]) -> Result<Ip<'_>, ParseError> {
    let mut r = Reader(bytes);
    let raw = Reader(bytes).take(20)?;
    if r.u8()? != 0x45 {
        return Err(ParseError::IpOptions);
    }
    let tos = r.u8()?;
    let total = usize::from(r.u16()?);
    let id = u32::from(r.u16()?);
    let word = r.u16()?;
    let (ttl, protocol, _) = (r.u8()?, r.u8()?, r.u16()?);
    let (src, dst) = (r.v4()?, r.v4()?);
    transport::matches(Sum::default(), raw, 10, false)?;
    if word & 0x8000 != 0 {
        return Err(ParseError::Reserved);
    }
    let frag = Fragment { offset: word << 3, more: word & 0x2000 != 0 };
    let header =
        IpHeader { ttl, tos, id, df: word & 0x4000 != 0, frag: part(frag), ..IpHeader::new(src, dst) };
    let len = total.checked_sub(20).ok_or(ParseError::Truncated)?;
    Ok(Ip { header, protocol, ext: (protocol, &[]), len, body: r.0 })
}

fn v6(bytes: &[u8]) -> Result<Ip<'_>, ParseError> {
    let mut r = Reader(bytes);
    let word = r.u32()?;
    if word & 0xf_ffff != 0 {
        return Err(ParseError::NotModelled);
    }
    let mut len = usize::from(r.u16()?);
    let (first, ttl) = (r.u8()?, r.u8()?);
    let mut header = IpHeader { ttl, tos: (word >> 20) as u8, ..IpHeader::new(r.v6()?, r.v6()?) };
    let start = r.0;
    let mut protocol = first;
    while let Some(size) = extension::len(protocol, r.0) {
        if protocol == kind::FRAGMENT && fragment(r)?.is_some() {
            break;
        }
        len = len.checked_sub(size).ok_or(ParseError::Truncated)?;
        protocol = r.take(size)?.first().copied().ok_or(ParseError::Truncated)?;
    }
    let ext = start.get(..start.len() - r.0.len()).unwrap_or_default();
    if protocol == kind::FRAGMENT {
        header.frag = fragment(r)?;
        len = len.checked_sub(8).ok_or(ParseError::Truncated)?;
        protocol = r.u8()?;
        let (reserved, offset) = (r.u8()?, r.u16()?);
        header.id = r.u32()?;
        if reserved != 0 || offset & 6 != 0 {
            return Err(ParseError::Reserved);
        }
        if offset & !7 == 0 && is_extension(protocol) {
            return Err(ParseError::ExtensionHeader(protocol));
        }
    } else if is_extension(protocol) {
        return Err(ParseError::Truncated);
    }
    Ok(Ip { header, protocol, ext: (first, ext), len, body: r.0 })
}

const fn is_extension(number: u8) -> bool {
    matches!(number, kind::HOP_BY_HOP | kind::ROUTING | kind::FRAGMENT | kind::AUTH | kind::DESTINATION)
}

/// What the fragment header here tells; `None` of a whole datagram.
fn fragment(mut r: Reader<'_>) -> Result<Option<Fragment>, ParseError> {
    let (_, offset) = (r.u16()?, r.u16()?);
    Ok(part(Fragment { offset: offset & !7, more: offset & 1 != 0 }))
}

/// `None` for a whole datagram.
fn part(frag: Fragment) -> Option<Fragment> {
    (frag.more || frag.offset != 0).then_some(frag)
}
