//! Route tables: prefixes, each with the number of its routes.
//!
//! A table's data is shared by its clones until one of them changes.

use std::cmp::Reverse;
use std::sync::Arc;

use ipnet::IpNet;
use packetwalk_wire::{Family, IfIndex, Order};

use crate::bits;
use crate::lpm::{Match, Prefixes, Row};
use crate::route::{Route, table_id};
use crate::sets::{Sets, bare};

/// A prefix of a table that covers an address, and its routes.
#[derive(Clone, Copy, Debug)]
pub struct Node<'a> {
    /// Prefix length.
    pub(crate) len: u8,
    /// Best first. IPv4: by TOS downwards, then metric. IPv6: by metric. Their `dst` is not set.
    pub(crate) routes: &'a [Route],
}

#[derive(Clone, Debug, Default)]
struct Data {
    prefixes: Prefixes,
    sets: Sets,
}

/// A route table.
#[derive(Clone, Debug)]
pub struct Table {
    /// Number.
    pub id: u32,
    family: Family,
    data: Arc<Data>,
}

fn key(dst: IpNet) -> (u128, u8) {
    let len = dst.prefix_len();
    (bits::of(dst.addr()) & bits::mask(len), len)
}

impl Table {
    /// An empty table.
    pub fn new(id: u32, family: Family) -> Self {
        Self { id, family, data: Arc::default() }
    }

    /// How many prefixes have routes.
    pub fn len(&self) -> usize {
        self.data.prefixes.len()
    }

    /// No prefix has.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Bytes of memory on the heap.
    pub fn bytes(&self) -> usize {
        size_of::<Data>() + self.data.prefixes.bytes() + self.data.sets.bytes()
    }

    /// The routes to exactly this prefix; their `dst` is not set.
    pub fn at(&self, dst: IpNet) -> &[Route] {
        let (bits, len) = key(dst);
        self.data.prefixes.get(bits, len).map_or(&[], |id| self.data.sets.get(id))
    }

    /// Gives a prefix these routes, which are to be in order; none delete it.
    pub fn set(&mut self, dst: IpNet, mut routes: Vec<Route>) {
        let (bits, len) = key(dst);
        let bare = bare(self.family);
        for route in &mut routes {
            route.dst = bare;
        }
        let Data { prefixes, sets } = Arc::make_mut(&mut self.data);
        let old = if routes.is_empty() {
            prefixes.remove(bits, len)
        } else {
            prefixes.insert(bits, len, sets.take(routes))
        };
        if let Some(old) = old {
            sets.give(old);
        }
    }

    /// Changes the routes to exactly this prefix, in place where no other prefix has the same ones. They are to be
    /// without `dst`, in order, and not none; what `change` refuses it leaves as it was.
    pub(crate) fn change<E>(
        &mut self,
        dst: IpNet,
        change: impl FnOnce(&mut Vec<Route>) -> Result<(), E>,
    ) -> Result<(), E> {
        let (bits, len) = key(dst);
        let Data { prefixes, sets } = Arc::make_mut(&mut self.data);
        let old = prefixes.get(bits, len);
        let mut routes = old.map(|id| sets.give(id)).unwrap_or_default();
        let done = change(&mut routes);
        if !routes.is_empty() {
            prefixes.insert(bits, len, sets.take(routes));
        }
        done
    }

    /// The longest prefix that covers an address, and the number of its routes.
    #[inline]
    pub fn longest(&self, address: u128) -> Option<Match> {
        self.data.prefixes.longest(address)
    }

    /// The prefixes that cover an address, longest first.
    #[inline]
    pub(crate) fn chain(&self, address: u128) -> Chain<'_> {
        Chain { data: &self.data, address, at: self.data.prefixes.longest(address) }
    }

    /// Changes routes, and keeps those that `keep` says. It sees each once for all prefixes that have it, without
    /// `dst`, and is not to change what they are sorted by.
    pub(crate) fn revise(&mut self, keep: &mut dyn FnMut(&mut Route) -> bool) {
        self.revise_sets(&|_| true, keep);
    }

    /// The same of routes that may leave by an interface; the others stay.
    pub(crate) fn revise_by(&mut self, dev: IfIndex, keep: &mut dyn FnMut(&mut Route) -> bool) {
        let by = |route: &Route| route.nexthops.iter().any(|n| n.oif == dev);
        self.revise_sets(&|routes| routes.iter().any(by), keep);
    }

    fn revise_sets(&mut self, concerns: &dyn Fn(&[Route]) -> bool, keep: &mut dyn FnMut(&mut Route) -> bool) {
        let mut changed = Vec::new();
        for (id, old) in self.data.sets.iter().filter(|(_, routes)| concerns(routes)) {
            let mut routes = old.to_vec();
            routes.retain_mut(&mut *keep);
            if routes != old {
                changed.push((id, routes));
            }
        }
        if changed.is_empty() {
            return;
        }
        let empty: Vec<u32> = changed.iter().filter(|(_, r)| r.is_empty()).map(|(id, _)| *id).collect();
        let Data { prefixes, sets } = Arc::make_mut(&mut self.data);
        sets.replace(changed);
        if empty.is_empty() {
            return;
        }
        let mut gone = Vec::new();
        prefixes.each(&mut |row| {
            if empty.binary_search(&row.id).is_ok() {
                gone.push(row);
            }
        });
        for row in gone {
            prefixes.remove(row.bits, row.len);
            sets.give(row.id);
        }
    }

    /// Keeps the routes that `keep` says; it sees each of each prefix, without `dst`.
    pub(crate) fn retain(&mut self, keep: &mut dyn FnMut(IpNet, &Route) -> bool) {
        let mut changed = Vec::new();
        for row in self.rows() {
            let (dst, old) = (self.dst(row), self.data.sets.get(row.id));
            let kept: Vec<bool> = old.iter().map(|route| keep(dst, route)).collect();
            if kept.contains(&false) {
                let left = self.routes_of(row).zip(kept).filter(|(_, kept)| *kept);
                changed.push((dst, left.map(|(route, _)| route).collect()));
            }
        }
        for (dst, routes) in changed {
            self.set(dst, routes);
        }
    }

    fn dst(&self, row: Row) -> IpNet {
        bits::net(bits::addr(row.bits, self.family), row.len)
    }

    fn routes_of(&self, row: Row) -> impl Iterator<Item = Route> {
        let dst = self.dst(row);
        self.data.sets.get(row.id).iter().map(move |route| Route { dst, ..route.clone() })
    }

    /// Every prefix in the order of the kernel's dump. IPv4: by address, longest prefix first at one
    /// address (`fib_trie`). IPv6: a prefix follows those that it covers (`fib6_walk`).
    fn rows(&self) -> Vec<Row> {
        let mut rows = Vec::with_capacity(self.len());
        self.data.prefixes.each(&mut |row| rows.push(row));
        rows.sort_unstable_by_key(|row| match self.family {
            Family::V4 => (row.bits, Reverse(row.len)),
            Family::V6 => (row.bits | !bits::mask(row.len), Reverse(row.len)),
        });
        rows
    }

    /// Every route in the order of the kernel's dump.
    fn dump(&self) -> impl Iterator<Item = Route> {
        self.rows().into_iter().flat_map(|row| self.routes_of(row))
    }
}

/// Prefixes that cover an address, longest first.
#[derive(Clone)]
pub(crate) struct Chain<'a> {
    data: &'a Data,
    address: u128,
    at: Option<Match>,
}

impl<'a> Chain<'a> {
    /// The next prefix, left in place.
    pub(crate) fn peek(&self) -> Option<Node<'a>> {
        let at = self.at?;
        Some(Node { len: at.length(), routes: self.data.sets.get(at.id) })
    }

    pub(crate) fn skip(&mut self) {
        self.at = self.at.and_then(|at| self.data.prefixes.find(self.address, at.length()));
    }
}

/// One family's tables.
#[derive(Clone, Debug)]
pub struct Tables {
    family: Family,
    /// In order of creation.
    list: Vec<Table>,
}

impl Tables {
    pub(crate) fn new(family: Family) -> Self {
        let mut tables = Self { family, list: Vec::new() };
        if family == Family::V6 {
            tables.make(table_id::MAIN);
            tables.make(table_id::LOCAL);
        }
        tables
    }

    /// A table, if it has been made.
    pub fn get(&self, id: u32) -> Option<&Table> {
        self.list.iter().find(|t| t.id == id)
    }

    pub(crate) fn get_mut(&mut self, id: u32) -> Option<&mut Table> {
        self.list.iter_mut().find(|t| t.id == id)
    }

    /// A table; made when there is none. IPv4's local table brings the main one with it.
    ///
    /// # Source
    /// Linux v6.18, `net/ipv4/fib_frontend.c`: `fib_new_table`.
    pub(crate) fn make(&mut self, id: u32) -> &mut Table {
        if id == table_id::LOCAL && self.family == Family::V4 && self.get(table_id::MAIN).is_none() {
            self.list.push(Table::new(table_id::MAIN, self.family));
        }
        let at = self.list.iter().position(|t| t.id == id).unwrap_or_else(|| {
            self.list.push(Table::new(id, self.family));
            self.list.len() - 1
        });
        &mut self.list[at]
    }

    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Table> {
        self.list.iter_mut()
    }

    /// Every route, tables in the order of the kernel's hash: by number modulo 256, the latest first.
    pub fn dump(&self) -> impl Iterator<Item = Route> {
        let mut order: Vec<&Table> = self.list.iter().rev().collect();
        order.order_by_key(|t| t.id & 255);
        order.into_iter().flat_map(Table::dump)
    }
}
