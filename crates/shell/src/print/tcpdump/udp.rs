//! UDP.
//!
//! # Source
//! tcpdump 4.99.3, `print-udp.c`: `udp_print`.

use packetwalk_wire::proto;

use super::dissect::{Dissect, Fields, Print, name};
use super::ip::Network;
use super::{domain, put, syslog, tftp, txtproto};

pub(super) fn print(d: &mut Dissect<'_>, network: &Network, b: &[u8], len: usize) -> Print {
    d.protocol = "udp";
    let (src, dst) = (network.src, network.dst);
    let own = network.next == proto::UDP;
    let Ok(dport) = b.u16(2) else {
        if own {
            put!(d.out, "{src} > {dst}: ");
        }
        d.truncated();
        return Ok(());
    };
    let sport = b.u16(0)?;
    if own {
        put!(d.out, "{src}.{sport} > {dst}.{dport}: ");
    } else {
        put!(d.out, "{sport} > {dport}: ");
    }
    let Some(mut len) = len.checked_sub(8) else {
        put!(d.out, "truncated-udp {len}");
        return Ok(());
    };
    let Ok(told) = b.u16(4) else {
        d.truncated();
        return Ok(());
    };
    let Some(told) = usize::from(told).checked_sub(8) else {
        put!(d.out, "truncated-udplength {told}");
        return Ok(());
    };
    len = len.min(told);
    let Some(data) = b.get(8..) else {
        d.truncated();
        return Ok(());
    };
    // IPv4's checksum only with -vv.
    let check = d.verbose(if src.is_ipv4() { 2 } else { 1 });
    if check && !d.style.no_checksums && !network.fragmented {
        let field = b.u16(6)?;
        if field == 0 && src.is_ipv4() {
            d.text("[no cksum] ");
        } else if let Some(datagram) = b.get(..len + 8) {
            match network.sum(proto::UDP, datagram) {
                0 => d.text("[udp sum ok] "),
                sum => {
                    let right = Network::should_be(field, sum);
                    put!(d.out, "[bad udp cksum 0x{field:04x} -> 0x{right:04x}!] ");
                }
            }
        }
    }
    let is = |port: u16| sport == port || dport == port;
    if d.style.quiet > 0 {
    } else if is(53) {
        return domain::print(d, data, len, domain::Over::Udp);
    } else if is(5353) {
        return domain::print(d, data, len, domain::Over::Multicast);
    } else if is(69) {
        tftp::print(d, data, len);
        return Ok(());
    } else if is(123) {
        return ntp(d, data, len);
    } else if is(5060) {
        return txtproto::print(d, "sip", Some(&txtproto::SIP), data, len);
    } else if is(514) {
        return syslog::print(d, data, len);
    }
    if told > len && !network.fragmented {
        put!(d.out, "UDP, bad length {told} > {len}");
    } else {
        put!(d.out, "UDP, length {told}");
    }
    Ok(())
}

/// `ntp_print`; with `-v`, too, only its first line.
fn ntp(d: &mut Dissect<'_>, b: &[u8], len: usize) -> Print {
    #[rustfmt::skip]
    const MODES: [(u8, &str); 8] = [
        (0, "unspecified"), (1, "symmetric active"), (2, "symmetric passive"), (3, "Client"),
        (4, "Server"), (5, "Broadcast"), (6, "Control Message"), (7, "Reserved"),
    ];
    d.protocol = "ntp";
    let status = b.u8(0)?;
    let mode = name(&MODES, status & 7).unwrap_or("Unknown mode");
    put!(d.out, "NTPv{}, {mode}, length {len}", status >> 3 & 7);
    Ok(())
}
