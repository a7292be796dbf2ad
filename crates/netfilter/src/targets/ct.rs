//! `-j CT` and `-j NOTRACK`.

use packetwalk_trace::DropReason;
use packetwalk_wire::{CtRef, Family, Nfct, Skb, proto};

use super::Flow;
use crate::conntrack::{HelperKind, Zone, ZoneDir};
use crate::context::Cx;
use crate::env::{Host, Verdict};
use crate::xtables::RuleError;

/// What CT says of a packet's tracking.
#[derive(Clone, Debug, Default)]
pub struct Ct {
    /// `--notrack`.
    pub notrack: bool,
    /// `--helper`, at most 15 bytes.
    pub helper: Box<str>,
    /// `--timeout`: a policy's name, at most 31 bytes.
    pub timeout: Box<str>,
    /// `--ctevents`, a bit each (`enum ip_conntrack_events`).
    pub events: u16,
    /// `--expevents`.
    pub exp_events: u8,
    /// `--zone`, `--zone-orig`, `--zone-reply`: the number.
    pub zone: u16,
    /// The number is the packet's mark.
    pub zone_mark: bool,
    /// `--zone-orig` was given.
    pub zone_orig: bool,
    /// `--zone-reply` was given.
    pub zone_reply: bool,
    /// Made for the rule when a packet first meets it.
    template: Option<CtRef>,
}

impl PartialEq for Ct {
    /// As the tool compares: by the options.
    fn eq(&self, o: &Self) -> bool {
        let zone = |c: &Self| (c.zone, c.zone_mark, c.zone_orig, c.zone_reply);
        self.notrack == o.notrack
            && self.helper == o.helper
            && self.timeout == o.timeout
            && (self.events, self.exp_events) == (o.events, o.exp_events)
            && zone(self) == zone(o)
    }
}

impl Ct {
    /// # Source
    /// Linux v6.18, `net/netfilter/xt_CT.c`: `xt_ct_target_v1`, `xt_ct_target`.
    pub fn act<H: Host>(&mut self, cx: &mut Cx<'_, '_, H>) -> Flow {
        if self.notrack {
            return Notrack.act(cx.skb);
        }
        if !matches!(cx.skb.nfct, Nfct::None) {
            return Flow::Continue;
        }
        let template = match self.template.filter(|t| cx.ct.get(*t).is_some()) {
            Some(template) => template,
            None => {
                let helper = HelperKind::of(&self.helper);
                if helper.is_none() && !self.helper.is_empty() {
                    return Flow::End(Verdict::Drop(DropReason::NotModelled));
                }
                *self.template.insert(cx.ct.template_with(self.zone(), helper))
            }
        };
        cx.skb.nfct = Nfct::Tracked(template);
        Flow::Continue
    }

    /// # Source
    /// Linux v6.18, `net/netfilter/xt_CT.c`: `xt_ct_flags_to_dir`.
    const fn zone(&self) -> Zone {
        let dir = match (self.zone_orig, self.zone_reply) {
            (true, false) => ZoneDir::Original,
            (false, true) => ZoneDir::Reply,
            _ => ZoneDir::Both,
        };
        Zone { id: self.zone, dir, mark: self.zone_mark }
    }

    /// `--notrack` alone asks for no conntrack (`xt_ct_tg_check`).
    pub const fn needs_conntrack(&self) -> bool {
        !self.notrack
    }

    /// What the kernel refuses: helpers that it does not have for the protocol of `-p`, and timeout
    /// policies, of which there are none.
    ///
    /// # Source
    /// Linux v6.18, `net/netfilter/xt_CT.c`: `xt_ct_tg_check`, `xt_ct_set_helper`, `xt_ct_set_timeout`.
    pub(crate) fn check(&self, family: Family, proto: Option<u8>) -> Result<(), RuleError> {
        if self.notrack {
            return Ok(());
        }
        if !self.helper.is_empty() && !proto.is_some_and(|p| has_helper(&self.helper, family, p)) {
            return Err(RuleError::Missing);
        }
        match proto {
            _ if self.timeout.is_empty() => Ok(()),
            Some(_) => Err(RuleError::Missing),
            None => Err(RuleError::Invalid),
        }
    }
}

/// Whether the kernel has a helper of this name.
///
/// # Source
/// Linux v6.18, `net/netfilter/nf_conntrack_*.c`: each `nf_conntrack_helper`.
fn has_helper(name: &str, family: Family, protocol: u8) -> bool {
    let (protocols, six): (&[u8], bool) = match name {
        "ftp" | "sane" | "Q.931" => (&[proto::TCP], true),
        "irc" | "pptp" => (&[proto::TCP], false),
        "sip" => (&[proto::TCP, proto::UDP], true),
        "tftp" | "amanda" | "RAS" => (&[proto::UDP], true),
        "netbios-ns" | "snmp" | "snmp_trap" => (&[proto::UDP], false),
        _ => return false,
    };
    protocols.contains(&protocol) && (six || family == Family::V4)
}

/// `-j NOTRACK`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Notrack;

impl Notrack {
    /// Marks a packet as not tracked, unless it has a connection already.
    ///
    /// # Source
    /// Linux v6.18, `net/netfilter/xt_CT.c`: `notrack_tg`.
    pub const fn act(self, skb: &mut Skb) -> Flow {
        if matches!(skb.nfct, Nfct::None) {
            skb.nfct = Nfct::Untracked;
        }
        Flow::Continue
    }
}
