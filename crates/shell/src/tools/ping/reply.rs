//! What comes back: replies, redirects, errors.

use packetwalk_lab::{Datagram, EPOCH};
use packetwalk_stack::OutputKey;
use packetwalk_trace::SendError;
use packetwalk_wire::icmp::QuotedTransport;
use packetwalk_wire::{Family, Icmp, icmp};

use super::icmp::{print_header, print4, print6};
use super::run::{Run, STAMP};
use super::show;
use crate::Cx;
use crate::tools::clib::{Stdout, dequeue};

/// What recvmsg gave.
enum Got {
    Error,
    Message(Box<Datagram>),
    Nothing,
}

impl Run {
    fn recv(&self, cx: &mut Cx<'_>) -> Got {
        let Some(stack) = cx.lab.stack_mut(cx.ns) else { return Got::Nothing };
        let Some(socket) = stack.sockets.get_mut(self.sock) else { return Got::Nothing };
        if socket.error.take().is_some() {
            return Got::Error;
        }
        while let Some(datagram) = socket.received.pop_front() {
            let Some(message) = datagram.packet.icmp() else { continue };
            let (ty, _) = message.type_code();
            let passes = match self.family {
                Family::V6 => ty == icmp::v6::ECHO_REPLY,
                Family::V4 if self.errors_filtered => matches!(ty, 0 | 4 | 5),
                Family::V4 => matches!(ty, 0 | 3 | 4 | 5 | 11 | 12),
            };
            if passes {
                return Got::Message(Box::new(datagram));
            }
        }
        Got::Nothing
    }

    /// Takes what has arrived; whether anything had.
    pub fn receive(&mut self, cx: &mut Cx<'_>, out: &mut Stdout) -> bool {
        let mut any = false;
        loop {
            match self.recv(cx) {
                Got::Error => {
                    self.receive_error(cx, out);
                }
                Got::Message(datagram) => self.parse_reply(cx, out, &datagram),
                Got::Nothing => return any,
            }
            any = true;
            if self.stats.in_flight() == 0 {
                return true;
            }
        }
    }

    /// Takes one error from the socket's queue: positive when it was an ICMP error about a request,
    /// negative when it was a local one or there was none, 0 when it was about something else.
    ///
    /// # Source
    /// iputils 20221126, `ping/ping.c`: `ping4_receive_error_msg`; `ping/ping6_common.c`:
    /// `ping6_receive_error_msg`.
    pub fn receive_error(&mut self, cx: &mut Cx<'_>, out: &mut Stdout) -> i32 {
        let Some(stack) = cx.lab.stack_mut(cx.ns) else { return -1 };
        let Some(socket) = stack.sockets.get_mut(self.sock) else { return -1 };
        let Some(error) = dequeue(socket) else { return -1 };
        let Some(offender) = error.offender else {
            if self.options.quiet {
                return -1;
            }
            let text = match (error.error, self.family) {
                (SendError::MsgSize, Family::V4) => {
                    format!("local error: message too long, mtu={}", error.info)
                }
                (SendError::MsgSize, Family::V6) => {
                    format!("local error: message too long, mtu: {}", error.info)
                }
                (other, _) => format!("local error: {}", other.text()),
            };
            if self.options.flood {
                out.push(b"E");
                out.flush(cx);
            } else {
                out.error(cx, &text);
            }
            self.stats.errors += 1;
            return -1;
        };
        let echo = if self.family == Family::V4 { icmp::v4::ECHO } else { icmp::v6::ECHO };
        let Some(&Icmp::Error { quoted, .. }) = error.packet.icmp() else { return 0 };
        let QuotedTransport::Icmp { ty, id, seq, .. } = quoted.transport else { return 0 };
        if quoted.ip.dst != self.dst || ty != echo || id != self.ident {
            return 0;
        }
        if self.family == Family::V4 {
            self.stats.acknowledge(seq);
            self.errors_filtered = true;
        }
        self.stats.errors += 1;
        if self.options.quiet {
            return 1;
        }
        if self.options.flood {
            out.push(b"\x08E");
            out.flush(cx);
            return 1;
        }
        self.stamp_line(cx, out);
        let key = OutputKey::to(offender);
        let scope = cx.lab.stack(cx.ns).and_then(|s| s.lookup_output(&key).ok()).map(|d| d.oif);
        let from = show(cx, offender, scope, self.numeric);
        write!(out, "From {from} icmp_seq={seq} ");
        match self.family {
            Family::V4 => print4(out, error.icmp, error.info),
            Family::V6 => print6(out, error.icmp, error.info),
        }
        out.flush(cx);
        1
    }

    /// iputils 20221126, `ping/ping.c`: `ping4_parse_reply`; `ping/ping6_common.c`:
    /// `ping6_parse_reply`.
    fn parse_reply(&mut self, cx: &mut Cx<'_>, out: &mut Stdout, datagram: &Datagram) {
        let packet = &datagram.packet;
        match packet.icmp() {
            Some(&Icmp::Query { id, seq, .. }) if id == self.ident => self.answered(cx, out, datagram, seq),
            Some(&Icmp::Error { ty, code, rest, quoted }) => {
                let QuotedTransport::Icmp { ty: about, id, seq, .. } = quoted.transport else { return };
                if about != icmp::v4::ECHO || quoted.ip.dst != self.dst || id != self.ident {
                    return;
                }
                if !matches!(ty, icmp::v4::REDIRECT | icmp::v4::SOURCE_QUENCH) {
                    self.stats.acknowledge(seq);
                    return;
                }
                if self.options.quiet || self.options.flood {
                    return;
                }
                self.stamp_line(cx, out);
                let from = show(cx, packet.ip.src, None, self.numeric);
                write!(out, "From {from}: icmp_seq={seq} ");
                print4(out, (ty, code), rest);
                if self.options.verbose {
                    print_header(out, &quoted);
                }
            }
            _ => {}
        }
    }

    /// iputils 20221126, `ping/ping_common.c`: `gather_statistics`.
    fn answered(&mut self, cx: &mut Cx<'_>, out: &mut Stdout, datagram: &Datagram, seq: u16) {
        let packet = &datagram.packet;
        let bytes = usize::from(packet.payload.len()) + 8;
        self.stats.received += 1;
        self.stats.acknowledge(seq);
        let mut trip = 0;
        if self.timing() && bytes >= 8 + STAMP {
            let now = (EPOCH * 1_000_000 + datagram.at.0 / 1000) as i64;
            trip = (now - stamp(cx.lab.payloads.bytes(packet.payload))).max(0);
            self.stats.time(trip);
            if self.options.adaptive {
                let estimate = if self.stats.rtt == 0 { self.interval * 1000 } else { self.stats.rtt / 8 };
                self.interval = (estimate + 500) / 1000;
            }
        }
        let again = self.stats.was_seen(seq);
        if again {
            self.stats.repeats += 1;
            self.stats.received -= 1;
        }
        self.stats.set_seen(seq, true);
        if self.options.quiet {
            out.flush(cx);
            return;
        }
        if self.options.flood {
            out.push(b"\x08 \x08");
            if self.options.audible {
                out.push(b"\x07");
            }
            out.flush(cx);
            return;
        }
        self.stamp_line(cx, out);
        let from = show(cx, packet.ip.src, Some(datagram.iif), self.numeric);
        write!(out, "{bytes} bytes from {from}: icmp_seq={seq}");
        if self.options.verbose {
            write!(out, " ident={}", self.ident);
        }
        write!(out, " ttl={}", packet.ip.ttl);
        if bytes < self.options.size + 8 {
            writeln!(out, " (truncated)");
            out.flush(cx);
            return;
        }
        if self.timing() {
            write_time(out, trip);
        }
        if again && (!self.multicast || self.options.verbose) {
            write!(out, " (DUP!)");
        }
        let anycast = matches!(self.dst, std::net::IpAddr::V6(a) if a.octets()[8..] == [0; 8]);
        if !self.multicast && !anycast && packet.ip.src != self.dst {
            write!(out, " (DIFFERENT ADDRESS!)");
        }
        if self.options.audible {
            out.push(b"\x07");
        }
        writeln!(out);
        out.flush(cx);
    }
}

/// The time that a request carries, in microseconds since the epoch.
fn stamp(bytes: &[u8]) -> i64 {
    let word =
        |at: usize| bytes.get(at..at + 8).and_then(|b| b.try_into().ok()).map_or(0, i64::from_le_bytes);
    word(0).wrapping_mul(1_000_000).wrapping_add(word(8))
}

fn write_time(out: &mut Stdout, trip: i64) {
    if trip >= 100_000 - 50 {
        write!(out, " time={} ms", (trip + 500) / 1000);
    } else if trip >= 10_000 - 5 {
        write!(out, " time={}.{} ms", (trip + 50) / 1000, (trip + 50) % 1000 / 100);
    } else if trip >= 1000 {
        write!(out, " time={}.{:02} ms", (trip + 5) / 1000, (trip + 5) % 1000 / 10);
    } else {
        write!(out, " time={}.{:03} ms", trip / 1000, trip % 1000);
    }
}
