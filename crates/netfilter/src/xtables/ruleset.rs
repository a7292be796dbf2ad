//! What one face holds for one family.

use std::sync::Arc;

use packetwalk_trace::{Hook, Table as TableId};
use packetwalk_wire::{Common, Family};

use super::Table;
use crate::shared::{Named, Wanted};

/// Which iptables made the rules. Both live side by side in one kernel.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum Face {
    /// `iptables-nft`, Debian's default.
    #[default]
    Nft,
    /// `iptables-legacy`.
    Legacy,
}

/// Every table, in the order of their ids.
pub const TABLES: [TableId; 5] =
    [TableId::Raw, TableId::Mangle, TableId::Nat, TableId::Filter, TableId::Security];

/// The hooks of a table's built-in chains, in the order of printing.
///
/// # Source
/// Linux v6.18, `net/ipv4/netfilter/iptable_{raw,mangle,nat,filter,security}.c`: `valid_hooks`.
pub const fn table_hooks(id: TableId) -> &'static [Hook] {
    use Hook::{Forward, Input, Output, Postrouting, Prerouting};
    match id {
        TableId::Raw => &[Prerouting, Output],
        TableId::Mangle => &[Prerouting, Input, Forward, Output, Postrouting],
        TableId::Nat => &[Prerouting, Input, Output, Postrouting],
        TableId::Filter | TableId::Security => &[Input, Forward, Output],
    }
}

/// The tables of one face and one family.
#[derive(Clone, Debug)]
pub struct Ruleset {
    face: Face,
    family: Family,
    tables: [Option<Common<Table>>; 5],
    /// Order in which the tables came into being.
    order: Vec<TableId>,
    /// For a table that comes into being.
    named: Arc<Named>,
}

impl Ruleset {
    /// Without any table.
    pub fn new(face: Face, family: Family) -> Self {
        let tables = [None, None, None, None, None];
        Self { face, family, tables, order: Vec::new(), named: Arc::default() }
    }

    /// Which iptables.
    pub const fn face(&self) -> Face {
        self.face
    }

    /// IPv4 or IPv6.
    pub const fn family(&self) -> Family {
        self.family
    }

    /// A table, if it has come into being.
    #[inline]
    pub fn get(&self, id: TableId) -> Option<&Table> {
        self.tables[id as usize].as_deref()
    }

    /// The same, to change its counters.
    #[inline]
    pub(crate) fn get_mut(&mut self, id: TableId) -> Option<&mut Table> {
        self.tables[id as usize].as_deref_mut()
    }

    /// Compiles long chains.
    pub(crate) fn compile(&mut self) {
        for table in self.tables.iter_mut().flatten() {
            table.compile();
        }
    }

    /// A table, made if needed.
    pub fn table(&mut self, id: TableId) -> &mut Table {
        let slot = &mut self.tables[id as usize];
        if slot.is_none() {
            self.order.push(id);
        }
        slot.get_or_insert_with(|| {
            let mut table = Table::new(self.face, self.family, id);
            table.set_named(&self.named);
            table.into()
        })
    }

    /// Puts a whole table in the place of the one of its name (the commit of `iptables-restore`).
    pub fn replace(&mut self, table: Table) {
        let id = table.id();
        if self.tables[id as usize].is_none() {
            self.order.push(id);
        }
        self.tables[id as usize] = Some(table.into());
    }

    /// Takes a table away (`nft delete table`).
    pub fn remove(&mut self, id: TableId) {
        self.tables[id as usize] = None;
        self.order.retain(|t| *t != id);
    }

    /// The tables in the order in which they came into being.
    pub fn created(&self) -> impl Iterator<Item = &Table> {
        self.order.iter().filter_map(|id| self.get(*id))
    }

    /// Conntrack must watch the family because of some rule here.
    pub fn needs_conntrack(&self) -> bool {
        self.tables.iter().flatten().any(|table| table.needs_conntrack())
    }

    /// What its rules name or ask of the namespace.
    pub(crate) fn wants(&self, wanted: &mut Wanted) {
        for table in self.tables.iter().flatten() {
            table.wants(wanted);
        }
    }

    /// Tells the tables what the namespace's rules share.
    pub(crate) fn set_named(&mut self, named: &Arc<Named>) {
        self.named = Arc::clone(named);
        for table in self.tables.iter_mut().flatten() {
            table.set_named(named);
        }
    }

    /// The nat table has a chain in the kernel, so that NAT is asked for each new connection.
    pub fn has_nat(&self) -> bool {
        self.get(TableId::Nat).is_some_and(Table::is_live)
    }
}
