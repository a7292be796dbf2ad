//! The conditions of a chain's rules, field by field.

use packetwalk_wire::{Family, Pages, Skb, proto};

use super::ranges::{Asked, Ranges};
use super::sets::{MOST, SetId, Sets, bits};
use crate::env::HookState;
use crate::matches::Match;
use crate::matches::multiport::Which;
use crate::matches::range;
use crate::raw;
use crate::xtables::condition::{Look, Net};
use crate::xtables::{Cond, Rule};

/// Fields that rules are told apart by.
const FIELDS: usize = 7;

/// For each field, which rules may take a packet.
#[derive(Debug)]
pub(super) struct Compiled {
    sets: Sets,
    src: Option<Ranges>,
    dst: Option<Ranges>,
    sport: Option<Ranges>,
    dport: Option<Ranges>,
    proto: Option<Ranges>,
    iif: Option<Names>,
    oif: Option<Names>,
}

/// A packet's way through the rules that may take it.
#[derive(Debug)]
pub(in crate::xtables) struct Cursor {
    fields: [Option<SetId>; FIELDS],
    /// Rules found last: the number of 64, and which of them.
    found: Option<(u32, u64)>,
}

/// An interface's name, by whole names.
#[derive(Debug)]
struct Names {
    /// In ascending order.
    names: Vec<([u8; 16], SetId)>,
    other: SetId,
}

impl Names {
    fn new(mut asked: Vec<([u8; 16], u32)>, any: &[u32], sets: &mut Sets) -> Option<Self> {
        if asked.is_empty() {
            return None;
        }
        asked.sort_unstable();
        let other = sets.add(any, None);
        let of = asked.chunk_by(|a, b| a.0 == b.0).filter_map(|same| {
            let rules: Vec<u32> = same.iter().map(|s| s.1).collect();
            Some((same.first()?.0, sets.add(&rules, Some(other))))
        });
        Some(Self { names: of.collect(), other })
    }

    #[inline]
    fn set(&self, name: &[u8; 16]) -> SetId {
        let at = self.names.binary_search_by(|(n, _)| n.cmp(name));
        at.ok().and_then(|at| self.names.get(at)).map_or(self.other, |n| n.1)
    }
}

impl Compiled {
    /// Of at most [`MOST`] rules.
    pub(super) fn new(rules: &Pages<Rule>, family: Family) -> Self {
        let bits = u32::from(family.bits());
        let [mut src, mut dst, mut sport, mut dport, mut proto] = [(); 5].map(|()| Asked::default());
        let [mut iif, mut oif] = [(); 2].map(|()| (Vec::new(), Vec::new()));
        for (n, rule) in rules.iter().take(MOST).enumerate() {
            let n = n as u32;
            let base = &rule.base;
            address(&mut src, base.src, family, n);
            address(&mut dst, base.dst, family, n);
            let positive = base.proto.filter(|p| !p.not).map(|p| u128::from(p.is));
            ask(&mut proto, positive.map(|p| (p, p)), n);
            for (asked, name) in [(&mut iif, base.iif), (&mut oif, base.oif)] {
                match name.filter(|c| !c.not).and_then(|c| c.is.whole()) {
                    Some(name) => asked.0.push((name, n)),
                    None => asked.1.push(n),
                }
            }
            let [s, d] = ports(rule);
            ask(&mut sport, s, n);
            ask(&mut dport, d, n);
        }
        let mut sets = Sets::default();
        Self {
            src: Ranges::new(src, bits, &mut sets),
            dst: Ranges::new(dst, bits, &mut sets),
            sport: Ranges::new(sport, 16, &mut sets),
            dport: Ranges::new(dport, 16, &mut sets),
            proto: Ranges::new(proto, 16, &mut sets),
            iif: Names::new(iif.0, &iif.1, &mut sets),
            oif: Names::new(oif.0, &oif.1, &mut sets),
            sets,
        }
    }

    /// Where a packet begins.
    pub(super) fn cursor(&self, look: &Look, state: &HookState, skb: &Skb) -> Cursor {
        let of = |field: &Option<Ranges>, number: u128| field.as_ref().and_then(|f| f.set(number));
        // Without ports that can be read, a rule may drop the packet for that.
        let ports = skb.packet.ports().filter(|_| !raw::is_later_fragment(&skb.packet));
        let port = |field: &Option<Ranges>, port: Option<u16>| of(field, u128::from(port?));
        let fields = [
            of(&self.dst, look.dst),
            port(&self.dport, ports.map(|p| p.1)),
            of(&self.src, look.src),
            port(&self.sport, ports.map(|p| p.0)),
            self.oif.as_ref().map(|n| n.set(state.oif.name.raw())),
            self.iif.as_ref().map(|n| n.set(state.iif.name.raw())),
            of(&self.proto, u128::from(look.proto)),
        ];
        Cursor { fields, found: None }
    }

    /// The first rule from `from` on that may take the packet; `from` never falls.
    pub(super) fn next(&self, cursor: &mut Cursor, from: u32) -> Option<u32> {
        let (top, middle) = (from >> 12, from >> 6 & 63);
        if let Some((place, word)) = cursor.found
            && place >= from >> 6
        {
            let word = if place == from >> 6 { word & (!0 << (from & 63)) } else { word };
            if word != 0 {
                return Some(place << 6 | word.trailing_zeros());
            }
        }
        let fields = || cursor.fields.iter().flatten();
        let tops = fields().fold(!0, |mask, &set| mask & self.sets.top(set)) & (!0_u64).checked_shl(top)?;
        for t in bits(tops) {
            let ahead = if t == top { !0 << middle } else { !0 };
            for m in bits(fields().fold(ahead, |mask, &set| mask & self.sets.middle(set, t))) {
                let ahead = if (t, m) == (top, middle) { !0 << (from & 63) } else { !0 };
                let word = fields().fold(ahead, |mask, &set| mask & self.sets.word(set, t, m));
                if word != 0 {
                    let place = t << 6 | m;
                    cursor.found = Some((place, word));
                    return Some(place << 6 | word.trailing_zeros());
                }
            }
        }
        None
    }
}

fn ask(field: &mut Asked, range: impl IntoIterator<Item = (u128, u128)>, rule: u32) {
    let before = field.ranges.len();
    field
        .ranges
        .extend(range.into_iter().filter(|(low, high)| low <= high).map(|(low, high)| (low, high, rule)));
    if field.ranges.len() == before {
        field.any.push(rule);
    }
}

fn address(field: &mut Asked, net: Option<Cond<Net>>, family: Family, rule: u32) {
    let all = u128::MAX >> (128 - u32::from(family.bits()));
    let net = net.filter(|c| !c.not && c.is.prefix_len(family).is_some()).map(|c| c.is);
    ask(field, net.map(|n| (n.addr & n.mask, n.addr & n.mask | (all & !n.mask))), rule);
}

/// The source and the destination ports that a rule takes, as far as they are asked by the first of its matches that
/// can do anything: what comes later may not be asked for a packet that the earlier do not meet, but they would be
/// asked for one that only the later do not meet.
fn ports(rule: &Rule) -> [Vec<(u128, u128)>; 2] {
    let [mut source, mut destination] = [Vec::new(), Vec::new()];
    let with_ports = rule.base.proto.is_some_and(|p| !p.not && matches!(p.is, proto::TCP | proto::UDP));
    let number = |r: &range::Range<u16>| (u128::from(r.min), u128::from(r.max));
    let positive = |c: Option<Cond<range::Range<u16>>>| c.filter(|c| !c.not).map(|c| number(&c.is));
    for m in rule.matches.iter().take_while(|_| with_ports) {
        let (s, d, more) = match m {
            Match::Comment(_) | Match::State(_) | Match::Conntrack(_) | Match::Mark(_) => (None, None, true),
            Match::Tcp(tcp) => (positive(tcp.sport), positive(tcp.dport), tcp.option.is_none()),
            Match::Udp(udp) => (positive(udp.sport), positive(udp.dport), true),
            Match::Multiport(multi) if !multi.not => {
                let field = match multi.which {
                    Which::Source => &mut source,
                    Which::Destination => &mut destination,
                    Which::Either => continue,
                };
                if field.is_empty() {
                    field.extend(multi.ports.iter().map(number));
                }
                continue;
            }
            _ => break,
        };
        if let Some(s) = s.filter(|_| source.is_empty()) {
            source.push(s);
        }
        if let Some(d) = d.filter(|_| destination.is_empty()) {
            destination.push(d);
        }
        if !more {
            break;
        }
    }
    [source, destination]
}
