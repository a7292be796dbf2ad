//! Addresses, routes and policy rules of one namespace, and the lookups on them. No packet is moved here.
//!
//! [`Routing`] holds both families. Its tables are keyed by an address's bits from the top, so IPv4 and
//! IPv6 share every structure; what Linux does differently for them stands in files of its own (`…6.rs`).

pub mod addr_add;
pub mod addr_del;
pub mod address;
pub mod auto;
pub mod auto6;
pub mod bits;
pub mod change;
pub mod change6;
pub mod dev;
pub mod error;
pub mod fib;
pub mod fib6;
pub mod input;
pub mod input6;
pub mod lpm;
pub mod nexthop;
pub mod output;
pub mod output6;
pub mod result;
pub mod reverse;
pub mod route;
pub mod rule;
pub mod rules;
pub mod select;
pub mod select6;
pub mod sets;
pub mod table;

pub use address::{Address, AddressFlags, Label};
pub use dev::{Conf, Dev};
pub use error::RouteError;
pub use input::{Input, InputKey};
pub use result::{Flow, RouteResult};
pub use reverse::ReverseKey;
pub use route::{Metrics, NextHop, NlFlags, Route, RouteFilter, Scope, protocol, table_id};
pub use rule::{Rule, RuleAction};

use std::net::IpAddr;
use std::sync::OnceLock;

use ipnet::IpNet;
use packetwalk_wire::{Family, IfIndex};

use rule::Rules;
use table::Tables;

/// Addresses, routes and rules of one namespace.
#[derive(Clone, Debug)]
pub struct Routing {
    /// Interfaces, as far as routing needs to know them, by number.
    pub(crate) devs: Vec<Dev>,
    /// Interfaces that changed since [`Routing::take_changed`].
    changed: Vec<IfIndex>,
    /// Every address of every interface, sorted; made when it is asked for.
    pub(crate) owned: OnceLock<Vec<IpAddr>>,
    pub(crate) v4: Tables,
    pub(crate) v6: Tables,
    pub(crate) rules4: Rules,
    pub(crate) rules6: Rules,
    /// The user made local routes (`fib_has_custom_local_routes`): source validation looks closer.
    pub(crate) custom_local: bool,
    /// Counts every change: caches of routes made at another number are stale (`rt_genid`).
    pub(crate) generation: u64,
    seed: u64,
}

impl Default for Routing {
    fn default() -> Self {
        Self::new(0)
    }
}

impl Routing {
    /// A namespace as it is born: no interfaces, empty tables, default rules. `seed` spreads flows over
    /// multipath routes.
    pub fn new(seed: u64) -> Self {
        Self {
            devs: Vec::new(),
            changed: Vec::new(),
            owned: OnceLock::new(),
            v4: Tables::new(Family::V4),
            v6: Tables::new(Family::V6),
            rules4: Rules::new(Family::V4),
            rules6: Rules::new(Family::V6),
            custom_local: false,
            generation: 0,
            seed,
        }
    }

    /// Changes with every change of addresses, routes, rules and interfaces.
    pub const fn generation(&self) -> u64 {
        self.generation
    }

    pub(crate) const fn tables(&self, family: Family) -> &Tables {
        match family {
            Family::V4 => &self.v4,
            Family::V6 => &self.v6,
        }
    }

    pub(crate) const fn tables_mut(&mut self, family: Family) -> &mut Tables {
        self.generation += 1;
        match family {
            Family::V4 => &mut self.v4,
            Family::V6 => &mut self.v6,
        }
    }

    pub(crate) const fn rules_of(&self, family: Family) -> &Rules {
        match family {
            Family::V4 => &self.rules4,
            Family::V6 => &self.rules6,
        }
    }

    /// An interface.
    pub fn dev(&self, index: IfIndex) -> Option<&Dev> {
        let guess = (index.0 as usize).wrapping_sub(1);
        match self.devs.get(guess) {
            Some(dev) if dev.index == index => Some(dev),
            _ => self.devs.get(self.devs.binary_search_by_key(&index, |d| d.index).ok()?),
        }
    }

    pub(crate) fn dev_mut(&mut self, index: IfIndex) -> Option<&mut Dev> {
        let at = self.devs.binary_search_by_key(&index, |d| d.index).ok()?;
        self.generation += 1;
        self.owned = OnceLock::new();
        let dev = self.devs.get_mut(at)?;
        if !std::mem::replace(&mut dev.changed, true) {
            self.changed.push(index);
        }
        Some(dev)
    }

    /// Whether an interface or its addresses may have changed since [`Routing::take_changed`].
    pub const fn has_changed(&self) -> bool {
        !self.changed.is_empty()
    }

    /// The interfaces that may have, or whose addresses may have.
    pub fn take_changed(&mut self) -> Vec<IfIndex> {
        for index in &self.changed {
            if let Ok(at) = self.devs.binary_search_by_key(index, |d| d.index)
                && let Some(dev) = self.devs.get_mut(at)
            {
                dev.changed = false;
            }
        }
        std::mem::take(&mut self.changed)
    }

    /// Every interface by number.
    pub fn devs(&self) -> &[Dev] {
        &self.devs
    }

    /// Every route of a family as `ip route show table all` lists them.
    pub fn routes(&self, family: Family) -> impl Iterator<Item = Route> {
        self.tables(family).dump()
    }

    /// The routes of a table to exactly this prefix.
    pub fn routes_to(&self, table: u32, dst: IpNet) -> impl Iterator<Item = Route> {
        let table = self.tables(Family::of(dst.addr())).get(table);
        table.into_iter().flat_map(move |t| t.at(dst)).map(move |route| Route { dst, ..route.clone() })
    }

    /// Whether a table has been made: a dump of one that has not is refused.
    pub fn has_table(&self, family: Family, id: u32) -> bool {
        self.tables(family).get(id).is_some()
    }

    /// Whether a rule was ever added or deleted. Before, IPv4's local and main tables are one, and
    /// `ip route get` tells of `main` for both.
    pub const fn has_custom_rules(&self, family: Family) -> bool {
        self.rules_of(family).custom
    }

    /// A family's policy rules in order.
    pub fn rules(&self, family: Family) -> &[Rule] {
        self.rules_of(family).list()
    }

    /// Some rule of a family looks at ports or protocol.
    pub fn needs_ports(&self, family: Family) -> bool {
        self.rules_of(family).needs_ports()
    }
}
