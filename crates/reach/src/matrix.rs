//! The matrix: places, probes, and a cell for each pair and probe.

use packetwalk_lab::Lab;
use packetwalk_shell::print::walk::Language;
use packetwalk_trace::{Event, NsId, Step};
use packetwalk_wire::Order;
use packetwalk_wire::sorted::Map;

use crate::asker::Asker;
use crate::classes::{Classes, classes};
use crate::mention::renamed;
use crate::place::{Place, places};
use crate::probe::{Cell, Met, Probe, ask};
use crate::touch::{Speaks, Touched};

/// Places that nothing tells apart.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Alike {
    /// Their numbers.
    pub members: Vec<usize>,
}

/// Which cells have one answer: class of the source, class and address of the destination, probe, and whether source
/// and destination are one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Key {
    /// Class of the source.
    pub from: usize,
    /// Class of the destination.
    pub to: usize,
    /// Which of the destination's addresses.
    pub address: usize,
    /// Which probe: the first of those that are alike.
    pub probe: usize,
    /// The source is the destination.
    pub own: bool,
}

/// The answers of one key.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Share {
    key: Key,
    /// Source and destination that were asked, and the answer.
    cell: (usize, usize, Cell),
    /// The others, where a rule was met that goes by chance: each for itself.
    others: Vec<((usize, usize), Cell)>,
}

impl Share {
    /// The pairs that were asked, and their answers. The first one stands for all that have none of their own.
    pub fn answers(&self) -> impl Iterator<Item = ((usize, usize), &Cell)> {
        let (from, to, cell) = &self.cell;
        let others = self.others.iter().map(|(pair, cell)| (*pair, cell));
        core::iter::once(((*from, *to), cell)).chain(others)
    }
}

/// A matrix of a lab.
#[derive(Clone, Debug)]
pub struct Matrix {
    /// The places.
    pub places: Vec<Place>,
    /// The probes.
    pub probes: Vec<Probe>,
    classes: Vec<Alike>,
    class_of: Vec<usize>,
    probe_of: Vec<usize>,
    chancy: Vec<Met>,
    speaks: Option<Speaks>,
    port: u16,
    language: Language,
    cells: Map<Key, Share>,
}

impl Matrix {
    /// A matrix without answers: [`Self::keys`] tells what to ask, [`Self::solve`] asks, [`Self::take`] takes the answer.
    pub fn new(lab: &Lab, probes: &[Probe], language: Language) -> Self {
        Self::with(lab, probes, language, false)
    }

    /// The same, with every place in a class of its own, and every probe: each cell is asked for itself.
    pub fn one_by_one(lab: &Lab, probes: &[Probe], language: Language) -> Self {
        let mut matrix = Self::with(lab, probes, language, true);
        matrix.probe_of = (0..probes.len()).collect();
        matrix
    }

    fn with(lab: &Lab, probes: &[Probe], language: Language, alone: bool) -> Self {
        let places = places(lab);
        let Classes { of, probes: probe_of, mut chancy, port, speaks } = classes(lab, &places, probes, alone);
        chancy.order();
        let mut members: Vec<Alike> = Vec::new();
        for (place, &class) in of.iter().enumerate() {
            while members.len() <= class {
                members.push(Alike { members: Vec::new() });
            }
            if let Some(class) = members.get_mut(class) {
                class.members.push(place);
            }
        }
        let probes = probes.to_vec();
        let cells = Map::new();
        Self {
            places,
            probes,
            classes: members,
            class_of: of,
            probe_of,
            chancy,
            speaks,
            port,
            language,
            cells,
        }
    }

    /// The classes, in order of their first members.
    pub fn classes(&self) -> &[Alike] {
        &self.classes
    }

    /// Which probe answers for a probe.
    pub fn like(&self, probe: usize) -> usize {
        self.probe_of.get(probe).copied().unwrap_or(probe)
    }

    /// What is to be asked, for sources and destinations that `wanted` takes.
    pub fn keys(&self, from: &dyn Fn(usize) -> bool, to: &dyn Fn(usize) -> bool) -> Vec<Key> {
        let some = |class: &Alike, wanted: &dyn Fn(usize) -> bool| class.members.iter().any(|m| wanted(*m));
        let mut probes = self.probe_of.clone();
        probes.order();
        probes.dedup();
        let mut keys = Vec::new();
        for (a, source) in self.classes.iter().enumerate().filter(|(_, c)| some(c, from)) {
            for (b, target) in self.classes.iter().enumerate().filter(|(_, c)| some(c, to)) {
                let first = target.members.first().and_then(|m| self.places.get(*m));
                let addresses = first.map_or(0, |p| p.addresses.len());
                for address in 0..addresses {
                    for &probe in &probes {
                        if a != b || source.members.len() > 1 {
                            keys.push(Key { from: a, to: b, address, probe, own: false });
                        }
                        if a == b {
                            keys.push(Key { from: a, to: b, address, probe, own: true });
                        }
                    }
                }
            }
        }
        keys
    }

    /// Asks for what a key stands for. Keys in the order of [`Self::keys`] are answered fastest.
    pub fn solve(&self, asker: &mut Asker, key: Key) -> Option<Share> {
        let (from, to) = (self.classes.get(key.from)?, self.classes.get(key.to)?);
        let pairs = from.members.iter().flat_map(|a| to.members.iter().map(move |b| (*a, *b)));
        let mut pairs = pairs.filter(|(a, b)| (a == b) == key.own);
        let probe = *self.probes.get(key.probe)?;
        if let Some(cell) = self.speaks.as_ref().and_then(|speaks| asker.known(key, probe, speaks)) {
            return Some(Share { key, cell, others: Vec::new() });
        }
        let first = pairs.next()?;
        let (mut chance, mut touched) = (false, None);
        let answer = self.one(asker, first, key.address, probe, &mut |events| {
            chance = events.iter().any(|event| match event.step {
                Step::Rule { table, chain, rule, .. } => {
                    self.chancy.binary_search(&(event.ns, table, chain, rule)).is_ok()
                }
                _ => false,
            });
            touched = self.speaks.is_some().then(|| Touched::new(events));
        })?;
        let cell = (first.0, first.1, answer);
        if let Some(touched) = touched {
            asker.keep(key, probe, touched, cell.clone());
        }
        let mut others = Vec::new();
        if chance {
            for pair in pairs {
                others.push((pair, self.one(asker, pair, key.address, probe, &mut |_| {})?));
            }
        }
        Some(Share { key, cell, others })
    }

    /// Asks for one pair.
    fn one(
        &self,
        asker: &mut Asker,
        (from, to): (usize, usize),
        address: usize,
        probe: Probe,
        see: &mut dyn FnMut(&[Event]),
    ) -> Option<Cell> {
        let source = self.places.get(from)?.ns;
        let target = *self.places.get(to)?.addresses.get(address)?;
        let lab = asker.fresh();
        if self.chancy.is_empty() {
            lab.start_trace_of_hits();
        } else {
            lab.start_trace();
        }
        Some(ask(lab, source, target, probe, self.port, self.language, see))
    }

    /// Takes answers.
    pub fn take(&mut self, mut shares: Vec<Share>) {
        shares.order_by_key(|share| share.key);
        for share in shares {
            self.cells.insert(share.key, share);
        }
    }

    /// The key of a cell.
    pub fn key(&self, from: usize, to: usize, address: usize, probe: usize) -> Option<Key> {
        Some(Key {
            from: *self.class_of.get(from)?,
            to: *self.class_of.get(to)?,
            address,
            probe: *self.probe_of.get(probe)?,
            own: from == to,
        })
    }

    /// What became of a probe from a place to an address of another.
    pub fn cell(&self, from: usize, to: usize, address: usize, probe: usize) -> Option<Cell> {
        let share = self.cells.get(&self.key(from, to, address, probe)?)?;
        if let Some((_, cell)) = share.others.iter().find(|(pair, _)| *pair == (from, to)) {
            return Some(cell.clone());
        }
        let (source, target, cell) = &share.cell;
        if (*source, *target) == (from, to) {
            return Some(cell.clone());
        }
        let ns = |ns: NsId| {
            let is = |place: usize| self.places.get(place).filter(|p| p.ns == ns);
            let other = is(*source)
                .and_then(|_| self.places.get(from))
                .or_else(|| is(*target).and_then(|_| self.places.get(to)));
            other.map_or(ns, |p| p.ns)
        };
        let why = self.names(&cell.why, &[(*source, from), (*target, to)]);
        Some(Cell { state: cell.state, by: cell.by.map(ns), why })
    }

    /// Whether some answers differ within a class, as chance has it.
    pub fn is_spread(&self, class: usize) -> bool {
        self.cells.values().any(|s| (s.key.from == class || s.key.to == class) && !s.others.is_empty())
    }

    /// A text with `FROM` and `TO` for the two that it is about.
    pub fn general(&self, text: &str, from: usize, to: usize, address: usize) -> String {
        let (source, target) = (self.places.get(from), self.places.get(to));
        renamed(text, &|word| {
            let asked = target.and_then(|p| p.addresses.get(address));
            if word.parse().ok().as_ref() == asked && asked.is_some()
                || target.is_some_and(|p| p.label == word && from != to)
            {
                return Some("TO".to_owned());
            }
            let own = |p: &Place| {
                p.label == word
                    || p.addresses.iter().any(|a| word.parse() == Ok(*a))
                    || p.ends.iter().any(|e| e == word)
            };
            source.is_some_and(own).then(|| "FROM".to_owned())
        })
    }

    /// A text with the names and addresses of other places.
    fn names(&self, text: &str, pairs: &[(usize, usize)]) -> String {
        let pairs: Vec<(&Place, &Place)> =
            pairs.iter().filter_map(|(a, b)| Some((self.places.get(*a)?, self.places.get(*b)?))).collect();
        renamed(text, &|word| {
            pairs.iter().find_map(|(old, new)| {
                if word == old.label {
                    return Some(new.label.clone());
                }
                let addr = old.addresses.iter().position(|a| word.parse() == Ok(*a));
                if let Some(addr) = addr.and_then(|at| new.addresses.get(at)) {
                    return Some(addr.to_string());
                }
                let mac = old.macs.iter().position(|m| word.parse() == Ok(*m));
                if let Some(mac) = mac.and_then(|at| new.macs.get(at)) {
                    return Some(mac.to_string());
                }
                let end = old.ends.iter().position(|e| e == word);
                end.and_then(|at| new.ends.get(at).cloned())
            })
        })
    }
}
