//! SYNPROXY: the host answers for a server, and opens the connection to it only when the client has shown
//! that it is there. Sequence numbers and time stamps are then shifted between the two handshakes.

mod cookie;

use packetwalk_trace::DropReason;
use packetwalk_wire::{
    CtInfo, CtRef, Family, IfIndex, Instant, IpHeader, Nfct, Packet, Payload, Skb, Tcp, TcpFlags, TcpOptions,
    Transport,
};

use crate::Conntrack;
use crate::conntrack::TcpState;
use crate::context::Cx;
use crate::env::{Host, Verdict};
use crate::shared::Shared;

/// What is to be done after the hook, in order.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Answer {
    /// A segment goes out, of this connection.
    Send(Packet, Nfct),
    /// From here on the connection's numbers are shifted, in the direction that the reference tells.
    Shift(CtRef, u32),
}

/// What `/proc/net/stat/synproxy` counts (`struct synproxy_stats`).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Stats {
    /// SYNs of clients.
    pub syn_received: u32,
    /// ACKs with a cookie that is none.
    pub cookie_invalid: u32,
    /// ACKs with a cookie.
    pub cookie_valid: u32,
    /// SYNs to servers that were sent again.
    pub cookie_retrans: u32,
    /// Connections that were opened again.
    pub conn_reopened: u32,
}

impl Stats {
    /// As `/proc/net/stat/synproxy` shows them, with a line for the one CPU that there is.
    ///
    /// # Source
    /// Linux v6.18, `net/netfilter/nf_synproxy_core.c`: `synproxy_cpu_seq_show`.
    pub fn show(&self) -> String {
        let Self { syn_received, cookie_invalid, cookie_valid, cookie_retrans, conn_reopened } = self;
        format!(
            "entries\t\tsyn_received\tcookie_invalid\tcookie_valid\tcookie_retrans\tconn_reopened\n\
             00000000\t{syn_received:08x}\t{cookie_invalid:08x}\t{cookie_valid:08x}\t{cookie_retrans:08x}\t\
             {conn_reopened:08x}\n"
        )
    }
}

/// What a connection remembers of the client's handshake (`struct nf_conn_synproxy`).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Proxied {
    /// Sequence number of the SYN-ACK that the client got.
    isn: u32,
    /// Its time stamp.
    its: u32,
    /// How far the server's time stamps are ahead.
    tsoff: u32,
}

/// What a segment asks for (`struct synproxy_options`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Asked {
    tcp: Tcp,
    options: TcpOptions,
}

/// Largest shift of a window that counts.
const MOST_WSCALE: u8 = 14;

impl Asked {
    /// Linux v6.18, `net/netfilter/nf_synproxy_core.c`: `synproxy_parse_options`.
    pub(crate) fn of(tcp: &Tcp) -> Self {
        let wscale = tcp.options.wscale.map(|shift| shift.min(MOST_WSCALE));
        let TcpOptions { mss, sack_permitted, timestamp, .. } = tcp.options;
        let options = TcpOptions { mss, sack_permitted, timestamp, wscale, ..TcpOptions::default() };
        Self { tcp: *tcp, options }
    }
}

/// Time stamp bits that carry options: 4 of the window's shift, SACK permitted, ECN.
const NO_WSCALE: u32 = 0xf;
const SACK: u32 = 1 << 4;
const ECN: u32 = 1 << 5;
const BITS: u32 = 0x3f;

/// Answers a client's SYN with a SYN-ACK that is a cookie.
///
/// # Source
/// Linux v6.18, `net/netfilter/nf_synproxy_core.c`: `synproxy_send_client_synack`,
/// `synproxy_init_timestamp_cookie`.
pub(crate) fn answer_syn<H: Host>(
    cx: &mut Cx<'_, '_, H>,
    syn: &Tcp,
    offers: TcpOptions,
    ecn: bool,
    wscale: Option<u8>,
) {
    let now = cx.env.now;
    let packet = cx.skb.packet;
    let asked = Asked::of(syn);
    let mut options = offers;
    if let Some((value, _)) = offers.timestamp {
        let shift = asked.options.wscale.filter(|_| offers.wscale.is_some()).map_or(NO_WSCALE, u32::from);
        let sack = if offers.sack_permitted { SACK } else { 0 };
        let ecn = if ecn { ECN } else { 0 };
        options.timestamp = Some((millis(now) & !BITS | shift | sack | ecn, value));
        options.wscale = offers.wscale.and(wscale);
    }
    let mut flags = TcpFlags::SYN.with(TcpFlags::ACK);
    if ecn && offers.timestamp.is_some() {
        flags = flags.with(TcpFlags::ECE);
    }
    let answer = Tcp {
        sport: syn.dport,
        dport: syn.sport,
        seq: cookie::make(&packet, syn, asked.options.mss.unwrap_or(0), now),
        ack: syn.seq.wrapping_add(1),
        flags,
        window: 0,
        options,
    };
    let nfct = replies(cx.skb);
    cx.shared.answers.push(Answer::Send(segment(&packet, answer, Way::Back), nfct));
}

/// `tcp_clock_ms`.
const fn millis(now: Instant) -> u32 {
    (now.0 / 1_000_000) as u32
}

/// The packet's connection, for a segment to the client.
const fn replies(skb: &Skb) -> Nfct {
    match skb.nfct {
        Nfct::Tracked(r) => Nfct::Tracked(CtRef { info: CtInfo::EstablishedReply, ..r }),
        Nfct::None | Nfct::Untracked | Nfct::Nothing => Nfct::None,
    }
}

/// Which way a segment goes, seen from the packet that it is made for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Way {
    Same,
    Back,
}

/// Linux v6.18, `net/netfilter/nf_synproxy_core.c`: `synproxy_build_ip`, `synproxy_build_ip_ipv6`.
fn segment(packet: &Packet, tcp: Tcp, way: Way) -> Packet {
    let (src, dst) = match way {
        Way::Same => (packet.ip.src, packet.ip.dst),
        Way::Back => (packet.ip.dst, packet.ip.src),
    };
    let mut ip = IpHeader::new(src, dst);
    ip.df = packet.family() == Family::V4;
    Packet { ip, transport: Transport::Tcp(tcp), payload: Payload::EMPTY }
}

/// Takes a client's ACK; with a cookie in it, a SYN goes to the server. `seq` is the number after the client's
/// SYN.
///
/// # Source
/// Linux v6.18, `net/netfilter/nf_synproxy_core.c`: `synproxy_recv_client_ack`, `synproxy_check_timestamp_cookie`,
/// `synproxy_send_server_syn`.
pub(crate) fn take_ack(
    ct: &mut Conntrack,
    shared: &mut Shared,
    packet: &Packet,
    asked: Asked,
    seq: u32,
    now: Instant,
) -> bool {
    let Asked { tcp, mut options } = asked;
    let Some(mss) = cookie::check(packet, &tcp, now) else {
        shared.synproxy.cookie_invalid += 1;
        return false;
    };
    shared.synproxy.cookie_valid += 1;
    options.mss = Some(mss);
    let mut flags = TcpFlags::SYN;
    if let Some((_, echo)) = options.timestamp {
        let shift = echo & NO_WSCALE;
        options.wscale = (shift != NO_WSCALE).then_some(shift as u8).or(options.wscale);
        options.sack_permitted |= echo & SACK != 0;
        if echo & ECN != 0 {
            flags = flags.with(TcpFlags::ECE).with(TcpFlags::CWR);
        }
    }
    let syn = Tcp {
        seq: seq.wrapping_sub(1),
        // Tells the number that the client knows to [`packet`].
        ack: tcp.ack.wrapping_sub(1),
        flags,
        options,
        ..tcp
    };
    let template = ct.synproxy_template();
    shared.answers.push(Answer::Send(segment(packet, syn, Way::Same), Nfct::Tracked(template)));
    true
}

/// SYNPROXY's own hook, at INPUT and POSTROUTING right before the connection is confirmed.
///
/// # Source
/// Linux v6.18, `net/netfilter/nf_synproxy_core.c`: `ipv4_synproxy_hook`, `ipv6_synproxy_hook`.
pub(crate) fn packet(ct: &mut Conntrack, shared: &mut Shared, skb: &mut Skb, now: Instant) -> Verdict {
    const STOLEN: Verdict = Verdict::Drop(DropReason::Consumed);
    let (Nfct::Tracked(r), Transport::Tcp(tcp)) = (skb.nfct, skb.packet.transport) else {
        return Verdict::Accept;
    };
    let Some(mut proxied) = ct.proxied(r) else { return Verdict::Accept };
    let Some(state) = ct.get(r).and_then(|conn| conn.tcp()).copied() else { return Verdict::Accept };
    if skb.iif == IfIndex::LO {
        return Verdict::Accept;
    }
    let reply = r.info.is_reply();
    let (syn, ack) = (tcp.flags.has(TcpFlags::SYN), tcp.flags.has(TcpFlags::ACK));
    let closed = state.state == TcpState::Close;
    if closed && tcp.flags.has(TcpFlags::RST) && reply {
        ct.shift_from_here(r, proxied.isn.wrapping_sub(tcp.seq).wrapping_add(1));
    } else if state.state == TcpState::SynSent || closed && syn && !ack && !reply {
        if closed {
            proxied.tsoff = 0;
            shared.synproxy.conn_reopened += 1;
        }
        if !syn && ack && !reply {
            // A client that waits for the server's answer asks again one number before its own.
            let seq = tcp.seq.wrapping_add(1);
            if !take_ack(ct, shared, &skb.packet, Asked::of(&tcp), seq, now) {
                return Verdict::Drop(DropReason::NetfilterDrop);
            }
            shared.synproxy.cookie_retrans += 1;
            return STOLEN;
        }
        proxied.isn = tcp.ack;
        if let Some((_, echo)) = tcp.options.timestamp {
            proxied.its = echo;
        }
        ct.set_proxied(r, proxied);
    } else if state.state == TcpState::SynRecv && syn && ack {
        if let Some((value, _)) = tcp.options.timestamp {
            proxied.tsoff = value.wrapping_sub(proxied.its);
            ct.set_proxied(r, proxied);
        }
        let max_win = state.seen[0].max_win as u16;
        greet_both(shared, skb, r, &tcp, proxied.isn.wrapping_sub(tcp.seq), max_win);
        return STOLEN;
    }
    adjust(skb, reply, proxied.tsoff);
    Verdict::Accept
}

/// The server answered: it gets its ACK, and the client the window that it waits for.
///
/// # Source
/// Linux v6.18, `net/netfilter/nf_synproxy_core.c`: `synproxy_send_server_ack`, `synproxy_send_client_ack`.
fn greet_both(shared: &mut Shared, skb: &Skb, r: CtRef, tcp: &Tcp, shift: u32, max_win: u16) {
    let bare = |timestamp| TcpOptions { timestamp, ..TcpOptions::default() };
    let seen = tcp.options.timestamp;
    let to_server = Tcp {
        sport: tcp.dport,
        dport: tcp.sport,
        seq: tcp.ack,
        ack: tcp.seq.wrapping_add(1),
        flags: TcpFlags::ACK,
        window: max_win,
        options: bare(seen.map(|(value, echo)| (echo, value))),
    };
    let scale = Asked::of(tcp).options.wscale.unwrap_or(0);
    let to_client = Tcp {
        seq: tcp.seq.wrapping_add(1),
        flags: TcpFlags::ACK,
        window: tcp.window >> scale,
        options: bare(seen),
        ..*tcp
    };
    shared.answers.extend([
        Answer::Send(segment(&skb.packet, to_server, Way::Back), Nfct::None),
        Answer::Shift(r, shift),
        Answer::Send(segment(&skb.packet, to_client, Way::Same), replies(skb)),
    ]);
}

/// Shifts the time stamp that the server made.
///
/// # Source
/// Linux v6.18, `net/netfilter/nf_synproxy_core.c`: `synproxy_tstamp_adjust`.
const fn adjust(skb: &mut Skb, reply: bool, tsoff: u32) {
    if let Transport::Tcp(tcp) = &mut skb.packet.transport
        && let Some((value, echo)) = &mut tcp.options.timestamp
    {
        if reply {
            *value = value.wrapping_sub(tsoff);
        } else {
            *echo = echo.wrapping_add(tsoff);
        }
    }
}
