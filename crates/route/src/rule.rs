//! A policy rule (`ip rule`).

use std::net::IpAddr;

use ipnet::IpNet;
use packetwalk_wire::{Family, IfIndex, IfName};

use crate::bits;
use crate::result::Flow;
use crate::route::table_id;

/// What a rule does (`FR_ACT_*`).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum RuleAction {
    /// `lookup TABLE`.
    Table(u32),
    /// `goto PRIORITY`.
    Goto(u32),
    /// `nop`.
    Nop,
    /// `blackhole`.
    Blackhole,
    /// `unreachable`.
    Unreachable,
    /// `prohibit`.
    Prohibit,
}

/// An interface that a rule names: it need not be there.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RuleDev {
    /// Name.
    pub name: IfName,
    /// Number, while there is one of that name (`[detached]` else).
    pub index: Option<IfIndex>,
}

/// A range of ports, ends included.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PortRange {
    /// First.
    pub start: u16,
    /// Last.
    pub end: u16,
}

/// A policy rule.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Rule {
    /// IPv4 or IPv6.
    pub family: Family,
    /// Priority: lower is asked first.
    pub priority: u32,
    /// `not`: the other packets.
    pub invert: bool,
    /// `from`.
    pub src: Option<IpNet>,
    /// `to`.
    pub dst: Option<IpNet>,
    /// `tos`.
    pub tos: u8,
    /// `fwmark`: value and mask.
    pub mark: Option<(u32, u32)>,
    /// `iif`; `lo` is what this host sends.
    pub iif: Option<RuleDev>,
    /// `oif`.
    pub oif: Option<RuleDev>,
    /// `ipproto`.
    pub ipproto: Option<u8>,
    /// `sport`.
    pub sport: Option<PortRange>,
    /// `dport`.
    pub dport: Option<PortRange>,
    /// `uidrange`: kept and shown; matched against the flow's user.
    pub uids: Option<(u32, u32)>,
    /// `suppress_prefixlength`: a result with a prefix no longer than this does not count.
    pub suppress_prefixlength: Option<u8>,
    /// `suppress_ifgroup`.
    pub suppress_ifgroup: Option<u32>,
    /// What it does.
    pub action: RuleAction,
    /// Who made it (`RTPROT_*`): 2 kernel, 3 boot, 0 unspec.
    pub protocol: u8,
}

impl Rule {
    /// A rule for every packet.
    pub const fn new(family: Family, priority: u32, action: RuleAction) -> Self {
        Self {
            family,
            priority,
            invert: false,
            src: None,
            dst: None,
            tos: 0,
            mark: None,
            iif: None,
            oif: None,
            ipproto: None,
            sport: None,
            dport: None,
            uids: None,
            suppress_prefixlength: None,
            suppress_ifgroup: None,
            action,
            protocol: 0,
        }
    }

    /// The table it looks up, if that is what it does.
    pub const fn table(&self) -> Option<u32> {
        if let RuleAction::Table(id) = self.action { Some(id) } else { None }
    }

    /// Whether it is for this flow.
    ///
    /// # Source
    /// Linux v6.18, `net/core/fib_rules.c`: `fib_rule_match`; `net/ipv4/fib_rules.c`: `fib4_rule_match`;
    /// `net/ipv6/fib6_rules.c`: `fib6_rule_match`.
    pub fn matches(&self, flow: &Flow) -> bool {
        let dev = |rule: Option<RuleDev>, dev: IfIndex| rule.is_none_or(|r| r.index == Some(dev));
        let net = |rule: Option<IpNet>, addr: IpAddr| {
            rule.is_none_or(|n| bits::same_net(n.addr(), addr, n.prefix_len()))
        };
        let port = |range: Option<PortRange>, port: u16| {
            range.is_none_or(|r| port != 0 && (r.start..=r.end).contains(&port))
        };
        let met = dev(self.iif, flow.iif)
            && dev(self.oif, flow.oif)
            && self.mark.is_none_or(|(value, mask)| (value ^ flow.mark) & mask == 0)
            && self.uids.is_none_or(|(a, b)| (a..=b).contains(&flow.uid))
            && net(self.src, flow.src)
            && net(self.dst, flow.dst)
            && (self.tos == 0 || self.tos & 0xfc == flow.tos & 0xfc)
            && self.ipproto.is_none_or(|p| p == flow.proto)
            && port(self.sport, flow.sport)
            && port(self.dport, flow.dport);
        met != self.invert
    }
}

/// One family's rules, by priority.
#[derive(Clone, Debug)]
pub struct Rules {
    family: Family,
    pub(crate) list: Vec<Rule>,
    /// The user changed something (`fib_has_custom_rules`): the tables are asked rule by rule. Before,
    /// IPv4's local and main tables are one.
    pub(crate) custom: bool,
}

impl Rules {
    pub(crate) fn new(family: Family) -> Self {
        let kernel = |priority, table| Rule {
            protocol: crate::route::protocol::KERNEL,
            ..Rule::new(family, priority, RuleAction::Table(table))
        };
        let mut list = vec![kernel(0, table_id::LOCAL), kernel(32766, table_id::MAIN)];
        if family == Family::V4 {
            list.push(kernel(32767, table_id::DEFAULT));
        }
        Self { family, list, custom: false }
    }

    /// IPv4 or IPv6.
    pub const fn family(&self) -> Family {
        self.family
    }

    /// In the order they are asked.
    pub fn list(&self) -> &[Rule] {
        &self.list
    }

    /// Some rule looks at ports or protocol.
    pub(crate) fn needs_ports(&self) -> bool {
        self.list.iter().any(|r| r.ipproto.is_some() || r.sport.is_some() || r.dport.is_some())
    }
}
