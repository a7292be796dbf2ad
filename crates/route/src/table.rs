//! Route tables: prefixes in order, each with a link to the shorter one that covers it.
//!
//! The nodes of a table stand sorted by (bits, length), the preorder of the prefix tree. The longest match
//! of an address is found by one binary search and a walk up the links: no allocation.

use ipnet::IpNet;
use packetwalk_wire::Family;

use crate::bits;
use crate::route::{Route, table_id};

const NO_PARENT: u32 = u32::MAX;

/// A prefix with its routes, best first.
#[derive(Clone, Debug)]
pub struct Node {
    bits: u128,
    len: u8,
    parent: u32,
    /// IPv4: by TOS downwards, then metric. IPv6: by metric.
    pub(crate) routes: Vec<Route>,
}

impl Node {
    /// Prefix length.
    pub(crate) const fn len(&self) -> u8 {
        self.len
    }
}

/// A route table.
#[derive(Clone, Debug)]
pub struct Table {
    /// Number.
    pub id: u32,
    nodes: Vec<Node>,
}

impl Table {
    const fn new(id: u32) -> Self {
        Self { id, nodes: Vec::new() }
    }

    fn key(dst: IpNet) -> (u128, u8) {
        (bits::of(dst.addr()), dst.prefix_len())
    }

    fn position(&self, key: (u128, u8)) -> Result<usize, usize> {
        self.nodes.binary_search_by_key(&key, |n| (n.bits, n.len))
    }

    /// The routes to exactly this prefix.
    pub fn at(&self, dst: IpNet) -> &[Route] {
        match self.position(Self::key(dst)) {
            Ok(at) => &self.nodes[at].routes,
            Err(_) => &[],
        }
    }

    /// The routes to exactly this prefix, to change; keep them in order and call [`Table::tidy`] when
    /// the last one went.
    pub(crate) fn at_mut(&mut self, dst: IpNet) -> &mut Vec<Route> {
        let key = Self::key(dst);
        let at = match self.position(key) {
            Ok(at) => at,
            Err(at) => {
                let node = Node { bits: key.0, len: key.1, parent: NO_PARENT, routes: Vec::new() };
                self.nodes.insert(at, node);
                self.link();
                at
            }
        };
        &mut self.nodes[at].routes
    }

    /// Removes prefixes without routes.
    pub(crate) fn tidy(&mut self) {
        let before = self.nodes.len();
        self.nodes.retain(|n| !n.routes.is_empty());
        if self.nodes.len() != before {
            self.link();
        }
    }

    fn link(&mut self) {
        let mut open: Vec<u32> = Vec::new();
        for at in 0..self.nodes.len() {
            let bits = self.nodes[at].bits;
            while let Some(&top) = open.last() {
                let node = &self.nodes[top as usize];
                if (bits ^ node.bits) & bits::mask(node.len) == 0 {
                    break;
                }
                open.pop();
            }
            self.nodes[at].parent = open.last().copied().unwrap_or(NO_PARENT);
            open.push(at as u32);
        }
    }

    /// The prefixes that cover an address, longest first.
    pub(crate) fn chain(&self, address: u128) -> Chain<'_> {
        let after = self.nodes.partition_point(|n| n.bits <= address);
        Chain { table: self, at: (after as u32).wrapping_sub(1), address }
    }

    /// Every route, mutable; do not change what they are sorted by.
    pub(crate) fn routes_mut(&mut self) -> impl Iterator<Item = &mut Route> {
        self.nodes.iter_mut().flat_map(|n| n.routes.iter_mut())
    }

    /// Keeps the routes that `keep` says.
    pub(crate) fn retain(&mut self, mut keep: impl FnMut(&mut Route) -> bool) {
        for node in &mut self.nodes {
            node.routes.retain_mut(&mut keep);
        }
        self.tidy();
    }

    /// Every route in the order of the kernel's dump. IPv4: by address, longest prefix first at one
    /// address (`fib_trie`). IPv6: a prefix follows those that it covers (`fib6_walk`).
    fn dump<'a>(&'a self, family: Family, into: &mut Vec<&'a Route>) {
        match family {
            Family::V4 => {
                let mut rest = &self.nodes[..];
                while let Some(first) = rest.first() {
                    let same = rest.iter().take_while(|n| n.bits == first.bits).count();
                    into.extend(rest[..same].iter().rev().flat_map(|n| &n.routes));
                    rest = &rest[same..];
                }
            }
            Family::V6 => {
                let mut open: Vec<usize> = Vec::new();
                for (at, node) in self.nodes.iter().enumerate() {
                    while open.last().is_some_and(|&top| node.parent != top as u32) {
                        if let Some(top) = open.pop() {
                            into.extend(&self.nodes[top].routes);
                        }
                    }
                    open.push(at);
                }
                while let Some(top) = open.pop() {
                    into.extend(&self.nodes[top].routes);
                }
            }
        }
    }
}

/// Prefixes that cover an address, longest first.
#[derive(Clone)]
pub(crate) struct Chain<'a> {
    table: &'a Table,
    at: u32,
    address: u128,
}

impl<'a> Chain<'a> {
    /// The next prefix, left in place.
    pub(crate) fn peek(&mut self) -> Option<&'a Node> {
        loop {
            let node = self.table.nodes.get(self.at as usize)?;
            if (self.address ^ node.bits) & bits::mask(node.len) == 0 {
                return Some(node);
            }
            self.at = node.parent;
        }
    }

    pub(crate) fn skip(&mut self) {
        if let Some(node) = self.table.nodes.get(self.at as usize) {
            self.at = node.parent;
        }
    }
}

impl<'a> Iterator for Chain<'a> {
    type Item = &'a Node;
    fn next(&mut self) -> Option<&'a Node> {
        let node = self.peek()?;
        self.skip();
        Some(node)
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
            self.list.push(Table::new(table_id::MAIN));
        }
        let at = self.list.iter().position(|t| t.id == id).unwrap_or_else(|| {
            self.list.push(Table::new(id));
            self.list.len() - 1
        });
        &mut self.list[at]
    }

    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Table> {
        self.list.iter_mut()
    }

    /// Every route, tables in the order of the kernel's hash: by number modulo 256, the latest first.
    pub fn dump(&self) -> Vec<&Route> {
        let mut order: Vec<&Table> = self.list.iter().rev().collect();
        order.sort_by_key(|t| t.id & 255);
        let mut routes = Vec::new();
        for table in order {
            table.dump(self.family, &mut routes);
        }
        routes
    }
}
