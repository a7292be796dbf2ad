//! IPv4 and IPv6 headers.

use super::{ParseError, Reader, transport};
use crate::checksum::Sum;
use crate::{Fragment, IpHeader, proto};

/// An IP header and what follows it.
pub(super) struct Ip<'a> {
    pub header: IpHeader,
    pub protocol: u8,
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

/// Reads the header of either family, with IPv6's fragment header.
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
    let id = r.u16()?;
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
    Ok(Ip { header, protocol, len, body: r.0 })
}

fn v6(bytes: &[u8]) -> Result<Ip<'_>, ParseError> {
    let mut r = Reader(bytes);
    let word = r.u32()?;
    if word & 0xf_ffff != 0 {
        return Err(ParseError::NotModelled);
    }
    let mut len = usize::from(r.u16()?);
    let (mut protocol, ttl) = (r.u8()?, r.u8()?);
    let mut header = IpHeader { ttl, tos: (word >> 20) as u8, ..IpHeader::new(r.v6()?, r.v6()?) };
    match protocol {
        44 => {
            len = len.checked_sub(8).ok_or(ParseError::Truncated)?;
            protocol = r.u8()?;
            let (reserved, offset) = (r.u8()?, r.u16()?);
            if reserved != 0 || offset & 6 != 0 {
                return Err(ParseError::Reserved);
            }
            header.id = u16::try_from(r.u32()?).map_err(|_| ParseError::NotModelled)?;
            header.frag = part(Fragment { offset: offset & !7, more: offset & 1 != 0 });
            if header.frag.is_none() {
                return Err(ParseError::ExtensionHeader(44));
            }
        }
        0 | 43 | proto::ESP | proto::AH | 60 | 135 | 139 | 140 => {
            return Err(ParseError::ExtensionHeader(protocol));
        }
        _ => {}
    }
    Ok(Ip { header, protocol, len, body: r.0 })
}

/// `None` for a whole datagram.
fn part(frag: Fragment) -> Option<Fragment> {
    (frag.more || frag.offset != 0).then_some(frag)
}
