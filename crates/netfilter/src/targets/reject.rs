//! `-j REJECT`.

use packetwalk_trace::{Hook, Table as TableId};
use packetwalk_wire::{Family, Skb, proto};

use super::Flow;
use crate::context::Scope;
use crate::env::{RejectWith, Verdict};

/// `--reject-with`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Reject {
    /// The answer.
    pub with: RejectWith,
}

/// `--reject-with`'s names, their short forms and their answers in one family, in the tool's order.
///
/// # Source
/// iptables 1.8.9, `extensions/libipt_REJECT.c`, `libip6t_REJECT.c`; Linux v6.18,
/// `net/ipv4/netfilter/ipt_REJECT.c`: `reject_tg`, `net/ipv6/netfilter/ip6t_REJECT.c`: `reject_tg6`.
pub const fn kinds(family: Family) -> &'static [(&'static str, &'static str, RejectWith)] {
    match family {
        Family::V4 => &V4,
        Family::V6 => &V6,
    }
}

const fn icmp(ty: u8, code: u8) -> RejectWith {
    RejectWith::Icmp { ty, code }
}

const V4: [(&str, &str, RejectWith); 8] = [
    ("icmp-net-unreachable", "net-unreach", icmp(3, 0)),
    ("icmp-host-unreachable", "host-unreach", icmp(3, 1)),
    ("icmp-proto-unreachable", "proto-unreach", icmp(3, 2)),
    ("icmp-port-unreachable", "port-unreach", icmp(3, 3)),
    ("icmp-net-prohibited", "net-prohib", icmp(3, 9)),
    ("icmp-host-prohibited", "host-prohib", icmp(3, 10)),
    ("tcp-reset", "tcp-rst", RejectWith::TcpReset),
    ("icmp-admin-prohibited", "admin-prohib", icmp(3, 13)),
];

const V6: [(&str, &str, RejectWith); 7] = [
    ("icmp6-no-route", "no-route", icmp(1, 0)),
    ("icmp6-adm-prohibited", "adm-prohibited", icmp(1, 1)),
    ("icmp6-addr-unreachable", "addr-unreach", icmp(1, 3)),
    ("icmp6-port-unreachable", "port-unreach", icmp(1, 4)),
    ("tcp-reset", "tcp-reset", RejectWith::TcpReset),
    ("icmp6-policy-fail", "policy-fail", icmp(1, 5)),
    ("icmp6-reject-route", "reject-route", icmp(1, 6)),
];

impl Reject {
    /// Always ends the packet; whether an answer goes out the sender of it decides (`nf_send_unreach`,
    /// `nf_send_reset`).
    pub const fn act(self, _: &Skb) -> Flow {
        Flow::End(Verdict::Reject(self.with))
    }

    /// Only in filter, at INPUT, FORWARD and OUTPUT; `tcp-reset` only with `-p tcp`.
    pub(crate) const fn scope(self) -> Scope {
        let hooks = &[Hook::Input, Hook::Forward, Hook::Output];
        let scope = Scope::table(&[TableId::Filter]).hooks(hooks);
        match self.with {
            RejectWith::TcpReset => Scope { protos: &[proto::TCP], ..scope },
            RejectWith::Icmp { .. } => scope,
        }
    }
}
