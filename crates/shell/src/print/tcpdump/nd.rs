//! Neighbour discovery and multicast listener discovery, parts of ICMPv6.
//!
//! # Source
//! tcpdump 4.99.3, `print-icmp6.c`: `icmp6_print`, `icmp6_opt_print`, `mld6_print`,
//! `mldv2_query_print`, `mldv2_report_print`.

use packetwalk_wire::icmp::v6;

use super::dissect::{Cut, Dissect, Fields, Print, bits, name};
use super::{hex, put};

/// Router and neighbour solicitation and advertisement, redirect.
pub(super) fn print(d: &mut Dissect<'_>, ty: u8, b: &[u8], len: usize) -> Print {
    let verbose = d.verbose(1);
    let header = match ty {
        v6::ROUTER_SOLICIT => 8,
        v6::ROUTER_ADVERT => {
            if verbose {
                advertisement(d, b)?;
            }
            16
        }
        v6::NEIGHBOUR_SOLICIT => {
            put!(d.out, ", who has {}", b.ipv6(8)?);
            24
        }
        v6::NEIGHBOUR_ADVERT => {
            put!(d.out, ", tgt is {}", b.ipv6(8)?);
            if verbose {
                let names = [(0x8000_0000, "router"), (0x4000_0000, "solicited"), (0x2000_0000, "override")];
                put!(d.out, ", Flags [{}]", bits(&names, b.u32(4)?, ", ", "none"));
            }
            24
        }
        _ => {
            put!(d.out, ", {} to {}", b.ipv6(24)?, b.ipv6(8)?);
            40
        }
    };
    if verbose { options(d, b.get(header..).unwrap_or_default(), len.saturating_sub(header)) } else { Ok(()) }
}

fn preference(flags: u8) -> &'static str {
    match flags >> 3 & 3 {
        0 => "medium",
        1 => "high",
        2 => "rsv",
        _ => "low",
    }
}

fn lifetime(seconds: u32) -> String {
    if seconds == u32::MAX { "infinity".to_owned() } else { format!("{seconds}s") }
}

fn advertisement(d: &mut Dissect<'_>, b: &[u8]) -> Print {
    let flags = b.u8(5)?;
    let names = [(0x80, "managed"), (0x40, "other stateful"), (0x20, "home agent"), (0x02, "ipv6 only")];
    put!(
        d.out,
        "\n\thop limit {}, Flags [{}], pref {}, router lifetime {}s, reachable time {}ms, retrans timer {}ms",
        b.u8(4)?,
        bits(&names, u32::from(flags), ", ", "none"),
        preference(flags),
        b.u16(6)?,
        b.u32(8)?,
        b.u32(12)?,
    );
    Ok(())
}

/// Options; those of mobile IP and of DNS search lists as unknown ones.
fn options(d: &mut Dissect<'_>, mut b: &[u8], mut left: usize) -> Print {
    #[rustfmt::skip]
    const NAMES: [(u8, &str); 10] = [
        (1, "source link-address"), (2, "destination link-address"), (3, "prefix info"),
        (4, "redirected header"), (5, "mtu"), (25, "rdnss"), (31, "dnssl"), (7, "advertisement interval"),
        (8, "homeagent information"), (24, "route info"),
    ];
    while !b.is_empty() {
        let ty = b.u8(0)?;
        let units = Cut::printer(b.u8(1))?;
        if left == 0 {
            return Ok(());
        }
        let len = usize::from(units) * 8;
        if len == 0 {
            return Err(Cut::Printer);
        }
        let option = b.get(..len).ok_or(Cut::Printer)?;
        let name = name(&NAMES, ty).unwrap_or("unknown");
        put!(d.out, "\n\t  {name} option ({ty}), length {len} ({units}): ");
        match ty {
            1 | 2 => {
                for (i, byte) in option.iter().skip(2).enumerate() {
                    put!(d.out, "{}{byte:02x}", if i == 0 { "" } else { ":" });
                }
            }
            3 => {
                let names = [(0x80, "onlink"), (0x40, "auto"), (0x20, "router")];
                put!(
                    d.out,
                    "{}/{}{}, Flags [{}], valid time {}, pref. time {}",
                    option.ipv6(16)?,
                    option.u8(2)?,
                    if units == 4 { "" } else { "badlen" },
                    bits(&names, u32::from(option.u8(3)?), ", ", "none"),
                    lifetime(option.u32(4)?),
                    lifetime(option.u32(8)?),
                );
            }
            4 => hex::hex(option, "\n\t    ", d.out),
            5 => put!(d.out, " {}{}", option.u32(4)?, if units == 1 { "" } else { "bad option length" }),
            25 => {
                put!(d.out, " lifetime {}s,", option.u32(4)?);
                for i in 0..usize::from(units - 1) / 2 {
                    put!(d.out, " addr: {}", option.ipv6(8 + 16 * i)?);
                }
            }
            _ if !d.verbose(2) => {
                hex::hex(option.from(2)?, "\n\t  ", d.out);
                return Ok(());
            }
            _ => {}
        }
        if d.verbose(2) {
            hex::hex(option.from(2)?, "\n\t    ", d.out);
        }
        b = b.from(len)?;
        left = left.saturating_sub(len);
    }
    Ok(())
}

/// Listener queries and reports.
pub(super) fn multicast(d: &mut Dissect<'_>, ty: u8, b: &[u8], len: usize) -> Print {
    match ty {
        143 => report(d, b, len),
        130 if len > 24 && len < 28 => {
            put!(d.out, " unknown-version (len {len}) ");
            Ok(())
        }
        130 if len >= 28 => query(d, b, len),
        130 if len < 24 => {
            put!(d.out, " unknown-version (len {len}) ");
            Ok(())
        }
        _ => {
            if b.len() >= 24 {
                put!(d.out, "max resp delay: {} addr: {}", b.u16(4)?, b.ipv6(8)?);
            }
            Ok(())
        }
    }
}

fn query(d: &mut Dissect<'_>, b: &[u8], len: usize) -> Print {
    d.text(" v2");
    let code = u32::from(b.u16(4)?);
    let delay = if code < 32768 { code } else { (code & 0x0fff | 0x1000) << (((code & 0x7000) >> 12) + 3) };
    if d.verbose(1) {
        put!(d.out, " [max resp delay={delay}]");
    }
    put!(d.out, " [gaddr {}", b.ipv6(8)?);
    if d.verbose(1) {
        let (flags, code) = (b.u8(24)?, u32::from(b.u8(25)?));
        if flags & 8 != 0 {
            d.text(" sflag");
        }
        if flags & 7 != 0 {
            put!(d.out, " robustness={}", flags & 7);
        }
        let interval = if code < 128 { code } else { (code & 0x0f | 0x10) << (((code & 0x70) >> 4) + 3) };
        put!(d.out, " qqi={interval}");
    }
    let sources = usize::from(b.u16(26)?);
    if sources > 0 && len < 28 + sources * 16 {
        d.text(" [invalid number of sources]");
    } else if sources > 0 {
        addresses(d, b.from(28)?, sources)?;
    }
    d.text("]");
    Ok(())
}

/// Sources: with `-vv` each, else how many.
fn addresses(d: &mut Dissect<'_>, b: &[u8], count: usize) -> Print {
    if d.verbose(2) {
        d.text(" {");
        for i in 0..count {
            put!(d.out, " {}", b.ipv6(16 * i)?);
        }
        d.text(" }");
    } else {
        put!(d.out, ", {count} source(s)");
    }
    Ok(())
}

fn report(d: &mut Dissect<'_>, b: &[u8], len: usize) -> Print {
    const KINDS: [(u8, &str); 6] =
        [(1, "is_in"), (2, "is_ex"), (3, "to_in"), (4, "to_ex"), (5, "allow"), (6, "block")];
    if len < 8 {
        put!(d.out, " [invalid len {len}]");
        return Ok(());
    }
    let groups = b.u16(6)?;
    put!(d.out, ", {groups} group record(s)");
    if !d.verbose(1) {
        return Ok(());
    }
    let mut at = 8;
    for _ in 0..groups {
        if len < at + 20 {
            d.text(" [invalid number of groups]");
            return Ok(());
        }
        put!(d.out, " [gaddr {}", b.ipv6(at + 4)?);
        let kind = b.u8(at)?;
        match name(&KINDS, kind) {
            Some(name) => put!(d.out, " {name}"),
            None => put!(d.out, "  [v2-report-#{kind}]"),
        }
        let sources = usize::from(b.u16(at + 2)?);
        if len < at + 20 + sources * 16 {
            put!(d.out, " [invalid number of sources {sources}]");
            return Ok(());
        }
        addresses(d, b.from(at + 20)?, sources)?;
        at += 20 + sources * 16;
        d.text("]");
    }
    Ok(())
}
