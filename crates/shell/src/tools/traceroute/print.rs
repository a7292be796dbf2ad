//! What traceroute prints.

use super::options::Options;
use super::probe::{Probe, hops_of};
use crate::Cx;
use crate::tools::clib::{Stdout, reverse};

/// The first line, without its end.
pub(super) fn header(out: &mut Stdout, options: &Options, length: usize) {
    let Some((name, addr)) = &options.target else { return };
    write!(out, "traceroute to {name} ({addr}), {} hops max, {length} byte packets", options.hops);
}

/// One probe's part of its hop's line.
///
/// # Source
/// traceroute 2.1.2, `traceroute/traceroute.c`: `print_probe`.
pub(super) fn probe(cx: &mut Cx<'_>, out: &mut Stdout, options: &Options, probes: &[Probe], at: usize) {
    let Some(probe) = probes.get(at) else { return };
    let queries = options.queries as usize;
    let (hop, number) = (at / queries + 1, at % queries);
    if number == 0 {
        write!(out, "\n{hop:2} ");
    }
    match probe.from {
        None => write!(out, " *"),
        Some(addr) => {
            let before = probes.get(at - number..at).unwrap_or_default();
            let same = before.iter().rev().find(|p| p.from.is_some()).is_some_and(|p| {
                p.from == probe.from && p.flags == probe.flags && (!options.back || p.ttl == probe.ttl)
            });
            if !same {
                if options.numeric {
                    write!(out, " {addr}");
                } else {
                    let name = reverse(cx, addr).unwrap_or_else(|| addr.to_string());
                    write!(out, " {name} ({addr})");
                }
                if let Some(flags) = &probe.flags {
                    write!(out, " <{flags}>");
                }
                let hops = hops_of(probe.ttl);
                if options.back && probe.ttl != 0 && hops != hop as i32 {
                    write!(out, " '-{hops}'");
                }
            }
        }
    }
    if let (Some(sent), Some(received)) = (probe.sent, probe.received) {
        let micros = received.since(sent).as_nanos() / 1000;
        write!(out, "  {}.{:03} ms", micros / 1000, micros % 1000);
    }
    if !probe.mark.is_empty() {
        write!(out, " {}", probe.mark);
    }
    out.flush(cx);
}
