//! The words for ICMP messages.

use std::net::Ipv4Addr;

use packetwalk_wire::{Family, Quoted, checksum, icmp};

use crate::tools::clib::Stdout;

/// iputils 20221126, `ping/ping.c`: `pr_icmph`.
pub(super) fn print4(out: &mut Stdout, (ty, code): (u8, u8), info: u32) {
    match ty {
        icmp::v4::DEST_UNREACH => match code {
            4 => writeln!(out, "Frag needed and DF set (mtu = {info})"),
            _ => match UNREACHABLE.get(usize::from(code)) {
                Some(text) => writeln!(out, "{text}"),
                None => writeln!(out, "Dest Unreachable, Bad Code: {code}"),
            },
        },
        icmp::v4::SOURCE_QUENCH => writeln!(out, "Source Quench"),
        icmp::v4::REDIRECT => {
            match code {
                0 => write!(out, "Redirect Network"),
                1 => write!(out, "Redirect Host"),
                2 => write!(out, "Redirect Type of Service and Network"),
                3 => write!(out, "Redirect Type of Service and Host"),
                _ => write!(out, "Redirect, Bad Code: {code}"),
            }
            writeln!(out, "(New nexthop: {})", Ipv4Addr::from(info));
        }
        icmp::v4::TIME_EXCEEDED => match code {
            0 => writeln!(out, "Time to live exceeded"),
            1 => writeln!(out, "Frag reassembly time exceeded"),
            _ => writeln!(out, "Time exceeded, Bad Code: {code}"),
        },
        icmp::v4::PARAM_PROB => writeln!(out, "Parameter problem: pointer = {info}"),
        _ => writeln!(out, "Bad ICMP type: {ty}"),
    }
}

const UNREACHABLE: [&str; 16] = [
    "Destination Net Unreachable",
    "Destination Host Unreachable",
    "Destination Protocol Unreachable",
    "Destination Port Unreachable",
    "",
    "Source Route Failed",
    "Destination Net Unknown",
    "Destination Host Unknown",
    "Source Host Isolated",
    "Destination Net Prohibited",
    "Destination Host Prohibited",
    "Destination Net Unreachable for Type of Service",
    "Destination Host Unreachable for Type of Service",
    "Packet filtered",
    "Precedence Violation",
    "Precedence Cutoff",
];

/// iputils 20221126, `ping/ping6_common.c`: `print_icmp`.
pub(super) fn print6(out: &mut Stdout, (ty, code): (u8, u8), info: u32) {
    match ty {
        icmp::v6::DEST_UNREACH => {
            write!(out, "Destination unreachable: ");
            match code {
                0 => writeln!(out, "No route"),
                1 => writeln!(out, "Administratively prohibited"),
                2 => writeln!(out, "Beyond scope of source address"),
                3 => writeln!(out, "Address unreachable"),
                4 => writeln!(out, "Port unreachable"),
                _ => writeln!(out, "Unknown code {code}"),
            }
        }
        icmp::v6::PKT_TOOBIG if code == 0 => writeln!(out, "Packet too big: mtu={info}"),
        icmp::v6::PKT_TOOBIG => writeln!(out, "Packet too big: mtu={info}, code={code}"),
        icmp::v6::TIME_EXCEEDED => match code {
            0 => writeln!(out, "Time exceeded: Hop limit"),
            1 => writeln!(out, "Time exceeded: Defragmentation failure"),
            _ => writeln!(out, "Time exceeded: code {code}"),
        },
        icmp::v6::PARAM_PROB => {
            write!(out, "Parameter problem: ");
            match code {
                0 => write!(out, "Wrong header field "),
                1 => write!(out, "Unknown header "),
                2 => write!(out, "Unknown option "),
                _ => write!(out, "code {code} "),
            }
            writeln!(out, "at {info}");
        }
        _ => writeln!(out, "unknown icmp type: {ty}"),
    }
}

/// The quoted header as `-v` dumps it, its words in the byte order of the machine that recorded them.
///
/// # Source
/// iputils 20221126, `ping/ping.c`: `pr_iph`, on a little-endian machine.
pub(super) fn print_header(out: &mut Stdout, quoted: &Quoted) {
    let ip = &quoted.ip;
    let (std::net::IpAddr::V4(src), std::net::IpAddr::V4(dst)) = (ip.src, ip.dst) else { return };
    debug_assert_eq!(ip.family(), Family::V4);
    let more = ip.frag.is_some_and(|f| f.more);
    let offset = ip.frag.map_or(0, |f| f.offset / 8);
    let frag = u16::from(ip.df) << 14 | u16::from(more) << 13 | offset;
    let mut header = [0u8; 20];
    header[0] = 0x45;
    header[1] = ip.tos;
    header[2..4].copy_from_slice(&quoted.total_len.to_be_bytes());
    header[4..6].copy_from_slice(&(ip.id as u16).to_be_bytes());
    header[6..8].copy_from_slice(&frag.to_be_bytes());
    header[8] = ip.ttl;
    header[9] = quoted.protocol();
    header[12..16].copy_from_slice(&src.octets());
    header[16..20].copy_from_slice(&dst.octets());
    let sum = checksum::Sum::default().bytes(&header).finish();
    let frag = frag.swap_bytes();
    writeln!(out, "Vr HL TOS  Len   ID Flg  off TTL Pro  cks      Src      Dst Data");
    write!(
        out,
        " 4  5  {:02x} {:04x} {:04x}",
        ip.tos,
        quoted.total_len.swap_bytes(),
        (ip.id as u16).swap_bytes()
    );
    write!(out, "   {:1x} {:04x}", (frag & 0xe000) >> 13, frag & 0x1fff);
    write!(out, "  {:02x}  {:02x} {:04x}", ip.ttl, quoted.protocol(), sum.swap_bytes());
    writeln!(out, " {src}  {dst} ");
}
