//! ICMPv6.
//!
//! # Source
//! tcpdump 4.99.3, `print-icmp6.c`: `icmp6_print`. Router renumbering, node information, home agent
//! discovery and RPL are not decoded.

use packetwalk_wire::icmp::v6;
use packetwalk_wire::proto;

use super::dissect::{Cut, Dissect, Fields, Print, name};
use super::ip::Network;
use super::{hex, nd, put};

/// `icmp6_type_values`.
#[rustfmt::skip]
const TYPES: [(u8, &str); 27] = [
    (1, "destination unreachable"), (2, "packet too big"), (3, "time exceeded in-transit"),
    (4, "parameter problem"), (128, "echo request"), (129, "echo reply"),
    (130, "multicast listener query"), (131, "multicast listener report"), (132, "multicast listener done"),
    (133, "router solicitation"), (134, "router advertisement"), (135, "neighbor solicitation"),
    (136, "neighbor advertisement"), (137, "redirect"), (138, "router renumbering"),
    (139, "node information query"), (140, "node information reply"),
    (141, "inverse neighbor solicitation"), (142, "inverse neighbor advertisement"),
    (143, "multicast listener report v2"), (144, "ha discovery request"), (145, "ha discovery reply"),
    (146, "mobile router solicitation"), (147, "mobile router advertisement"),
    (155, "RPL"), (200, "mtrace response"), (201, "mtrace message"),
];

pub(super) fn print(d: &mut Dissect<'_>, network: &Network, b: &[u8], len: usize) -> Print {
    d.protocol = "icmp6";
    if len == 0 {
        d.text("ICMP6, length 0");
        d.invalid();
        return Ok(());
    }
    if d.verbose(1)
        && !network.fragmented
        && let Some(message) = b.get(..len)
    {
        match network.sum(proto::ICMPV6, message) {
            0 => d.text("[icmp6 sum ok] "),
            sum => {
                let field = b.u16(2)?;
                let right = Network::should_be(field, sum);
                put!(d.out, "[bad icmp6 cksum 0x{field:04x} -> 0x{right:04x}!] ");
            }
        }
    }
    let ty = b.u8(0)?;
    match name(&TYPES, ty) {
        Some(name) if !name.is_empty() => put!(d.out, "ICMP6, {name}"),
        _ => put!(d.out, "ICMP6, unknown icmp6 type ({ty})"),
    }
    if d.verbose(1) && matches!(ty, 133..=137 | 145 | 147) {
        put!(d.out, ", length {len}");
    }
    let code = b.u8(1)?;
    match ty {
        v6::DEST_UNREACH => {
            if unreachable(d, b, code)? {
                return Ok(());
            }
        }
        v6::PKT_TOOBIG => put!(d.out, ", mtu {}", b.u32(4)?),
        v6::TIME_EXCEEDED => match code {
            0 => put!(d.out, " for {}", b.ipv6(32)?),
            1 => d.text(" (reassembly)"),
            _ => put!(d.out, ", unknown code ({code})"),
        },
        v6::PARAM_PROB => {
            Cut::printer(b.ipv6(32))?;
            let octet = b.u32(4)?;
            match code {
                0 => put!(d.out, ", erroneous - octet {octet}"),
                1 => put!(d.out, ", next header - octet {octet}"),
                2 => put!(d.out, ", option - octet {octet}"),
                3 => put!(d.out, ", incomplete header chain - octet {octet}"),
                _ => put!(d.out, ", code-#{code}"),
            }
        }
        v6::ECHO | v6::ECHO_REPLY => put!(d.out, ", id {}, seq {}", b.u16(4)?, b.u16(6)?),
        130..=132 | 143 => nd::multicast(d, ty, b, len)?,
        v6::ROUTER_SOLICIT..=v6::REDIRECT => nd::print(d, ty, b, len)?,
        141 | 142 => {}
        144 | 146 => put!(d.out, ", id 0x{:04x}", b.u16(4)?),
        _ => {
            put!(d.out, ", length {len}");
            if !d.verbose(2) {
                hex::hex(b, "\n\t", d.out);
            }
            return Ok(());
        }
    }
    if !d.verbose(1) {
        put!(d.out, ", length {len}");
    }
    Ok(())
}

/// True when the line is complete.
fn unreachable(d: &mut Dissect<'_>, b: &[u8], code: u8) -> Print<bool> {
    match code {
        0 => put!(d.out, ", unreachable route {}", b.ipv6(32)?),
        1 => put!(d.out, ",  unreachable prohibited {}", b.ipv6(32)?),
        2 => put!(d.out, ", beyond scope {}, source address {}", b.ipv6(32)?, b.ipv6(16)?),
        3 => put!(d.out, ", unreachable address {}", b.ipv6(32)?),
        4 => {
            d.text(", unreachable port");
            let Some((protocol, port)) = upper_layer(b.from(8)?) else { return Err(Cut::Printer) };
            let dst = b.ipv6(32)?;
            let name = if protocol == proto::TCP { "tcp" } else { "udp" };
            put!(d.out, ", {dst} {name} port {port}");
        }
        _ => {
            put!(d.out, ", unknown unreach code ({code})");
            if !d.verbose(2) {
                hex::hex(b, "\n\t", d.out);
                return Ok(true);
            }
        }
    }
    Ok(false)
}

/// Protocol and destination port of a quoted TCP or UDP packet (`get_upperlayer`).
fn upper_layer(b: &[u8]) -> Option<(u8, u16)> {
    let (mut next, mut at) = (b.u8(6).ok()?, 40);
    if next == 44 {
        if b.u16(at + 2).ok()? & 0xfff8 != 0 {
            return None;
        }
        (next, at) = (b.u8(at).ok()?, at + 8);
    }
    matches!(next, proto::TCP | proto::UDP).then_some((next, b.u16(at + 2).ok()?))
}
