//! ICMP and ICMPv6 messages, errors with the packet they quote.

use super::ip::Ip;
use super::{ParseError, Reader, ip, transport};
use crate::extension::Extensions;
use crate::icmp::{QuotedTransport, v4, v6};
use crate::{Family, Icmp, IpHeader, Payloads, Quoted, proto};

/// A message and its payload. An error whose quote cannot be expressed is [`Icmp::Other`].
pub(super) fn message<'a>(ip: &Ip<'a>, payloads: &mut Payloads) -> Result<(Icmp, &'a [u8]), ParseError> {
    let family = ip.header.family();
    let mut r = Reader(ip.body);
    let (ty, code, _, rest) = (r.u8()?, r.u8()?, r.u16()?, r.u32()?);
    transport::checksum(ip, family == Family::V6, 2)?;
    if is_query(family, ty) {
        return Ok((Icmp::Query { ty, code, id: (rest >> 16) as u16, seq: rest as u16 }, r.0));
    }
    if is_error(family, ty)
        && let Some((quoted, payload)) = quote(family, r.0, payloads)
    {
        return Ok((Icmp::Error { ty, code, rest, quoted }, payload));
    }
    Ok((Icmp::Other { ty, code, rest }, r.0))
}

/// Messages with identifier and sequence number.
const fn is_query(family: Family, ty: u8) -> bool {
    match family {
        Family::V4 => matches!(ty, v4::ECHO_REPLY | v4::ECHO | v4::TIMESTAMP..=v4::ADDRESS_REPLY),
        Family::V6 => matches!(ty, v6::ECHO | v6::ECHO_REPLY),
    }
}

const fn is_error(family: Family, ty: u8) -> bool {
    match family {
        Family::V4 => matches!(
            ty,
            v4::DEST_UNREACH | v4::SOURCE_QUENCH | v4::REDIRECT | v4::TIME_EXCEEDED | v4::PARAM_PROB
        ),
        Family::V6 => {
            matches!(ty, v6::DEST_UNREACH | v6::PKT_TOOBIG | v6::TIME_EXCEEDED | v6::PARAM_PROB)
        }
    }
}

/// The quoted packet and the part of its payload that is there.
fn quote<'a>(family: Family, bytes: &'a [u8], payloads: &mut Payloads) -> Option<(Quoted, &'a [u8])> {
    let ip = ip::header(bytes).ok()?;
    if ip.header.family() != family || ip.body.len() > ip.len {
        return None;
    }
    let ext = Extensions::new(ip.ext.0, ip.ext.1, payloads);
    let header = IpHeader { ext, ..ip.header };
    let total_len = u16::try_from(ip.len + usize::from(header.header_len())).ok()?;
    let (transport, payload) =
        quoted_transport(&ip).unwrap_or((QuotedTransport::Opaque { protocol: ip.protocol }, ip.body));
    Some((Quoted { ip: header, transport, total_len }, payload))
}

/// `None` unless the header is there in full and as `emit` would write it.
fn quoted_transport<'a>(ip: &Ip<'a>) -> Option<(QuotedTransport, &'a [u8])> {
    if ip.header.frag.is_some_and(|frag| frag.offset != 0) {
        return None;
    }
    match (ip.protocol, ip.header.family()) {
        (proto::TCP, _) => transport::tcp(ip).ok().map(|(tcp, rest)| (QuotedTransport::Tcp(tcp), rest)),
        (proto::UDP, _) => transport::udp(ip).ok().map(|(udp, rest)| (QuotedTransport::Udp(udp), rest)),
        (proto::ICMP, Family::V4) | (proto::ICMPV6, Family::V6) => {
            let mut r = Reader(ip.body);
            let (ty, code, _) = (r.u8().ok()?, r.u8().ok()?, r.u16().ok()?);
            let (id, seq) = (r.u16().ok()?, r.u16().ok()?);
            transport::checksum(ip, ip.protocol == proto::ICMPV6, 2).ok()?;
            Some((QuotedTransport::Icmp { ty, code, id, seq }, r.0))
        }
        _ => None,
    }
}
