//! Packets as lines of the kernel's log.

mod ipv4;
mod ipv6;
mod transport;

use std::fmt::Write as _;

use packetwalk_trace::Hook;
use packetwalk_wire::{Family, IfIndex, Mac, Skb};

use crate::context::Cx;
use crate::env::{HookState, Host};

/// `NF_LOG_TCPSEQ`: sequence numbers.
pub const TCPSEQ: u8 = 1;
/// `NF_LOG_TCPOPT`: TCP options.
pub const TCPOPT: u8 = 2;
/// `NF_LOG_IPOPT`: IP options.
pub const IPOPT: u8 = 4;
/// `NF_LOG_UID`: who sent it.
pub const UID: u8 = 8;
/// `NF_LOG_MACDECODE`: the Ethernet header by its fields.
pub const MACDECODE: u8 = 32;
/// `NF_LOG_DEFAULT_MASK`.
pub const DEFAULT: u8 = TCPSEQ | TCPOPT | IPOPT | UID;
/// `LOGLEVEL_NOTICE`: what is logged with no word on how.
pub(crate) const NOTICE: u8 = 5;
/// `LOGLEVEL_WARNING`.
pub const WARNING: u8 = 4;

/// A line for the kernel's log; the caller of the hook writes it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Line {
    /// `KERN_*`, 0 to 7.
    pub level: u8,
    /// The text, which ends with a space.
    pub text: String,
}

/// Writes a packet to the log, if this namespace's packets go there (`nf_log_all_netns`).
///
/// # Source
/// Linux v6.18, `net/netfilter/nf_log_syslog.c`: `nf_log_ip_packet`, `nf_log_ip6_packet`,
/// `nf_log_dump_packet_common`.
pub(crate) fn packet<H: Host>(cx: &mut Cx<'_, '_, H>, level: u8, prefix: &str, flags: u8) {
    if !cx.shared.logging {
        return;
    }
    let state = cx.state;
    let (skb, host) = (&*cx.skb, cx.env.host);
    let index = iif(skb, state);
    let iif = if index == state.iif.index { state.iif } else { host.dev(index) };
    let mut text = String::new();
    put(&mut text, format_args!("{prefix}IN={} OUT={} ", iif.name, state.oif.name));
    for (name, port, dev) in [("PHYSIN", skb.physin, iif.index), ("PHYSOUT", skb.physout, state.oif.index)] {
        if port.is_some() && port != dev {
            put(&mut text, format_args!("{name}={} ", host.dev(port).name));
        }
    }
    if iif.index.is_some() {
        let dev = if state.oif.index.is_some() { state.oif.index } else { iif.index };
        mac_header(&mut text, skb.mac, state.family, dev, flags);
    }
    match state.family {
        Family::V4 => ipv4::packet(&mut text, &skb.packet, cx.env.payloads, flags),
        Family::V6 => ipv6::packet(&mut text, &skb.packet, cx.env.payloads, flags),
    }
    if let Some(uid) = skb.uid.filter(|_| flags & UID != 0) {
        put(&mut text, format_args!("UID={uid} GID={uid} "));
    }
    if skb.mark != 0 {
        put(&mut text, format_args!("MARK=0x{:x} ", skb.mark));
    }
    cx.shared.log.push(Line { level, text });
}

/// The interface in: POSTROUTING still knows where a routed packet came in, though no rule can ask it there.
pub(crate) fn iif(skb: &Skb, state: &HookState) -> IfIndex {
    let routed = state.hook == Hook::Postrouting && skb.iif.is_some() && !skb.physout.is_some();
    if routed { skb.iif } else { state.iif.index }
}

fn put(out: &mut String, args: std::fmt::Arguments<'_>) {
    let _ = out.write_fmt(args);
}

/// The Ethernet header that the packet came in with; of loopback it is all zeros.
///
/// # Source
/// Linux v6.18, `net/netfilter/nf_log_syslog.c`: `dump_mac_header`, `dump_ipv6_mac_header`.
fn mac_header(out: &mut String, mac: Option<(Mac, Mac)>, family: Family, dev: IfIndex, flags: u8) {
    let ethertype: u16 = if family == Family::V4 { 0x0800 } else { 0x86dd };
    let (src, dst) = mac.unwrap_or_default();
    if flags & MACDECODE != 0 && dev != IfIndex::LO {
        put(out, format_args!("MACSRC={src} MACDST={dst} MACPROTO={ethertype:04x} "));
        return;
    }
    let [high, low] = ethertype.to_be_bytes();
    put(out, format_args!("MAC={dst}:{src}:{high:02x}:{low:02x} "));
}
