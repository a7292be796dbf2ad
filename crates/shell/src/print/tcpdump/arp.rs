//! ARP.
//!
//! # Source
//! tcpdump 4.99.3, `print-arp.c`: `arp_print`.

use packetwalk_wire::Mac;

use super::dissect::{Dissect, Fields, Print};
use super::put;

pub(super) fn print(d: &mut Dissect<'_>, b: &[u8], len: usize) -> Print {
    d.protocol = "arp";
    let op = b.u16(6)?;
    let (sender_mac, sender, target_mac, target) = (b.mac(8)?, b.ipv4(14)?, b.mac(18)?, b.ipv4(24)?);
    if !d.style.link {
        d.text("ARP, ");
    }
    if d.verbose(1) {
        d.text("Ethernet (len 6), IPv4 (len 4), ");
    }
    if op == 1 {
        put!(d.out, "Request who-has {target}");
        if target_mac != Mac::ZERO {
            put!(d.out, " ({target_mac})");
        }
        put!(d.out, " tell {sender}");
    } else {
        put!(d.out, "Reply {sender} is-at {sender_mac}");
    }
    put!(d.out, ", length {len}");
    Ok(())
}
