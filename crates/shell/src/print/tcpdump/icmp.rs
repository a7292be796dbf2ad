//! ICMP.
//!
//! # Source
//! tcpdump 4.99.3, `print-icmp.c`: `icmp_print`. Of extensions (RFC 4884) only the first
//! line is printed.

use packetwalk_wire::checksum::Sum;
use packetwalk_wire::icmp::v4;
use packetwalk_wire::proto;

use super::dissect::{Cut, Dissect, Fields, Print, first};
use super::ip::{self, Network};
use super::put;

pub(super) fn print(d: &mut Dissect<'_>, network: &Network, b: &[u8], len: usize) -> Print {
    d.protocol = "icmp";
    let (ty, code) = (b.u8(0)?, b.u8(1)?);
    let text = match ty {
        v4::ECHO | v4::ECHO_REPLY => {
            let what = if ty == v4::ECHO { "request" } else { "reply" };
            format!("echo {what}, id {}, seq {}", b.u16(4)?, b.u16(6)?)
        }
        v4::DEST_UNREACH => unreachable(b, code)?,
        v4::REDIRECT => {
            let (dst, gateway) = (b.ipv4(24)?, b.ipv4(4)?);
            match code {
                0 => format!("redirect {dst} to net {gateway}"),
                1 => format!("redirect {dst} to host {gateway}"),
                2 => format!("redirect-tos {dst} to net {gateway}"),
                3 => format!("redirect-tos {dst} to host {gateway}"),
                _ => format!("redirect-#{code} {dst} to {gateway}"),
            }
        }
        9 => advertisement(b)?,
        v4::TIME_EXCEEDED => {
            Cut::printer(b.ipv4(24))?;
            match code {
                0 => "time exceeded in-transit".to_owned(),
                1 => "ip reassembly time exceeded".to_owned(),
                _ => format!("time exceeded-#{code}"),
            }
        }
        v4::PARAM_PROB if code == 0 => format!("parameter problem - octet {}", b.u8(4)?),
        v4::PARAM_PROB => format!("parameter problem - code {code}"),
        v4::ADDRESS_REPLY => format!("address mask is 0x{:08x}", b.u32(8)?),
        v4::TIMESTAMP => format!("time stamp query id {} seq {}", b.u16(4)?, b.u16(6)?),
        v4::TIMESTAMP_REPLY => format!(
            "time stamp reply id {} seq {}: org {}, recv {}, xmit {}",
            b.u16(4)?,
            b.u16(6)?,
            time_of_day(b.u32(8)?),
            time_of_day(b.u32(12)?),
            time_of_day(b.u32(16)?),
        ),
        v4::SOURCE_QUENCH => "source quench".to_owned(),
        10 => "router solicitation".to_owned(),
        v4::INFO_REQUEST => "information request".to_owned(),
        v4::INFO_REPLY => "information reply".to_owned(),
        v4::ADDRESS => "address mask request".to_owned(),
        _ => format!("type-#{ty}"),
    };
    put!(d.out, "ICMP {text}, length {len}");
    if !d.verbose(1) {
        return Ok(());
    }
    if let (false, Some(message)) = (network.fragmented, b.get(..len)) {
        let sum = Sum::default().bytes(message).finish();
        if sum != 0 {
            let field = b.u16(2)?;
            put!(d.out, " (wrong icmp cksum {field:x} (->{:x})!)", Network::should_be(field, sum));
        }
    }
    if matches!(ty, v4::DEST_UNREACH..=v4::REDIRECT | v4::TIME_EXCEEDED | v4::PARAM_PROB) {
        d.text("\n\t");
        let quoted = b.from(8)?;
        let total = usize::from(quoted.u16(2)?);
        match ip::print(d, first(quoted, total), total) {
            Err(Cut::Printer) => d.truncated(),
            other => other?,
        }
        d.protocol = "icmp";
        if len > EXTENSION && !matches!(ty, v4::SOURCE_QUENCH | v4::REDIRECT) {
            extension(d, b, len)?;
        }
    }
    Ok(())
}

/// Where RFC 4884's extension of an error begins.
const EXTENSION: usize = 136;

/// What follows a quote of 128 bytes is taken for an extension if it has its checksum. What one holds is
/// not printed: Linux sends none.
fn extension(d: &mut Dissect<'_>, b: &[u8], len: usize) -> Print {
    Cut::printer(b.array::<141>(0))?;
    let rest = b.get(EXTENSION..len);
    if b.u8(5)? == 0 && rest.is_some_and(|rest| Sum::default().bytes(rest).finish() != 0) {
        return Ok(());
    }
    let version = b.u8(EXTENSION)? >> 4;
    put!(d.out, "\n\tICMP Multi-Part extension v{version}");
    if version != 2 {
        d.text(" packet not supported");
    }
    Ok(())
}

fn unreachable(b: &[u8], code: u8) -> Print<String> {
    let dst = b.ipv4(24)?;
    Ok(match code {
        0 => format!("net {dst} unreachable"),
        1 => format!("host {dst} unreachable"),
        2 => format!("{dst} protocol {} unreachable", b.u8(17)?),
        3 => {
            let protocol = Cut::printer(b.u8(17))?;
            let header_len = usize::from(b.u8(8)? & 0xf) * 4;
            let port = b.u16(8 + header_len + 2)?;
            match protocol {
                proto::TCP => format!("{dst} tcp port {port} unreachable"),
                proto::UDP => format!("{dst} udp port {port} unreachable"),
                other => format!("{dst} protocol {other} port {port} unreachable"),
            }
        }
        4 => match b.u16(6)? {
            0 => format!("{dst} unreachable - need to frag"),
            mtu => format!("{dst} unreachable - need to frag (mtu {mtu})"),
        },
        5 => format!("{dst} unreachable - source route failed"),
        6 => format!("net {dst} unreachable - unknown"),
        7 => format!("host {dst} unreachable - unknown"),
        8 => format!("{dst} unreachable - source host isolated"),
        9 => format!("net {dst} unreachable - admin prohibited"),
        10 => format!("host {dst} unreachable - admin prohibited"),
        11 => format!("net {dst} unreachable - tos prohibited"),
        12 => format!("host {dst} unreachable - tos prohibited"),
        13 => format!("host {dst} unreachable - admin prohibited filter"),
        14 => format!("host {dst} unreachable - host precedence violation"),
        15 => format!("host {dst} unreachable - precedence cutoff"),
        _ => format!("{dst} unreachable - #{code}"),
    })
}

fn advertisement(b: &[u8]) -> Print<String> {
    let (count, size, lifetime) = (b.u8(4)?, b.u8(5)?, b.u16(6)?);
    let mut text = String::from("router advertisement lifetime ");
    match lifetime {
        0..60 => put!(&mut text, "{lifetime}"),
        60..3600 => put!(&mut text, "{}:{:02}", lifetime / 60, lifetime % 60),
        _ => put!(&mut text, "{}:{:02}:{:02}", lifetime / 3600, lifetime % 3600 / 60, lifetime % 60),
    }
    put!(&mut text, " {count}:");
    if size != 2 {
        put!(&mut text, " [size {size}]");
        return Ok(text);
    }
    for i in 0..usize::from(count) {
        put!(&mut text, " {{{} {}}}", b.ipv4(8 + 8 * i)?, b.u32(12 + 8 * i)?);
    }
    Ok(text)
}

/// Milliseconds since midnight.
fn time_of_day(ms: u32) -> String {
    let s = ms / 1000;
    format!("{:02}:{:02}:{:02}.{:03}", s / 3600, s / 60 % 60, s % 60, ms % 1000)
}
