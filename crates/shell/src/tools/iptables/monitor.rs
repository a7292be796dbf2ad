//! `xtables-monitor --trace` of iptables 1.8.9: what packets that TRACE marked meet in the nft face.

use std::fmt::Write as _;

use packetwalk_netfilter::shared::{Trace, TraceEnd};
use packetwalk_netfilter::targets::Target;
use packetwalk_netfilter::xtables::{Face, Rule, Table};
use packetwalk_trace::RuleEnd;
use packetwalk_wire::{Family, IfIndex, Mac, TcpFlags, Transport};

use super::base;
use crate::Cx;
use crate::process::{OnSignal, Poll, Process, Signal};

/// A run.
pub(crate) fn new() -> Box<dyn Process> {
    Box::new(Monitor::default())
}

#[derive(Clone, Debug, Default)]
struct Monitor {
    only: Option<Family>,
    listens: bool,
    ended: Option<Signal>,
}

const USAGE: &str = "xtables-monitor 1.8.9 (nf_tables)
Usage: xtables-monitor [ -t | -e ]
        --trace    -t    trace ruleset traversal of packets tagged via -j TRACE rule
        --event    -e    show events that modify the ruleset
Optional arguments:
        --ipv4     -4    only monitor IPv4
        --ipv6     -6    only monitor IPv6
	--counters -c    show counters in rules
";

impl Monitor {
    /// Reads the words and begins to listen; an early end is an exit status.
    fn begin(&mut self, cx: &mut Cx<'_>) -> Result<(), u8> {
        let mut trace = false;
        for word in cx.strings() {
            let letters = match word.as_str() {
                "--trace" => "t",
                "--ipv4" => "4",
                "--ipv6" => "6",
                "--version" => "V",
                "--help" => "h",
                "--event" => "e",
                "--counters" => "c",
                short => short.strip_prefix('-').filter(|s| !s.starts_with('-')).unwrap_or("?"),
            };
            for letter in letters.chars() {
                match letter {
                    't' => trace = true,
                    '4' => self.only = Some(Family::V4),
                    '6' => self.only = Some(Family::V6),
                    'V' => {
                        cx.stdout.line("xtables-monitor 1.8.9");
                        return Err(0);
                    }
                    'h' => {
                        cx.stdout.push(USAGE.as_bytes());
                        return Err(1);
                    }
                    'e' | 'c' => {
                        writeln!(cx.stderr, "packetwalk: xtables-monitor -{letter} is not simulated");
                        return Err(1);
                    }
                    _ => {
                        cx.stderr.line("xtables-monitor 1.8.9: Bad argument.");
                        cx.stderr.line("Try `xtables-monitor -h' for more information.");
                        return Err(2);
                    }
                }
            }
        }
        if !trace {
            cx.stdout.push(USAGE.as_bytes());
            return Err(1);
        }
        if let Some(stack) = cx.lab.stack_mut(cx.ns) {
            stack.nf.shared.tracers += 1;
        }
        self.listens = true;
        Ok(())
    }

    fn end(&mut self, cx: &mut Cx<'_>) {
        if let Some(stack) = cx.lab.stack_mut(cx.ns) {
            let shared = &mut stack.nf.shared;
            shared.tracers = shared.tracers.saturating_sub(1);
        }
    }
}

impl Process for Monitor {
    fn poll(&mut self, cx: &mut Cx<'_>) -> Poll {
        if !self.listens
            && let Err(status) = self.begin(cx)
        {
            return Poll::Exit(status);
        }
        let mut out = String::new();
        if let Some(stack) = cx.lab.stack_mut(cx.ns) {
            for trace in std::mem::take(&mut stack.nf.shared.traces) {
                let family = trace.skb.packet.family();
                if self.only.is_none_or(|f| f == family)
                    && let Some(table) = stack.nf.rules(Face::Nft, family).get(trace.table)
                {
                    let name =
                        |i: IfIndex| stack.links.get(i).map(|d| d.name.to_string()).unwrap_or_default();
                    one(&mut out, &trace, table, family, &name);
                }
            }
        }
        cx.stdout.push(out.as_bytes());
        if let Some(signal) = self.ended {
            self.end(cx);
            return Poll::Exit(128 + signal.0);
        }
        Poll::Wait
    }

    fn boxed_clone(&self) -> Box<dyn Process> {
        Box::new(self.clone())
    }

    fn signal(&mut self, _: &mut Cx<'_>, signal: Signal) -> OnSignal {
        self.ended = Some(signal);
        OnSignal::Taken
    }
}

/// A number that tells a packet on its way through one side of the host from others, as random as the
/// kernel's (`nft_trace_fill_id`).
const fn id(trace: &Trace) -> u32 {
    let h = ((trace.skb.id as u64) << 1 | trace.skb.iif.is_some() as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (h >> 32) as u32
}

/// # Source
/// iptables 1.8.9, `iptables/xtables-monitor.c`: `trace_cb`, `print_verdict`.
fn one(out: &mut String, t: &Trace, table: &Table, family: Family, name: &dyn Fn(IfIndex) -> String) {
    let number = if family == Family::V4 { 2 } else { 10 };
    if t.first {
        let _ = write!(out, "PACKET: {number} {:08x} ", id(t));
        packet(out, t, name);
    }
    let chain = base::chain_name(table, t.chain);
    let _ = write!(out, " TRACE: {number} {:08x} {}:{chain}:", id(t), table.id().name());
    match t.end {
        TraceEnd::Policy(accept) => {
            out.push_str(if accept { "policy:ACCEPT \n" } else { "policy:DROP \n" });
        }
        TraceEnd::Rule(handle, end) => {
            let rule = table.chain(t.chain).and_then(|c| c.rules.iter().find(|r| r.handle == handle));
            let verdict = verdict(table, rule, end);
            let _ = write!(out, "rule:0x{handle:x}:{verdict}  ");
            if let Some(rule) = rule {
                let six = if family == Family::V4 { 4 } else { 6 };
                let text = base::save(rule, table, None);
                let _ = write!(out, "-{six} -t {} -A {chain}{text}", table.id().name());
            }
            out.push('\n');
        }
    }
}

fn verdict(table: &Table, rule: Option<&Rule>, end: RuleEnd) -> String {
    if let Some(Target::Nfqueue(q)) = rule.map(|r| &r.target) {
        // The queue's number and the bypass flag stand in the verdict's high bits.
        let code = u32::from(q.first) << 16 | if q.bypass { 0x8003 } else { 3 };
        return if code == 3 { "QUEUE".to_owned() } else { format!("0x{code:x}") };
    }
    match end {
        RuleEnd::Accept => "ACCEPT".to_owned(),
        RuleEnd::Jump(to) => format!("JUMP:{}", base::chain_name(table, to)),
        RuleEnd::Goto(to) => format!("GOTO:{}", base::chain_name(table, to)),
        RuleEnd::Return => "0xfffffffb".to_owned(),
        RuleEnd::Continue | RuleEnd::NoMatch(_) => "CONTINUE".to_owned(),
        RuleEnd::Drop | RuleEnd::Reject | RuleEnd::NotModelled => "DROP".to_owned(),
    }
}

/// # Source
/// iptables 1.8.9, `iptables/xtables-monitor.c`: `trace_print_packet`.
fn packet(out: &mut String, t: &Trace, name: &dyn Fn(IfIndex) -> String) {
    let p = &t.skb.packet;
    let ip = &p.ip;
    if t.iif.is_some() {
        let _ = write!(out, "IN={} ", name(t.iif));
    }
    if t.oif.is_some() {
        let _ = write!(out, "OUT={} ", name(t.oif));
    }
    if t.iif == IfIndex::LO {
        out.push_str("LOOPBACK ");
    } else if let Some((src, dst)) = t.skb.mac.filter(|_| t.iif.is_some()) {
        let proto = if p.family() == Family::V4 { "0800" } else { "86dd" };
        let _ = write!(out, "MACSRC={} MACDST={} MACPROTO={proto} ", ntoa(src), ntoa(dst));
    }
    let _ = write!(out, "SRC={} DST={} ", ip.src, ip.dst);
    if p.family() == Family::V4 {
        let _ = write!(out, "LEN={} TOS=0x{:x} TTL={} ID={} ", p.len(), ip.tos, ip.ttl, ip.id);
        if ip.df {
            out.push_str("DF ");
        }
        if let Some(frag) = ip.frag {
            out.push_str(if frag.more { "MF " } else { "" });
            if frag.offset != 0 {
                let _ = write!(out, "FRAG:{} ", frag.offset / 8);
            }
        }
    } else {
        // The real tool adds the length of an IPv4 header to the payload's.
        let _ = write!(out, "LEN={} TC={} HOPLIMIT={} FLOWLBL=0 ", p.len() - 20, ip.tos, ip.ttl);
    }
    if let Some((sport, dport)) = p.ports() {
        let _ = write!(out, "SPORT={sport} DPORT={dport} ");
    }
    if let Transport::Tcp(tcp) = p.transport {
        let flags = [
            (TcpFlags::SYN, "SYN "),
            (TcpFlags::ACK, "ACK "),
            (TcpFlags::FIN, "FIN "),
            (TcpFlags::RST, "RST "),
            (TcpFlags::PSH, "PSH "),
            (TcpFlags::URG, "URG "),
        ];
        for (flag, name) in flags {
            out.push_str(if tcp.flags.has(flag) { name } else { "" });
        }
    }
    if t.skb.mark != 0 {
        let _ = write!(out, "MARK=0x{:x} ", t.skb.mark);
    }
    out.push('\n');
}

/// `ether_ntoa`: no leading zeros.
fn ntoa(mac: Mac) -> String {
    let parts: Vec<String> = mac.0.iter().map(|b| format!("{b:x}")).collect();
    parts.join(":")
}
