//! IGMP.
//!
//! # Source
//! tcpdump 4.99.3, `print-igmp.c`: `igmp_print`. DVMRP, PIMv1 and mtrace are not decoded.

use packetwalk_wire::checksum::Sum;

use super::dissect::{Dissect, Fields, Print, name};
use super::put;

pub(super) fn print(d: &mut Dissect<'_>, b: &[u8], len: usize) -> Print {
    d.protocol = "igmp";
    if d.style.quiet > 0 {
        d.text("igmp");
        return Ok(());
    }
    match b.u8(0)? {
        0x11 => query(d, b, len)?,
        0x12 => {
            put!(d.out, "igmp v1 report {}", b.ipv4(4)?);
            if len != 8 {
                put!(d.out, " [len {len}]");
            }
        }
        0x16 => put!(d.out, "igmp v2 report {}", b.ipv4(4)?),
        0x17 => put!(d.out, "igmp leave {}", b.ipv4(4)?),
        0x22 => report(d, b, len)?,
        ty => put!(d.out, "igmp-{ty}"),
    }
    if let (true, Some(message)) = (d.verbose(1) && len >= 4, b.get(..len))
        && Sum::default().bytes(message).finish() != 0
    {
        put!(d.out, " bad igmp cksum {:x}!", b.u16(2)?);
    }
    Ok(())
}

fn query(d: &mut Dissect<'_>, b: &[u8], len: usize) -> Print {
    d.text("igmp query");
    let code = b.u8(1)?;
    if len < 12 {
        match code {
            0 => d.text(" v1"),
            100 => d.text(" v2"),
            _ => put!(d.out, " v2 [max resp time {code}]"),
        }
        if b.u32(4)? != 0 {
            put!(d.out, " [gaddr {}]", b.ipv4(4)?);
        }
        if len != 8 {
            put!(d.out, " [len {len}]");
        }
        return Ok(());
    }
    d.text(" v3");
    if len & 3 != 0 {
        put!(d.out, " [invalid len {len}]");
        return Ok(());
    }
    if code != 100 {
        let code = u32::from(code);
        let tenths = if code < 128 { code } else { (code & 0x0f | 0x10) << (((code & 0x70) >> 4) + 3) };
        d.text(" [max resp time ");
        if tenths < 600 {
            put!(d.out, "{}.{}s", tenths / 10, tenths % 10);
        } else {
            relative(d.out, tenths / 10);
        }
        d.text("]");
    }
    if b.u32(4)? == 0 {
        return Ok(());
    }
    put!(d.out, " [gaddr {}", b.ipv4(4)?);
    let sources = usize::from(b.u16(10)?);
    if sources > 0 && len < 12 + sources * 4 {
        d.text(" [invalid number of sources]");
    } else if sources > 0 {
        addresses(d, b.from(12)?, sources)?;
    }
    d.text("]");
    Ok(())
}

fn addresses(d: &mut Dissect<'_>, b: &[u8], count: usize) -> Print {
    if d.verbose(2) {
        d.text(" {");
        for i in 0..count {
            put!(d.out, " {}", b.ipv4(4 * i)?);
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
    d.text("igmp v3 report");
    if len < 16 || len & 3 != 0 {
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
        if len < at + 8 {
            d.text(" [invalid number of groups]");
            return Ok(());
        }
        put!(d.out, " [gaddr {}", b.ipv4(at + 4)?);
        let kind = b.u8(at)?;
        match name(&KINDS, kind) {
            Some(name) => put!(d.out, " {name}"),
            None => put!(d.out, "  [v3-report-#{kind}]"),
        }
        let sources = usize::from(b.u16(at + 2)?);
        if len < at + 8 + sources * 4 {
            put!(d.out, " [invalid number of sources {sources}]");
            return Ok(());
        }
        addresses(d, b.from(at + 8)?, sources)?;
        at += 8 + sources * 4;
        d.text("]");
    }
    Ok(())
}

/// `unsigned_relts_print`: `1d2h` and so on.
pub(super) fn relative(out: &mut String, mut seconds: u32) {
    if seconds == 0 {
        out.push_str("0s");
    }
    for (unit, name) in [(31_536_000, "y"), (604_800, "w"), (86_400, "d"), (3600, "h"), (60, "m"), (1, "s")] {
        if seconds >= unit {
            put!(out, "{}{name}", seconds / unit);
            seconds %= unit;
        }
    }
}
