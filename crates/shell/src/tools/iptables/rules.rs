//! From a command line to rules.

use packetwalk_netfilter::matches::Match;
use packetwalk_netfilter::matches::range::Range;
use packetwalk_netfilter::matches::tcp::Tcp;
use packetwalk_netfilter::matches::udp::Udp;
use packetwalk_netfilter::targets::Target;
use packetwalk_netfilter::xtables::{Cond, Counters, Face, Rule};
use packetwalk_trace::ChainId;
use packetwalk_wire::{Family, proto};

use super::cli::Parsed;
use super::fail::Fail;
use super::program::Program;

/// The nft face writes ports and flags of TCP and UDP as its own expressions, which need `-p`.
///
/// # Errors
/// As the real tool, which finds it before it looks at the table.
///
/// # Source
/// iptables 1.8.9, `iptables/nft.c`: `add_nft_tcp`, `add_nft_udp`.
pub(super) fn check_native(p: &Parsed, program: &Program) -> Result<(), Fail> {
    if program.face != Face::Nft || !p.commands.has_rule() {
        return Ok(());
    }
    let number = p.base.proto.map_or(0, |c| c.is);
    for m in &p.matches {
        match m {
            Match::Tcp(m) => {
                let flags = m.flags.is_none_or(|c| !c.not && c.is == (0, 0));
                let plain = asked(m.sport).is_none() && asked(m.dport).is_none() && flags;
                if m.option.is_none() && !plain && number != proto::TCP {
                    return Err(Fail::param("TCP match requires '-p tcp'"));
                }
            }
            Match::Udp(m)
                if number != proto::UDP && (asked(m.sport).is_some() || asked(m.dport).is_some()) =>
            {
                return Err(Fail::param("UDP match requires '-p udp'"));
            }
            _ => {}
        }
    }
    Ok(())
}

/// The rules of a command line, one for each pair of addresses; `None` when the chain that it jumps to is
/// not there.
pub(super) fn build(
    p: &Parsed,
    (face, family): (Face, Family),
    find: impl FnOnce(&str) -> Option<ChainId>,
) -> Option<Vec<Rule>> {
    let target = match &p.jump.target {
        Some(target) => target.clone(),
        None if p.jump.name.is_empty() => Target::None,
        None => {
            let id = find(&p.jump.name)?;
            if p.jump.goto { Target::Goto(id) } else { Target::Jump(id) }
        }
    };
    // iptables 1.8.9, `iptables/nft-ipv6.c`: `nft_ipv6_add_entry` and its like hand no counters on.
    let lost = face == Face::Nft && family == Family::V6;
    let (packets, bytes) = p.counters.filter(|_| !lost).unwrap_or_default();
    let some = |c: packetwalk_netfilter::xtables::Cond<packetwalk_netfilter::xtables::Net>| {
        (c.not || c.is.mask != 0).then_some(c)
    };
    let mut matches = if face == Face::Nft { native(&p.matches) } else { p.matches.clone() };
    let most = p.sources.len() * p.destinations.len();
    let mut rules = Vec::with_capacity(most);
    for source in &p.sources {
        for destination in &p.destinations {
            let mut base = p.base;
            (base.src, base.dst) = (some(*source), some(*destination));
            rules.push(Rule {
                base,
                matches: if rules.len() + 1 == most { std::mem::take(&mut matches) } else { matches.clone() },
                target: target.clone(),
                counters: Counters { packets, bytes },
                handle: 0,
            });
        }
    }
    Some(rules)
}

type Ports = Option<Cond<Range<u16>>>;

fn all(c: Ports) -> bool {
    c.is_none_or(|c| c.is == Range::new(0, u16::MAX))
}

/// All ports ask nothing, unless negated; not those up to a port is those above it.
fn asked(c: Ports) -> Ports {
    match c {
        Some(c) if all(Some(c)) && !c.not => None,
        Some(Cond { not: true, is: Range { min: 0, max } }) if max > 0 && max < u16::MAX => {
            Some(Cond { not: false, is: Range::new(max + 1, u16::MAX) })
        }
        c => c,
    }
}

/// Two single ports, negated alike, become one comparison.
fn together(sport: Ports, dport: Ports) -> bool {
    let single = |c: Ports| c.filter(|c| c.not && c.is.min != 0 && c.is.min == c.is.max);
    single(sport).is_some() && single(dport).is_some()
}

/// The second comparison is shown in the first's place.
fn hides<T: PartialEq>(old: Option<T>, new: Option<T>) -> bool {
    old.is_some() && new.is_some() && old != new
}

/// The last is shown, negated if one before it was (`invflags` only gains bits).
fn merge<T: Copy>(into: &mut Option<Cond<T>>, shown_not: &mut bool, from: Option<Cond<T>>) {
    if from.is_some() {
        *shown_not |= into.is_some_and(|c| c.not);
        *into = from;
    }
}

/// Ports, unless they are all.
fn some(c: Ports) -> Ports {
    c.filter(|_| !all(c))
}

/// TCP and UDP matches as the kernel gives them back to the nft face: what asks nothing is gone, and
/// several of one protocol are shown as one. Of two that ask the same thing the last is shown; both judge.
///
/// # Source
/// iptables 1.8.9, `iptables/nft.c`: `add_nft_tcpudp`; `nft-shared.c`: `nft_tcp_match`, `nft_udp_match`.
fn native(matches: &[Match]) -> Vec<Match> {
    let mut out: Vec<Match> = Vec::with_capacity(matches.len());
    let (mut tcp_at, mut udp_at) = (None, None);
    for m in matches {
        match m {
            Match::Tcp(t) if t.option.is_none() => {
                let t = Tcp {
                    sport: asked(t.sport),
                    dport: asked(t.dport),
                    flags: t.flags.filter(|c| c.not || c.is != (0, 0)),
                    ..*t
                };
                if t == Tcp::default() {
                    out.push(Match::Tcp(t));
                    continue;
                }
                let flags = t.flags.filter(|c| c.is.0 != 0);
                if all(t.sport) && all(t.dport) && flags.is_none() {
                    continue;
                }
                let at = *tcp_at.get_or_insert_with(|| {
                    out.push(Match::Tcp(Tcp::default()));
                    out.len() - 1
                });
                let mut hidden = None;
                if let Some(Match::Tcp(one)) = out.get_mut(at) {
                    if hides(one.sport, t.sport) || hides(one.dport, t.dport) || hides(one.flags, flags) {
                        hidden = Some(Match::Tcp(Tcp { hidden: true, ..*one }));
                    }
                    one.ports_together |= together(t.sport, t.dport);
                    let [source, destination, flag] = &mut one.shown_not;
                    merge(&mut one.sport, source, some(t.sport));
                    merge(&mut one.dport, destination, some(t.dport));
                    merge(&mut one.flags, flag, flags);
                }
                out.extend(hidden);
            }
            Match::Udp(u) => {
                let u = Udp { sport: asked(u.sport), dport: asked(u.dport), ..*u };
                if u == Udp::default() {
                    out.push(Match::Udp(u));
                    continue;
                }
                if all(u.sport) && all(u.dport) {
                    continue;
                }
                let at = *udp_at.get_or_insert_with(|| {
                    out.push(Match::Udp(Udp::default()));
                    out.len() - 1
                });
                let mut hidden = None;
                if let Some(Match::Udp(one)) = out.get_mut(at) {
                    if hides(one.sport, u.sport) || hides(one.dport, u.dport) {
                        hidden = Some(Match::Udp(Udp { hidden: true, ..*one }));
                    }
                    one.ports_together |= together(u.sport, u.dport);
                    let [source, destination] = &mut one.shown_not;
                    merge(&mut one.sport, source, some(u.sport));
                    merge(&mut one.dport, destination, some(u.dport));
                }
                out.extend(hidden);
            }
            Match::Limit(m) => out.push(Match::Limit(m.native())),
            other => out.push(other.clone()),
        }
    }
    out
}
