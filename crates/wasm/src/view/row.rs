//! Rows of the tables of a namespace.

use serde::Serialize;
use tsify::Tsify;

use super::TableName;

/// A row of a table that is shown as its tool prints it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct Row {
    /// Names the row in its table.
    pub key: String,
    /// The tool's own line.
    pub text: String,
}

/// A route.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct RouteRow {
    /// Names the row: table, destination and metric.
    pub key: String,
    /// Routing table: `main`, `local`, or a number.
    pub table: String,
    /// The line of `ip route`.
    pub text: String,
    /// As `route` prints it: `default` or a network.
    pub destination: String,
    /// As the article's `route` prints it: an address, or `*` for none.
    pub gateway: String,
    /// Netmask.
    pub genmask: String,
    /// `U`, `UG`, `UH`, `!H`, …
    pub flags: String,
    /// Metric.
    pub metric: u32,
    /// Interface out.
    pub iface: String,
}

/// A rule, a chain's policy, or a user's chain.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct RuleRow {
    /// Names the row: `nat/POSTROUTING/1`; number 0 is the chain itself.
    pub key: String,
    /// `nat`, `filter`, …
    pub table: String,
    /// Chain.
    pub chain: String,
    /// Number in its chain from 1; 0 for the line that makes the chain.
    pub number: u32,
    /// The line of `iptables -S`.
    pub text: String,
    /// Packets that it counted.
    pub packets: u64,
    /// Bytes that it counted.
    pub bytes: u64,
}

/// The tables of one namespace at one moment.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct Tables {
    /// `ip route`, with `route`'s columns.
    pub routes: Vec<RouteRow>,
    /// `iptables -S` of every table that has rules.
    pub rules: Vec<RuleRow>,
    /// `conntrack -L`.
    pub conntrack: Vec<Row>,
    /// `ip neigh`.
    pub neighbours: Vec<Row>,
    /// `bridge fdb`.
    pub fdb: Vec<Row>,
    /// Listening and connected sockets.
    pub sockets: Vec<Row>,
}

impl Tables {
    /// The keys of a table's rows, in order.
    pub fn keys(&self, table: TableName) -> impl Iterator<Item = &str> {
        let rows = match table {
            TableName::Conntrack => self.conntrack.as_slice(),
            TableName::Neighbours => &self.neighbours,
            TableName::Fdb => &self.fdb,
            TableName::Sockets => &self.sockets,
            TableName::Routes | TableName::Rules => &[],
        };
        let routes: &[RouteRow] = if table == TableName::Routes { &self.routes } else { &[] };
        let rules: &[RuleRow] = if table == TableName::Rules { &self.rules } else { &[] };
        let keys = routes.iter().map(|row| &row.key).chain(rules.iter().map(|row| &row.key));
        keys.chain(rows.iter().map(|row| &row.key)).map(String::as_str)
    }
}

/// Some rows of one table, one after the other.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct Page {
    /// How many rows come before the first.
    pub from: u32,
    /// Rows of the whole table.
    pub total: u32,
    /// The rows, in their table; the others are empty.
    pub tables: Tables,
    /// Keys of the rows that were not there before.
    pub fresh: Vec<String>,
}
