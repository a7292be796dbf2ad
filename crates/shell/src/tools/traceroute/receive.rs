//! Takes answers.

use std::net::IpAddr;

use packetwalk_lab::{SockError, SockId, Socket};
use packetwalk_trace::SendError;
use packetwalk_wire::icmp::QuotedTransport;
use packetwalk_wire::{Family, Icmp, Instant, Packet, Tcp, TcpFlags, Transport, icmp};

use super::options::Method;
use super::probe::Probe;
use super::run::Run;
use super::{Done, error};
use crate::Cx;
use crate::tools::clib::dequeue;

/// What a socket gave: one error, or one packet.
enum Got {
    Error(Box<SockError>),
    Packet(Box<Packet>, Instant),
}

fn is_ready(socket: &Socket) -> bool {
    !socket.errors.is_empty() || !socket.received.is_empty()
}

impl Run {
    /// Takes one answer of each socket that has any; whether one had.
    ///
    /// # Source
    /// traceroute 2.1.2, `traceroute/poll.c`: `do_poll`.
    pub(super) fn take(&mut self, cx: &mut Cx<'_>) -> Result<bool, Done> {
        let Some(stack) = cx.lab.stack(cx.ns) else { return Err(Done(1)) };
        let ready = |id: &SockId| stack.sockets.get(*id).is_some_and(is_ready);
        let ready: Vec<SockId> = match self.raw {
            Some(raw) => [raw].into_iter().filter(ready).collect(),
            None => self.probes.iter().filter_map(|p| p.sock).filter(ready).collect(),
        };
        for &sock in &ready {
            self.reply(cx, sock)?;
        }
        Ok(!ready.is_empty())
    }

    /// traceroute 2.1.2, `traceroute/traceroute.c`: `recv_reply`.
    fn reply(&mut self, cx: &mut Cx<'_>, sock: SockId) -> Result<(), Done> {
        let Some(stack) = cx.lab.stack_mut(cx.ns) else { return Ok(()) };
        let Some(socket) = stack.sockets.get_mut(sock) else { return Ok(()) };
        let got = match dequeue(socket) {
            Some(error) => Got::Error(Box::new(error)),
            None => match socket.received.pop_front() {
                Some(d) => Got::Packet(Box::new(d.packet), d.at),
                None => return Ok(()),
            },
        };
        let id = cx.pid.0 as u16;
        let found = match &got {
            Got::Error(e) => self.sent_by(sock, e, id),
            Got::Packet(packet, _) => self.answered_by(sock, packet, id),
        };
        let Some(at) = found else { return Ok(()) };
        let Some(probe) = self.probes.get_mut(at) else { return Ok(()) };
        let mut too_long = None;
        match got {
            Got::Packet(packet, at) => {
                probe.last = true;
                (probe.from, probe.received, probe.ttl) = (Some(packet.ip.src), Some(at), packet.ip.ttl);
                if let (Transport::Tcp(tcp), true) = (packet.transport, self.options.flags_shown) {
                    probe.flags = Some(flag_names(&tcp));
                }
            }
            Got::Error(e) => {
                probe.received = Some(e.at);
                match e.offender {
                    Some(from) => {
                        (probe.from, probe.ttl) = (Some(from), e.packet.ip.ttl);
                        judge(probe, Family::of(from), e.icmp, e.info);
                    }
                    None if e.error == SendError::MsgSize && e.info != 0 => {
                        probe.mark = format!("!F-{}", e.info);
                        probe.last = true;
                    }
                    None => return Err(error(cx, "local recverr", e.error.text())),
                }
                too_long = Some(e.info as usize).filter(|_| self.options.mtu);
            }
        }
        let header = self.header_len;
        let shorter = too_long.filter(|&mtu| mtu >= header && mtu < header + self.data_len);
        self.done(cx, at);
        if let Some(mtu) = shorter {
            self.data_len = mtu - header;
            if let Some(probe) = self.probes.get_mut(at) {
                // It is sent again, shorter.
                *probe = Probe { mark: format!("F={mtu}"), ..Probe::default() };
            }
        }
        Ok(())
    }

    /// The probe that an error is about.
    fn sent_by(&self, sock: SockId, e: &SockError, ident: u16) -> Option<usize> {
        if self.options.method == Method::Default || self.options.method == Method::Udp {
            return self.probes.iter().position(|p| p.sock == Some(sock));
        }
        if e.offender.is_none() {
            // A local error tells which packet it was, too.
            return match e.packet.transport {
                Transport::Icmp(Icmp::Query { id, seq, .. }) if id == ident => self.by_seq(u32::from(seq)),
                Transport::Tcp(tcp) => self.by_seq(u32::from(tcp.sport)),
                _ => None,
            };
        }
        let Some(Icmp::Error { quoted, .. }) = e.packet.icmp() else { return None };
        match quoted.transport {
            QuotedTransport::Icmp { id, seq, .. } if id == ident => self.by_seq(u32::from(seq)),
            QuotedTransport::Tcp(tcp) if self.is_target(quoted.ip.dst, tcp.dport) => {
                self.by_seq(u32::from(tcp.sport))
            }
            _ => None,
        }
    }

    /// The probe that a packet of the target answers.
    fn answered_by(&self, sock: SockId, packet: &Packet, ident: u16) -> Option<usize> {
        match packet.transport {
            Transport::Udp(_) => self.probes.iter().position(|p| p.sock == Some(sock)),
            Transport::Icmp(Icmp::Query { ty, id, seq, .. }) => {
                let reply =
                    if self.family() == Family::V4 { icmp::v4::ECHO_REPLY } else { icmp::v6::ECHO_REPLY };
                if ty == reply && id == ident { self.by_seq(u32::from(seq)) } else { None }
            }
            Transport::Tcp(tcp) if self.is_target(packet.ip.src, tcp.sport) => {
                self.by_seq(u32::from(tcp.dport))
            }
            _ => None,
        }
    }

    fn is_target(&self, addr: IpAddr, port: u16) -> bool {
        addr == self.dst() && port == self.tcp.dport
    }

    fn by_seq(&self, seq: u32) -> Option<usize> {
        self.probes.iter().position(|p| p.seq == seq && seq != 0)
    }

    /// Nothing more is expected of a probe.
    pub(super) fn done(&mut self, cx: &mut Cx<'_>, at: usize) {
        let Some(probe) = self.probes.get_mut(at) else { return };
        (probe.seq, probe.done) = (0, true);
        if let Some(sock) = probe.sock.take() {
            self.open.retain(|s| *s != sock);
            cx.lab.sock_close(cx.ns, sock);
        }
    }
}

/// What an ICMP error says of the way.
///
/// # Source
/// traceroute 2.1.2, `traceroute/traceroute.c`: `parse_icmp_res`.
fn judge(probe: &mut Probe, family: Family, (ty, code): (u8, u8), info: u32) {
    let mark = match (family, ty, code) {
        (Family::V4, icmp::v4::TIME_EXCEEDED, 0) | (Family::V6, icmp::v6::TIME_EXCEEDED, 0) => return,
        (Family::V4, icmp::v4::DEST_UNREACH, 0 | 6 | 8 | 11) | (Family::V6, icmp::v6::DEST_UNREACH, 0) => {
            "!N".into()
        }
        (Family::V4, icmp::v4::DEST_UNREACH, 1 | 7 | 12) | (Family::V6, icmp::v6::DEST_UNREACH, 2 | 3) => {
            "!H".into()
        }
        (Family::V4, icmp::v4::DEST_UNREACH, 9 | 10 | 13) | (Family::V6, icmp::v6::DEST_UNREACH, 1) => {
            "!X".into()
        }
        (Family::V4, icmp::v4::DEST_UNREACH, 3) | (Family::V6, icmp::v6::DEST_UNREACH, 4) => String::new(),
        (Family::V4, icmp::v4::DEST_UNREACH, 2) => "!P".into(),
        (Family::V4, icmp::v4::DEST_UNREACH, 4) | (Family::V6, icmp::v6::PKT_TOOBIG, _) => {
            format!("!F-{info}")
        }
        (Family::V4, icmp::v4::DEST_UNREACH, 5) => "!S".into(),
        (Family::V4, icmp::v4::DEST_UNREACH, 14) => "!V".into(),
        (Family::V4, icmp::v4::DEST_UNREACH, 15) => "!C".into(),
        (Family::V4, icmp::v4::DEST_UNREACH, _) | (Family::V6, icmp::v6::DEST_UNREACH, _) => {
            format!("!<{code}>")
        }
        _ => format!("!<{ty}-{code}>"),
    };
    if !mark.is_empty() {
        probe.mark = mark;
    }
    probe.last = true;
}

/// `syn,ack`.
fn flag_names(tcp: &Tcp) -> String {
    let names = [
        ("fin", TcpFlags::FIN),
        ("syn", TcpFlags::SYN),
        ("rst", TcpFlags::RST),
        ("psh", TcpFlags::PSH),
        ("ack", TcpFlags::ACK),
        ("urg", TcpFlags::URG),
        ("ece", TcpFlags::ECE),
        ("cwr", TcpFlags::CWR),
    ];
    let set: Vec<&str> =
        names.into_iter().filter(|(_, flag)| tcp.flags.has(*flag)).map(|(name, _)| name).collect();
    set.join(",")
}
