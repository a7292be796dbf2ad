//! IPv4 and IPv6 headers.

use std::net::IpAddr;

use crate::checksum::Sum;
use crate::extension::{self, kind};
use crate::{Extensions, Fragment, IpHeader, Payloads};

/// Appends an IP header for `len` bytes of upper layer; with IPv6's extension headers and, of a
/// fragment, the fragment header.
///
/// # Source
/// RFC 791 §3.1; RFC 8200 §3 and §4.5. Of a mixed pair of addresses the destination's family counts.
pub(super) fn header(ip: &IpHeader, protocol: u8, len: usize, payloads: &Payloads, out: &mut Vec<u8>) {
    match ip.dst {
        IpAddr::V4(dst) => {
            let src = if let IpAddr::V4(a) = ip.src { a.octets() } else { [0; 4] };
            let at = out.len();
            out.extend_from_slice(&[0x45, ip.tos]);
            out.extend_from_slice(&((20 + len) as u16).to_be_bytes());
            out.extend_from_slice(&(ip.id as u16).to_be_bytes());
            let Fragment { offset, more } = ip.frag.unwrap_or(Fragment { offset: 0, more: false });
            let word = offset >> 3 | if more { 0x2000 } else { 0 } | if ip.df { 0x4000 } else { 0 };
            out.extend_from_slice(&word.to_be_bytes());
            out.extend_from_slice(&[ip.ttl, protocol, 0, 0]);
            out.extend_from_slice(&src);
            out.extend_from_slice(&dst.octets());
            let sum = out.get(at..).map_or(0, |header| Sum::default().bytes(header).finish());
            put(out, at + 10, sum);
        }
        IpAddr::V6(dst) => {
            let src = if let IpAddr::V6(a) = ip.src { a.octets() } else { [0; 16] };
            let (next, len) = if ip.frag.is_some() { (kind::FRAGMENT, len + 8) } else { (protocol, len) };
            let first = ip.ext.read(payloads).map_or(next, |(first, _)| first);
            let len = len + usize::from(ip.ext.len());
            out.extend_from_slice(&(0x6000_0000 | u32::from(ip.tos) << 20).to_be_bytes());
            out.extend_from_slice(&(len as u16).to_be_bytes());
            out.extend_from_slice(&[first, ip.ttl]);
            out.extend_from_slice(&src);
            out.extend_from_slice(&dst.octets());
            extensions(ip.ext, next, payloads, out);
            if let Some(Fragment { offset, more }) = ip.frag {
                out.extend_from_slice(&[protocol, 0]);
                out.extend_from_slice(&(offset & !7 | u16::from(more)).to_be_bytes());
                out.extend_from_slice(&ip.id.to_be_bytes());
            }
        }
    }
}

/// Appends extension headers; after the last one comes `next`.
fn extensions(ext: Extensions, next: u8, payloads: &Payloads, out: &mut Vec<u8>) {
    let mut last = out.len();
    for (number, bytes) in ext.iter(payloads) {
        last = out.len();
        let len = extension::len(number, bytes).unwrap_or(bytes.len()).min(bytes.len());
        out.extend_from_slice(bytes.get(..len).unwrap_or(bytes));
    }
    if let Some(field) = out.get_mut(last) {
        *field = next;
    }
}

/// Writes a 16-bit field at `at`, which was appended before.
pub(super) fn put(out: &mut [u8], at: usize, value: u16) {
    if let Some(field) = out.get_mut(at..at + 2) {
        field.copy_from_slice(&value.to_be_bytes());
    }
}
