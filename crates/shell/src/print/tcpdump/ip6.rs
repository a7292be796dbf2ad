//! IPv6.
//!
//! # Source
//! tcpdump 4.99.3, `print-ip6.c`: `ip6_print`; `print-frag6.c`. Extension headers other than Fragment are
//! not in the packets of this simulator.

use packetwalk_wire::proto;

use super::dissect::{Cut, Dissect, Fields, Print, first, name};
use super::ip::{self, Network, PROTOCOLS};
use super::put;

pub(super) fn print(d: &mut Dissect<'_>, b: &[u8], len: usize) -> Print {
    d.protocol = "ip6";
    Cut::printer(b.array::<40>(0))?;
    if !d.style.link {
        d.text("IP6 ");
    }
    let payload_len = usize::from(b.u16(4)?);
    let total = if payload_len == 0 { len + 40 } else { payload_len + 40 };
    if payload_len != 0 && len < total {
        put!(d.out, "truncated-ip6 - {} bytes missing!", total - len);
    }
    let next = b.u8(6)?;
    if d.verbose(1) {
        let flow = b.u32(0)?;
        d.text("(");
        if flow & 0x0ff0_0000 != 0 {
            put!(d.out, "class 0x{:02x}, ", (flow & 0x0ff0_0000) >> 20);
        }
        if flow & 0x000f_ffff != 0 {
            put!(d.out, "flowlabel 0x{:05x}, ", flow & 0x000f_ffff);
        }
        let next_name = name(&PROTOCOLS, next).unwrap_or("unknown");
        put!(d.out, "hlim {}, next-header {next_name} ({next}) payload length: {payload_len}) ", b.u8(7)?);
    }
    let b = first(b, total);
    let (src, dst) = (b.ipv6(8)?, b.ipv6(24)?);
    let mut network = Network { src: src.into(), dst: dst.into(), next, fragmented: false };
    let b = b.from(40)?;
    if payload_len != 0 && b.is_empty() {
        return Ok(());
    }
    if !matches!(next, proto::TCP | proto::UDP | proto::SCTP | 33) {
        put!(d.out, "{src} > {dst}: ");
    }
    if next != 44 {
        return ip::upper(d, &network, next, b, payload_len);
    }
    d.protocol = "frag6";
    let (next, word) = (b.u8(0)?, b.u16(2)?);
    let (offset, len) = (word & 0xfff8, payload_len.saturating_sub(8));
    if d.verbose(1) {
        put!(d.out, "frag (0x{:08x}:{offset}|{len})", b.u32(4)?);
    } else {
        put!(d.out, "frag ({offset}|{len})");
    }
    let b = b.from(8)?;
    if offset != 0 {
        return Ok(());
    }
    d.text(" ");
    if b.is_empty() {
        return Ok(());
    }
    network.fragmented = true;
    ip::upper(d, &network, next, b, len)
}
