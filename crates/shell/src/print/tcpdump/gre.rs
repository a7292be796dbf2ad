//! GRE, without source routes, and of PPTP's without what PPP carries.
//!
//! # Source
//! tcpdump 4.99.3, `print-gre.c`: `gre_print`.

use packetwalk_wire::emit::ethertype;

use super::dissect::{Cut, Dissect, Fields, Print};
use super::{ether, ip, ip6, put};

const CHECKSUM: u16 = 0x8000;
const KEY: u16 = 0x2000;
const SEQUENCE: u16 = 0x1000;
const ACK: u16 = 0x0080;
/// Transparent Ethernet bridging.
const ETHERNET: u16 = 0x6558;

pub(super) fn print(d: &mut Dissect<'_>, b: &[u8], len: usize) -> Print {
    d.protocol = "gre";
    let flags = Cut::printer(b.u16(0))?;
    let version = flags & 7;
    put!(d.out, "GREv{version}");
    let mut at = 4;
    let mut next = |b: &[u8], size: usize| {
        at += size;
        if size == 2 { b.u16(at - 2).map(u32::from) } else { b.u32(at - 4) }
    };
    if version > 1 {
        d.text(" ERROR: unknown-version");
        return Ok(());
    }
    let protocol = b.u16(2)?;
    if version == 0 && flags & CHECKSUM != 0 {
        let sum = next(b, 2)?;
        if d.verbose(1) {
            put!(d.out, ", sum 0x{sum:x}");
        }
        put!(d.out, ", off 0x{:x}", next(b, 2)?);
    }
    if flags & KEY != 0 {
        let key = next(b, 4)?;
        if version == 0 {
            put!(d.out, ", key=0x{key:x}");
        } else {
            put!(d.out, ", call {}", key & 0xffff);
        }
    }
    if flags & SEQUENCE != 0 {
        put!(d.out, ", seq {}", next(b, 4)?);
    }
    if version == 1 && flags & ACK != 0 {
        put!(d.out, ", ack {}", next(b, 4)?);
    }
    let empty = version == 1 && flags & SEQUENCE == 0;
    put!(d.out, "{}, length {len}", if empty { ", no-payload" } else { "" });
    if empty {
        return Ok(());
    }
    d.text(if d.verbose(1) { "\n\t" } else { ": " });
    let inner = b.from(at)?;
    let left = len.saturating_sub(at);
    match protocol {
        ethertype::IPV4 if version == 0 => ip::print(d, inner, left),
        ethertype::IPV6 if version == 0 => ip6::print(d, inner, left),
        ETHERNET if version == 0 => ether::ethernet(d, inner, left),
        _ => {
            put!(d.out, "gre-proto-0x{protocol:x}");
            Ok(())
        }
    }
}
