//! What a rule asks of every packet, in a few words that stand together: most rules that do not take a packet are
//! passed over without a look at the rule itself.

use packetwalk_wire::{Family, Pages, Skb, proto};

use super::compiled::ports;
use super::sets::{LISTS, ListId, Listed};
use crate::env::HookState;
use crate::matches::Match;
use crate::matches::range::Range;
use crate::raw;
use crate::targets::Target;
use crate::xtables::condition::{Field, Look};
use crate::xtables::{Cond, Rule};

/// What rules ask of a packet, as [`Brief`] has it.
#[derive(Clone, Copy, Debug)]
pub(in crate::xtables) struct Keys {
    /// Source and destination: of IPv4 both in the first word, of IPv6 two words each.
    addresses: [u64; 4],
    /// The protocol, and a bit for each of the chain's [`Names`] that is met.
    rest: u32,
    /// Source and destination, 0 if they cannot be read.
    ports: [u16; 2],
    /// All ones, or zero if a rule that asks ports has to be asked itself, for it may drop the packet.
    has_ports: u32,
}

impl Keys {
    /// Of a packet that has none of it.
    pub(in crate::xtables) const EMPTY: Self =
        Self { addresses: [0; 4], rest: 0, ports: [0; 2], has_ports: 0 };

    /// Reads a packet.
    #[inline]
    pub(in crate::xtables) fn read(&mut self, look: &Look, state: &HookState, skb: &Skb) {
        let ports = skb.packet.ports().filter(|_| !raw::is_later_fragment(&skb.packet));
        self.addresses = addresses(state.family, look.src, look.dst);
        self.rest = u32::from(look.proto);
        self.ports = ports.unwrap_or_default().into();
        self.has_ports = if ports.is_some() { !0 } else { 0 };
    }

    /// Source and destination port, if they can be read.
    #[inline]
    pub(super) fn ports(&self) -> Option<[u16; 2]> {
        (self.has_ports != 0).then_some(self.ports)
    }
}

#[inline]
const fn addresses(family: Family, src: u128, dst: u128) -> [u64; 4] {
    match family {
        Family::V4 => [(src << 32 | dst) as u64, 0, 0, 0],
        Family::V6 => [(src >> 64) as u64, src as u64, (dst >> 64) as u64, dst as u64],
    }
}

/// What a rule asks of an interface, without `!`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Name {
    field: Field,
    name: u128,
    /// Bytes of it that must agree.
    mask: u128,
}

/// What a chain's rules ask of interfaces.
type Names = Vec<Name>;

/// So many of [`Names`] have bits, above the protocol's and below [`HOW`].
const NAMES: usize = 21;

/// The bit of a condition of an interface, if there is one left for it.
fn bit(names: &mut Names, name: Name) -> Option<u32> {
    let known = names.iter().position(|known| *known == name);
    if known.is_none() && names.len() < NAMES {
        names.push(name);
        return bit(names, name);
    }
    Some(1 << 8 << known?)
}

/// Where [`How`] stands in [`Brief::rest`], above all conditions.
const HOW: u32 = 29;

/// What is known of a rule that may take a packet.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(in crate::xtables) enum How {
    /// It has to be asked.
    Ask,
    /// It takes the packet; what it does then is not here.
    Met,
    /// It takes the packet and counts it, and this is all that it does.
    Accept,
    Drop,
    Return,
}

/// A rule's conditions: addresses, protocol and ports that are not negated, and interfaces. Who does not meet them does
/// not meet the rule, nor would it be noticed that the rule had been asked.
#[derive(Clone, Copy, Debug)]
struct Brief<const N: usize> {
    addresses: [u64; N],
    masks: [u64; N],
    rest: u32,
    rest_mask: u32,
    /// The lowest source and destination port.
    lowest: [u16; 2],
    /// How many follow it.
    more: [u16; 2],
}

impl<const N: usize> Brief<N> {
    fn new(rule: &Rule, family: Family, names: &mut Names) -> Self {
        let base = &rule.base;
        let [(src, src_mask), (dst, dst_mask)] = [base.src, base.dst]
            .map(|net| net.filter(|c| !c.not).map_or((0, 0), |c| (c.is.addr & c.is.mask, c.is.mask)));
        let mut is_whole = is_whole(rule);
        let proto = base.proto.filter(|c| !c.not).map(|c| u32::from(c.is));
        let (mut rest, mut rest_mask) = proto.map_or((0, 0), |proto| (proto, u32::from(u8::MAX)));
        for (field, cond) in [(Field::In, base.iif), (Field::Out, base.oif)] {
            let Some(cond) = cond else { continue };
            let (name, mask) = cond.is.bits();
            let bit = bit(names, Name { field, name, mask });
            is_whole &= bit.is_some();
            let bit = bit.unwrap_or_default();
            rest |= if cond.not { 0 } else { bit };
            rest_mask |= bit;
        }
        let hull = ports(rule).map(|ranges| {
            let ranges = || ranges.iter().filter(|(low, high)| low <= high);
            let low = ranges().map(|r| r.0 as u16).min().unwrap_or(0);
            (low, ranges().map(|r| r.1 as u16).max().unwrap_or(u16::MAX) - low)
        });
        let how = match &rule.target {
            _ if !is_whole => How::Ask,
            Target::Accept => How::Accept,
            Target::Drop => How::Drop,
            Target::Return => How::Return,
            _ => How::Met,
        };
        let first = |words: [u64; 4]| words.first_chunk().copied().unwrap_or([0; N]);
        Self {
            addresses: first(addresses(family, src, dst)),
            masks: first(addresses(family, src_mask, dst_mask)),
            rest: rest | (how as u32) << HOW,
            rest_mask,
            lowest: hull.map(|h| h.0),
            more: hull.map(|h| h.1),
        }
    }

    #[inline]
    fn admits(&self, keys: &Keys) -> bool {
        let mut other = 0;
        for n in 0..N.min(keys.addresses.len()) {
            other |= (keys.addresses[n] ^ self.addresses[n]) & self.masks[n];
        }
        // Most are refused here.
        if other != 0 {
            return false;
        }
        let ([sport, dport], [low_s, low_d], [more_s, more_d]) = (keys.ports, self.lowest, self.more);
        let outside = (sport.wrapping_sub(low_s) > more_s) | (dport.wrapping_sub(low_d) > more_d);
        (keys.rest ^ self.rest) & self.rest_mask | u32::from(outside) & keys.has_ports == 0
    }

    /// Of a packet that it admits.
    #[inline]
    const fn found(&self, keys: &Keys, place: usize) -> Found {
        let how = match (self.rest & keys.has_ports) >> HOW {
            0 => How::Ask,
            1 => How::Met,
            2 => How::Accept,
            3 => How::Drop,
            _ => How::Return,
        };
        Found { place, how }
    }
}

/// Whether a packet whose ports can be read meets a rule if it meets what [`Brief`] has of it, provided that has the
/// interfaces.
fn is_whole(rule: &Rule) -> bool {
    let base = &rule.base;
    let positive = |c: Option<Cond<Range<u16>>>| c.is_none_or(|c| !c.not && c.is.min <= c.is.max);
    let of = |proto| base.proto == Some(Cond::new(proto));
    let mut asked = 0;
    !base.src.is_some_and(|c| c.not)
        && !base.dst.is_some_and(|c| c.not)
        && !base.proto.is_some_and(|c| c.not)
        && base.fragment.is_none()
        && rule.matches.iter().all(|m| match m {
            Match::Comment(_) => true,
            Match::Tcp(m) => {
                asked += 1;
                of(proto::TCP)
                    && positive(m.sport)
                    && positive(m.dport)
                    && !m.ports_together
                    && m.flags.is_none()
                    && m.option.is_none()
            }
            Match::Udp(m) => {
                asked += 1;
                of(proto::UDP) && positive(m.sport) && positive(m.dport) && !m.ports_together
            }
            _ => false,
        })
        && asked <= 1
}

/// Those of a chain's rules.
#[derive(Debug)]
pub(super) struct Briefs {
    kind: Kind,
    names: Names,
}

#[derive(Debug)]
enum Kind {
    Four(All<1>),
    Six(All<4>),
}

/// Those of each rule, and once more those of each rule in a list, where what a packet looks at stands together.
#[derive(Debug)]
struct All<const N: usize> {
    each: Vec<Brief<N>>,
    lists: Vec<(Brief<N>, Listed)>,
}

/// A rule that may take a packet.
#[derive(Clone, Copy, Debug)]
pub(in crate::xtables) struct Found {
    /// Its place in the chain.
    pub place: usize,
    /// What is known of it.
    pub how: How,
}

impl Found {
    /// One that has to be asked.
    pub(super) const fn ask(place: usize) -> Self {
        Self { place, how: How::Ask }
    }
}

impl<const N: usize> All<N> {
    fn new<'a>(rules: impl Iterator<Item = &'a Rule>, family: Family, names: &mut Names) -> Self {
        Self { each: rules.map(|rule| Brief::new(rule, family, names)).collect(), lists: Vec::new() }
    }

    fn list(&mut self, lists: &[Listed]) {
        let with = |listed: &Listed| Some((*self.each.get(listed.place())?, *listed));
        self.lists = lists.iter().filter_map(with).collect();
    }

    #[inline]
    fn next(&self, keys: &Keys, from: usize) -> Option<Found> {
        let keys = *keys;
        let place = from + self.each.get(from..)?.iter().position(|brief| brief.admits(&keys))?;
        let Found { place, how } = self.each.get(place)?.found(&keys, place);
        // In a short chain the rule is near.
        Some(Found { place, how: how.min(How::Met) })
    }

    #[inline]
    fn at(&self, keys: &Keys, place: usize) -> Option<Found> {
        let brief = self.each.get(place).filter(|brief| brief.admits(keys))?;
        Some(brief.found(keys, place))
    }

    #[inline]
    fn cursor(&self, id: ListId) -> [ListId; LISTS] {
        let mut lists = [id, ListId::EMPTY, ListId::EMPTY, ListId::EMPTY];
        for n in 1..LISTS {
            let Some((_, first)) = lists.get(n - 1).and_then(|id| self.lists.get(id.first())) else { break };
            if let Some(list) = lists.get_mut(n) {
                *list = first.above;
            }
        }
        lists
    }

    #[inline]
    fn listed(&self, lists: &mut [ListId; LISTS], keys: &Keys, from: usize) -> Option<Found> {
        let (keys, mut first, mut before) = (*keys, None, usize::MAX);
        for list in lists {
            let Some(rules) = self.lists.get(list.first()..) else { continue };
            let mut passed = 0;
            for (brief, listed) in rules {
                let place = listed.place();
                if place >= before {
                    break;
                }
                if brief.admits(&keys) && place >= from {
                    first = Some(brief.found(&keys, place));
                    before = place;
                    break;
                }
                passed += 1;
                if listed.is_last() {
                    passed = 0;
                    *list = ListId::EMPTY;
                    break;
                }
            }
            *list = list.after(passed);
        }
        first
    }
}

/// What is asked of those of a family.
macro_rules! of {
    ($self:ident, $all:ident => $then:expr) => {
        match &$self.kind {
            Kind::Four($all) => $then,
            Kind::Six($all) => $then,
        }
    };
}

impl Briefs {
    /// Of at most so many rules.
    pub(super) fn new(rules: &Pages<Rule>, most: usize, family: Family) -> Self {
        let rules = rules.iter().take(most);
        let mut names = Names::new();
        let kind = match family {
            Family::V4 => Kind::Four(All::new(rules, family, &mut names)),
            Family::V6 => Kind::Six(All::new(rules, family, &mut names)),
        };
        Self { kind, names }
    }

    /// Takes the lists of the rules' sets.
    pub(super) fn list(&mut self, lists: &[Listed]) {
        match &mut self.kind {
            Kind::Four(all) => all.list(lists),
            Kind::Six(all) => all.list(lists),
        }
    }

    /// Of how many rules.
    pub(super) const fn len(&self) -> usize {
        of!(self, all => all.each.len())
    }

    /// Reads the interfaces.
    #[inline]
    pub(super) fn read(&self, keys: &mut Keys, state: &HookState) {
        keys.rest &= u32::from(u8::MAX);
        let iif = u128::from_le_bytes(*state.iif.name.raw());
        let oif = u128::from_le_bytes(*state.oif.name.raw());
        for (n, asked) in self.names.iter().enumerate() {
            let name = if asked.field == Field::In { iif } else { oif };
            keys.rest |= u32::from((name ^ asked.name) & asked.mask == 0) << 8 << n;
        }
    }

    /// The first from `from` on that a packet meets.
    #[inline]
    pub(super) fn next(&self, keys: &Keys, from: usize) -> Option<Found> {
        of!(self, all => all.next(keys, from))
    }

    /// One, if a packet meets it.
    #[inline]
    pub(super) fn at(&self, keys: &Keys, place: usize) -> Option<Found> {
        of!(self, all => all.at(keys, place))
    }

    /// Where a packet begins in the lists of a set.
    #[inline]
    pub(super) fn cursor(&self, id: ListId) -> [ListId; LISTS] {
        of!(self, all => all.cursor(id))
    }

    /// The first from `from` on in any of these lists that a packet meets; `from` never falls.
    #[inline]
    pub(super) fn listed(&self, lists: &mut [ListId; LISTS], keys: &Keys, from: usize) -> Option<Found> {
        of!(self, all => all.listed(lists, keys, from))
    }
}
