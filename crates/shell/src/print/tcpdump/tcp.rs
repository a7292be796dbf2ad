//! TCP.
//!
//! # Source
//! tcpdump 4.99.3, `print-tcp.c`: `tcp_print`.

use std::net::IpAddr;

use packetwalk_wire::{proto, sorted::Map};

use super::dissect::{Cut, Dissect, Fields, Print, bits, first};
use super::ip::Network;
use super::{domain, put, resp, ssh, txtproto};

/// The first sequence numbers seen of each conversation, of the end with the lower port and of the other.
#[derive(Clone, Debug, Default)]
pub(super) struct Flows(Map<(IpAddr, u16, IpAddr, u16), (u32, u32)>);

impl Flows {
    /// Sequence and acknowledgement relative to the conversation's beginning (`tcp_seq_hash`). The first
    /// segment seen, and each SYN, begins it and stays absolute.
    fn relative(
        &mut self,
        (src, sport): (IpAddr, u16),
        (dst, dport): (IpAddr, u16),
        syn: bool,
        seq: u32,
        ack: u32,
    ) -> (u32, u32) {
        let reverse = (sport, src) > (dport, dst);
        let key = if reverse { (dst, dport, src, sport) } else { (src, sport, dst, dport) };
        match self.0.get(&key) {
            Some(&(low, high)) if !syn => {
                if reverse {
                    (seq.wrapping_sub(high), ack.wrapping_sub(low))
                } else {
                    (seq.wrapping_sub(low), ack.wrapping_sub(high))
                }
            }
            _ => {
                let ack_base = ack.wrapping_sub(1);
                self.0.insert(key, if reverse { (ack_base, seq) } else { (seq, ack_base) });
                (seq, ack)
            }
        }
    }
}

/// `tcp_flag_values`.
#[rustfmt::skip]
const FLAGS: [(u32, &str); 8] = [
    (0x01, "F"), (0x02, "S"), (0x04, "R"), (0x08, "P"), (0x10, "."), (0x20, "U"), (0x40, "E"), (0x80, "W"),
];

pub(super) fn print(d: &mut Dissect<'_>, network: &Network, b: &[u8], len: usize) -> Print {
    d.protocol = "tcp";
    let (src, dst) = (network.src, network.dst);
    let Ok(dport) = b.u16(2) else {
        put!(d.out, "{src} > {dst}:");
        return Err(Cut::Printer);
    };
    let sport = b.u16(0)?;
    if network.next == proto::TCP {
        put!(d.out, "{src}.{sport} > {dst}.{dport}: ");
    } else {
        put!(d.out, "{sport} > {dport}: ");
    }
    Cut::printer(b.array::<20>(0))?;
    let header_len = usize::from(b.u8(12)? >> 4) * 4;
    if header_len < 20 {
        let len = (len as u32).wrapping_sub(header_len as u32);
        put!(d.out, " tcp {len} [bad hdr length {header_len} - too short, < 20]");
        return Ok(());
    }
    let flags = b.u8(13)?;
    let (syn, ack_flag) = (flags & 0x02 != 0, flags & 0x10 != 0);
    if d.style.quiet > 0 {
        put!(d.out, "tcp {}", (len as u32).wrapping_sub(header_len as u32));
        if header_len > len {
            put!(d.out, " [bad hdr length {header_len} - too long, > {len}]");
        }
        return Ok(());
    }
    put!(d.out, "Flags [{}]", bits(&FLAGS, u32::from(flags), "", "none"));
    let (mut seq, mut ack) = (b.u32(4)?, b.u32(8)?);
    if !d.style.absolute && ack_flag {
        (seq, ack) = d.flows.relative((src, sport), (dst, dport), syn, seq, ack);
    }
    if header_len > len {
        put!(d.out, " [bad hdr length {header_len} - too long, > {len}]");
        return Ok(());
    }
    if d.verbose(1)
        && !d.style.no_checksums
        && !network.fragmented
        && let Some(segment) = b.get(..len)
    {
        let (field, sum) = (b.u16(16)?, network.sum(proto::TCP, segment));
        put!(d.out, ", cksum 0x{field:04x}");
        if sum == 0 {
            d.text(" (correct)");
        } else {
            put!(d.out, " (incorrect -> 0x{:04x})", Network::should_be(field, sum));
        }
    }
    let data = len - header_len;
    if d.verbose(2) || data > 0 || flags & 0x07 != 0 {
        put!(d.out, ", seq {seq}");
        if data > 0 {
            put!(d.out, ":{}", seq.wrapping_add(data as u32));
        }
    }
    if ack_flag {
        put!(d.out, ", ack {ack}");
    }
    put!(d.out, ", win {}", b.u16(14)?);
    if flags & 0x20 != 0 {
        put!(d.out, ", urg {}", b.u16(18)?);
    }
    if header_len > 20 {
        options(d, first(b.from(20)?, header_len - 20), header_len - 20)?;
    }
    put!(d.out, ", length {data}");
    if data == 0 {
        return Ok(());
    }
    let Some(b) = b.get(header_len..) else {
        put!(d.out, " [remaining caplen({}) < header length({header_len})]", b.len());
        return Err(Cut::Line);
    };
    if flags & 0x04 != 0 && d.verbose(1) {
        reset_data(d, b, data);
        return Ok(());
    }
    payload(d, sport, dport, b, data)
}

/// Options, those that Linux sends.
fn options(d: &mut Dissect<'_>, b: &[u8], len: usize) -> Print {
    d.text(", options [");
    let mut at = 0;
    let mut separator = "";
    while at < len {
        d.text(separator);
        separator = ",";
        let kind = b.u8(at)?;
        if kind <= 1 {
            d.text(if kind == 0 { "eol" } else { "nop" });
            at += 1;
            if kind == 0 {
                break;
            }
            continue;
        }
        let size = usize::from(b.u8(at + 1)?);
        if size < 2 || size > len - at {
            d.text("[bad opt]]");
            return Ok(());
        }
        match (kind, size) {
            (2, 4) => put!(d.out, "mss {}", Cut::printer(b.u16(at + 2))?),
            (3, 3) => put!(d.out, "wscale {}", b.u8(at + 2)?),
            (4, 2) => d.text("sackOK"),
            (8, 10) => put!(d.out, "TS val {} ecr {}", b.u32(at + 2)?, b.u32(at + 6)?),
            _ => {
                put!(d.out, "unknown-{kind}");
                for i in 2..size {
                    put!(d.out, "{}{:02x}", if i == 2 { " 0x" } else { "" }, b.u8(at + i)?);
                }
            }
        }
        at += size;
    }
    d.text("]");
    Ok(())
}

/// `print_tcp_rst_data`: at most 30 characters.
fn reset_data(d: &mut Dissect<'_>, b: &[u8], len: usize) {
    d.text(if b.len() >= len { " [RST" } else { " [!RST" });
    if len > 30 {
        d.text("+");
    }
    d.text(" ");
    d.chars(b, len.min(30));
    d.text("]");
}

/// Payloads that tcpdump decodes by port, in its order.
fn payload(d: &mut Dissect<'_>, sport: u16, dport: u16, b: &[u8], len: usize) -> Print {
    fn text(
        d: &mut Dissect<'_>,
        protocol: &'static str,
        commands: Option<&[&str]>,
        b: &[u8],
        len: usize,
    ) -> Print {
        d.text(": ");
        txtproto::print(d, protocol, commands, b, len)
    }
    let is = |ports: &[u16]| ports.contains(&sport) || ports.contains(&dport);
    if is(&[23]) {
        // Commands (byte 255) are not decoded.
        d.protocol = "telnet";
        b.u8(0).map(|_| ())
    } else if is(&[25]) {
        text(d, "smtp", None, b, len)
    } else if is(&[43]) {
        text(d, "whois", None, b, len)
    } else if is(&[179, 1723]) {
        Ok(())
    } else if is(&[6379]) {
        resp::print(d, b, len);
        Ok(())
    } else if is(&[22]) {
        ssh::print(d, b, len)
    } else if is(&[10288, 6633, 6653]) {
        Ok(())
    } else if is(&[21]) {
        text(d, "ftp", None, b, len)
    } else if is(&[80, 8080]) {
        text(d, "http", Some(&txtproto::HTTP), b, len)
    } else if is(&[554, 8554]) {
        text(d, "rtsp", Some(&txtproto::RTSP), b, len)
    } else if is(&[53]) {
        domain::print(d, b, len, domain::Over::Tcp)
    } else {
        Ok(())
    }
}
