//! The conditions of a chain's rules, field by field.

use packetwalk_wire::{Family, Order, Pages, proto};

use super::SMALL;
use super::brief::{Briefs, Found, Keys};
use super::ranges::{Asked, Ranges};
use super::sets::{LISTS, ListId, MOST, SetId, Sets, TreeId, Which as Set, bits};
use crate::env::HookState;
use crate::matches::Match;
use crate::matches::multiport::Which;
use crate::matches::range;
use crate::xtables::condition::{Look, Net};
use crate::xtables::{Cond, Rule};

/// Fields that rules are told apart by.
const FIELDS: usize = 7;

/// What a set of rules is found by.
#[derive(Clone, Copy, Debug)]
enum Field {
    Dst,
    Dport,
    Src,
    Sport,
    Out,
    In,
    Proto,
}

/// For each field, which rules may take a packet.
#[derive(Debug)]
pub(super) struct Compiled {
    /// What each rule asks.
    briefs: Briefs,
    /// Those that rules ask, the field that tells most apart first; none in a short chain.
    fields: Vec<(Field, Values)>,
    sets: Sets,
}

/// The sets of a field's values.
#[derive(Debug)]
enum Values {
    Ranges(Ranges),
    Names(Names),
}

/// A packet's way through the rules that may take it.
#[derive(Debug)]
pub(in crate::xtables) enum Cursor {
    /// From rule to rule.
    Each,
    /// Through the lists of one field's set; what is left of each.
    Lists([ListId; LISTS]),
    /// Through what is in all trees.
    Trees {
        trees: [Option<TreeId>; FIELDS],
        /// Rules found last: the number of 64, and which of them.
        found: Option<(u32, u64)>,
    },
}

/// An interface's name, by whole names.
#[derive(Debug)]
struct Names {
    /// In ascending order.
    names: Vec<([u8; 16], SetId)>,
    other: SetId,
}

impl Names {
    /// See [`Ranges::new`].
    fn new(mut asked: Vec<([u8; 16], u32)>, any: &[u32], sets: &mut Sets) -> Option<(usize, Self)> {
        if asked.is_empty() {
            return None;
        }
        asked.order();
        let other = sets.add(any, None);
        let of = asked.chunk_by(|a, b| a.0 == b.0).filter_map(|same| {
            let rules: Vec<u32> = same.iter().map(|s| s.1).collect();
            Some((same.first()?.0, sets.add(&rules, Some(other))))
        });
        let names: Vec<_> = of.collect();
        Some((any.len() + asked.len() / names.len().max(1), Self { names, other }))
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
        let mut briefs = Briefs::new(rules, MOST, family);
        let mut sets = Sets::default();
        let fields = if rules.len() > SMALL { fields(rules, family, &mut sets) } else { Vec::new() };
        briefs.list(&sets.take_lists());
        Self { briefs, fields, sets }
    }

    /// Number of rules.
    pub(super) const fn len(&self) -> usize {
        self.briefs.len()
    }

    /// Where a packet begins.
    pub(super) fn cursor(&self, keys: &mut Keys, look: &Look, state: &HookState) -> Cursor {
        self.briefs.read(keys, state);
        if self.fields.is_empty() {
            return Cursor::Each;
        }
        // Without ports that can be read, a rule may drop the packet for that.
        let port = |n: usize| keys.ports().and_then(|ports| ports.get(n).copied()).map(u128::from);
        let mut trees = [None; FIELDS];
        for (n, (field, values)) in self.fields.iter().enumerate() {
            let number = match field {
                Field::Dst => Some(look.dst),
                Field::Dport => port(1),
                Field::Src => Some(look.src),
                Field::Sport => port(0),
                Field::Proto => Some(u128::from(look.proto)),
                Field::Out | Field::In => None,
            };
            let set = match values {
                Values::Ranges(ranges) => number.and_then(|number| ranges.set(number)),
                Values::Names(names) => {
                    let dev = if matches!(field, Field::Out) { &state.oif } else { &state.iif };
                    Some(names.set(dev.name.raw()))
                }
            };
            match set.map(SetId::which) {
                Some(Set::List(id)) => return Cursor::Lists(self.briefs.cursor(id)),
                Some(Set::Tree(id)) => {
                    if let Some(tree) = trees.get_mut(n) {
                        *tree = Some(id);
                    }
                }
                None => {}
            }
        }
        Cursor::Trees { trees, found: None }
    }

    /// The first rule from `from` on that may take the packet; `from` never falls.
    #[inline]
    pub(super) fn next(&self, cursor: &mut Cursor, keys: &Keys, from: usize) -> Option<Found> {
        match cursor {
            Cursor::Each => self.briefs.next(keys, from),
            Cursor::Lists(lists) => self.briefs.listed(lists, keys, from),
            Cursor::Trees { trees, found } => {
                let mut from = from as u32;
                loop {
                    let place = self.in_all(trees, found, from)?;
                    if let Some(found) = self.briefs.at(keys, place as usize) {
                        return Some(found);
                    }
                    from = place + 1;
                }
            }
        }
    }

    /// The first rule from `from` on that is in all trees; `found` is kept for the next.
    fn in_all(
        &self,
        trees: &[Option<TreeId>; FIELDS],
        found: &mut Option<(u32, u64)>,
        from: u32,
    ) -> Option<u32> {
        let (top, middle) = (from >> 12, from >> 6 & 63);
        if let Some((place, word)) = *found
            && place >= from >> 6
        {
            let word = if place == from >> 6 { word & (!0 << (from & 63)) } else { word };
            if word != 0 {
                return Some(place << 6 | word.trailing_zeros());
            }
        }
        let all = |ahead: u64, of: &dyn Fn(TreeId) -> u64| {
            let mut mask = ahead;
            for &id in trees.iter().flatten() {
                if mask == 0 {
                    break;
                }
                mask &= of(id);
            }
            mask
        };
        for t in bits(all((!0_u64).checked_shl(top)?, &|id| self.sets.top(id))) {
            let ahead = if t == top { !0 << middle } else { !0 };
            for m in bits(all(ahead, &|id| self.sets.middle(id, t))) {
                let ahead = if (t, m) == (top, middle) { !0 << (from & 63) } else { !0 };
                let word = all(ahead, &|id| self.sets.word(id, t, m));
                if word != 0 {
                    let place = t << 6 | m;
                    *found = Some((place, word));
                    return Some(place << 6 | word.trailing_zeros());
                }
            }
        }
        None
    }
}

/// The fields that rules ask; the one by which a packet finds the fewest rules comes first.
fn fields(rules: &Pages<Rule>, family: Family, sets: &mut Sets) -> Vec<(Field, Values)> {
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
    let mut all = Vec::new();
    let ranges = [
        (Field::Dst, dst, bits),
        (Field::Dport, dport, 16),
        (Field::Src, src, bits),
        (Field::Sport, sport, 16),
    ];
    for (field, asked, width) in ranges.into_iter().chain([(Field::Proto, proto, 16)]) {
        let ranges = Ranges::new(asked, width, sets);
        all.extend(ranges.map(|(rules, ranges)| (rules, field, Values::Ranges(ranges))));
    }
    for (field, asked) in [(Field::Out, oif), (Field::In, iif)] {
        let names = Names::new(asked.0, &asked.1, sets);
        all.extend(names.map(|(rules, names)| (rules, field, Values::Names(names))));
    }
    all.order_by_key(|(rules, ..)| *rules);
    all.into_iter().map(|(_, field, values)| (field, values)).collect()
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
pub(super) fn ports(rule: &Rule) -> [Vec<(u128, u128)>; 2] {
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
