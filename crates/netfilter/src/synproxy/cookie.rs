//! Sequence numbers that say what a client's SYN asked for.

use packetwalk_wire::{Family, Instant, Packet, Tcp};

use crate::nat::jhash::{jhash2, words};

/// Bits of a cookie below its time.
const BITS: u32 = 24;
const MASK: u32 = (1 << BITS) - 1;
/// A cookie is good for so many minutes.
const MOST_AGE: u32 = 2;

/// Segment sizes that a cookie can tell.
///
/// # Source
/// Linux v6.18, `net/ipv4/syncookies.c`, `net/ipv6/syncookies.c`: `msstab`.
const fn sizes(family: Family) -> [u16; 4] {
    match family {
        Family::V4 => [536, 1300, 1440, 1460],
        Family::V6 => [1220, 1420, 1440, 8940],
    }
}

/// Minutes since boot (`tcp_cookie_time`).
const fn minutes(now: Instant) -> u32 {
    (now.0 / 60_000_000_000) as u32
}

/// Differs: the kernel's hash is another one, and its key is random.
fn hash(packet: &Packet, tcp: &Tcp, count: u32, round: u32) -> u32 {
    let ports = u32::from(tcp.sport) << 16 | u32::from(tcp.dport);
    let [a, b, c, d] = words(packet.ip.src);
    let [e, f, g, h] = words(packet.ip.dst);
    jhash2(&[a, b, c, d, e, f, g, h, ports, count], round)
}

/// The cookie for a SYN with this segment size.
///
/// # Source
/// Linux v6.18, `net/ipv4/syncookies.c`: `secure_tcp_syn_cookie`, `__cookie_v4_init_sequence`.
pub(super) fn make(packet: &Packet, syn: &Tcp, mss: u16, now: Instant) -> u32 {
    let table = sizes(packet.family());
    let data = table.iter().rposition(|&size| size <= mss).unwrap_or(0) as u32;
    let count = minutes(now);
    let low = hash(packet, syn, count, 1).wrapping_add(data) & MASK;
    hash(packet, syn, 0, 0).wrapping_add(syn.seq).wrapping_add(count << BITS).wrapping_add(low)
}

/// The segment size that an ACK's cookie tells; `None` when it is none, or too old.
///
/// # Source
/// Linux v6.18, `net/ipv4/syncookies.c`: `check_tcp_syn_cookie`, `__cookie_v4_check`.
pub(super) fn check(packet: &Packet, ack: &Tcp, now: Instant) -> Option<u16> {
    let count = minutes(now);
    let seq = ack.seq.wrapping_sub(1);
    let cookie = ack.ack.wrapping_sub(1).wrapping_sub(hash(packet, ack, 0, 0)).wrapping_sub(seq);
    let age = count.wrapping_sub(cookie >> BITS) & (u32::MAX >> BITS);
    if age >= MOST_AGE {
        return None;
    }
    let data = cookie.wrapping_sub(hash(packet, ack, count.wrapping_sub(age), 1)) & MASK;
    sizes(packet.family()).get(usize::try_from(data).ok()?).copied()
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use packetwalk_wire::{IpHeader, Payload, TcpFlags, TcpOptions, Transport};

    use super::*;

    /// Linux v6.18, `net/ipv4/syncookies.c`: a cookie tells the next smaller size of the table, for two minutes.
    #[test]
    fn a_cookie_tells_its_size() {
        let at = |seconds: u64| Instant(seconds * 1_000_000_000);
        for (src, dst, mss, told) in [
            ("10.0.0.1", "10.0.0.2", 0, 536),
            ("10.0.0.1", "10.0.0.2", 1459, 1440),
            ("10.0.0.1", "10.0.0.2", 9000, 1460),
            ("fd00::1", "fd00::2", 1439, 1420),
            ("fd00::1", "fd00::2", 9000, 8940),
        ] {
            let [src, dst] = [src, dst].map(|a| a.parse::<IpAddr>().unwrap());
            let syn = Tcp {
                sport: 40000,
                dport: 80,
                seq: 0xffff_fff0,
                ack: 0,
                flags: TcpFlags::SYN,
                window: 0,
                options: TcpOptions::default(),
            };
            let ip = IpHeader::new(src, dst);
            let packet = Packet { ip, transport: Transport::Tcp(syn), payload: Payload::EMPTY };
            let cookie = make(&packet, &syn, mss, at(50));
            let ack = Tcp { seq: syn.seq.wrapping_add(1), ack: cookie.wrapping_add(1), ..syn };
            assert_eq!(check(&packet, &ack, at(50)), Some(told));
            assert_eq!(check(&packet, &ack, at(119)), Some(told));
            assert_eq!(check(&packet, &ack, at(120)), None);
            let wrong = Tcp { ack: ack.ack.wrapping_add(77), ..ack };
            assert_eq!(check(&packet, &wrong, at(50)), None);
            let wrong = Tcp { dport: 81, ..ack };
            assert_eq!(check(&packet, &wrong, at(50)), None);
        }
    }
}
