//! Extensions: options, text and listing of each match and target, one file each.

mod addrtype;
mod ah;
mod bpf;
mod cgroup;
mod cluster;
mod comment;
mod connbytes;
mod connlabel;
mod connlimit;
mod connmark;
mod conntrack;
mod cpu;
mod dccp;
mod devgroup;
mod dscp;
mod ecn;
mod esp;
mod eui64;
mod frag;
mod hashlimit;
mod helper;
mod icmp;
mod ipcomp;
mod iprange;
mod ipv6header;
pub(super) mod known;
mod length;
mod limit;
mod mac;
mod mark;
mod mh;
mod multiport;
mod nfacct;
mod options;
mod osf;
mod owner;
mod physdev;
mod pkttype;
mod policy;
mod quota;
mod rateest;
mod realm;
mod recent;
mod rpfilter;
mod rt;
mod sctp;
mod set;
mod socket;
mod spi;
mod srh;
mod statistic;
mod string;
mod t_absent;
mod t_audit;
mod t_checksum;
mod t_classify;
mod t_connmark;
mod t_ct;
mod t_dscp;
mod t_ecn;
mod t_hmark;
mod t_idletimer;
mod t_log;
mod t_mark;
mod t_nat;
mod t_netmap;
mod t_nflog;
mod t_nfqueue;
mod t_notrack;
mod t_npt;
mod t_rateest;
mod t_reject;
mod t_secmark;
mod t_set;
mod t_synproxy;
mod t_tcpmss;
mod t_tcpoptstrip;
mod t_tee;
mod t_tos;
mod t_tproxy;
mod t_trace;
mod t_ttl;
mod tcp;
mod tcpmss;
mod time;
mod tos;
mod ttl;
mod u32;
mod udp;

use packetwalk_netfilter::matches::Match;
use packetwalk_netfilter::targets::Target;
use packetwalk_netfilter::xtables::Face;
use packetwalk_wire::Family;

use super::fail::Fail;
use super::option::{Call, Opt};
use super::program::{Hosts, Program};
use super::raw::cut;

/// Writes to a `String`, which cannot fail.
macro_rules! put {
    ($out:expr, $($arg:tt)*) => {{
        use std::fmt::Write as _;
        let _ = write!($out, $($arg)*);
    }};
}
pub(super) use put;

/// How `-L` prints.
#[derive(Clone, Copy)]
pub(super) struct Listing<'a> {
    /// `-n`.
    pub(super) numeric: bool,
    /// IPv4 or IPv6.
    pub(super) family: Family,
    /// The rule's `-p`.
    pub(super) proto: u8,
    /// nft or legacy.
    pub(super) face: Face,
    /// Names of hosts.
    pub(super) hosts: &'a dyn Hosts,
}

/// What a match or target does with words.
pub(super) trait Ext {
    /// As it is before any option.
    fn new(family: Family) -> Self
    where
        Self: Sized;

    /// Its options, in the order in which they are checked.
    fn opts(&self) -> &'static [Opt];

    /// Takes one option.
    ///
    /// # Errors
    /// The real extension's.
    fn parse(&mut self, call: &mut Call<'_>) -> Result<(), Fail>;

    /// Looks at the whole once every option was read; `flags` are those seen, by id.
    ///
    /// # Errors
    /// The real extension's.
    fn check(&mut self, flags: u32) -> Result<(), Fail> {
        let _ = flags;
        Ok(())
    }

    /// What it says on standard error before [`Self::check`].
    fn warning(&self, flags: u32) -> &'static str {
        let _ = flags;
        ""
    }

    /// Its options as `-S` prints them, a space before each.
    fn save(&self, out: &mut String, family: Family);

    /// Its part of a line of `-L`, a space first.
    fn list(&self, out: &mut String, how: &Listing<'_>);

    /// What it says on standard error each time it is printed.
    fn grumbles(&self) -> &'static str {
        ""
    }
}

/// What a name after `-m` or `-j` stands for.
pub(super) enum Found<T> {
    /// An extension.
    Ext(T),
    /// An extension that is not simulated.
    NotSimulated,
    /// None.
    No,
}

impl<T: Ext> Ext for Box<T> {
    fn new(family: Family) -> Self {
        Self::new(T::new(family))
    }

    fn opts(&self) -> &'static [Opt] {
        (**self).opts()
    }

    fn parse(&mut self, call: &mut Call<'_>) -> Result<(), Fail> {
        (**self).parse(call)
    }

    fn check(&mut self, flags: u32) -> Result<(), Fail> {
        (**self).check(flags)
    }

    fn warning(&self, flags: u32) -> &'static str {
        (**self).warning(flags)
    }

    fn save(&self, out: &mut String, family: Family) {
        (**self).save(out, family);
    }

    fn list(&self, out: &mut String, how: &Listing<'_>) {
        (**self).list(out, how);
    }

    fn grumbles(&self) -> &'static str {
        (**self).grumbles()
    }
}

macro_rules! families {
    (both, $family:ident) => {
        true
    };
    (v4, $family:ident) => {
        $family == Family::V4
    };
    (v6, $family:ident) => {
        $family == Family::V6
    };
}

macro_rules! of_matches {
    ($($(#[$doc:meta])+ $v:ident($ty:ty) = $name:literal, $family:ident, $looks:ident, $source:literal
        $(but $differs:literal)?;)+) => {
        /// The extension of a match.
        pub(super) fn of_match(m: &Match) -> &dyn Ext {
            match m {
                $(Match::$v(m) => m,)+
            }
        }

        /// The same, to take options.
        pub(super) fn of_match_mut(m: &mut Match) -> &mut dyn Ext {
            match m {
                $(Match::$v(m) => m,)+
            }
        }

        /// The match of a name, before any option.
        pub(super) fn new_match(name: &str, family: Family) -> Found<Match> {
            Found::Ext(match name {
                $($name if families!($family, family) => Match::$v(Ext::new(family)),)+
                _ if known::is_match(name) => return Found::NotSimulated,
                _ => return Found::No,
            })
        }
    };
}
packetwalk_netfilter::each_match!(of_matches);

macro_rules! of_targets {
    ($($(#[$doc:meta])+ $v:ident($ty:ty) = $name:literal, $family:ident, $works:ident, $source:literal
        $(but $differs:literal)?;)+) => {
        /// A target's extension; `None` for verdicts and chains.
        pub(super) fn of_target(t: &Target) -> Option<&dyn Ext> {
            Some(match t {
                $(Target::$v(t) => t,)+
                _ => return None,
            })
        }

        /// The same, to take options.
        pub(super) fn of_target_mut(t: &mut Target) -> Option<&mut dyn Ext> {
            Some(match t {
                $(Target::$v(t) => t,)+
                _ => return None,
            })
        }

        /// The target of a name, before any option; chains are none.
        pub(super) fn new_target(name: &str, family: Family) -> Option<Target> {
            Some(match name {
                "ACCEPT" => Target::Accept,
                "DROP" => Target::Drop,
                "RETURN" => Target::Return,
                $($name if families!($family, family) => Target::$v(Ext::new(family)),)+
                _ => return None,
            })
        }
    };
}
packetwalk_netfilter::each_target!(of_targets);

/// The refusal of something that exists on Linux and not here.
pub(super) fn refuse(program: &Program, kind: &str, name: &str) -> Fail {
    Fail::not_simulated(program, &format!("{kind} '{name}'"))
}

/// `xtables_param_act(XTF_BAD_VALUE, …)`.
fn bad_value(ext: &str, option: &str, value: &str) -> Fail {
    Fail::param(format!("{ext}: Bad value for \"{option}\" option: \"{value}\""))
}

/// ` !` before a negated option.
pub(super) const fn bang(not: bool) -> &'static str {
    if not { " !" } else { "" }
}

/// A mark and its mask, a space first (`xtables_print_mark_mask`).
pub(super) fn mark_mask(out: &mut String, mark: u32, mask: u32) {
    if mask == u32::MAX {
        put!(out, " 0x{mark:x}");
    } else {
        put!(out, " 0x{mark:x}/0x{mask:x}");
    }
}

/// Text with a space first, quoted where it must be.
///
/// # Source
/// iptables 1.8.9, `libxtables/xtables.c`: `xtables_save_string`.
pub(super) fn quoted(out: &mut String, text: &str) {
    let plain = |c: u8| c.is_ascii_alphanumeric() || c == b'_' || c == b'-';
    if !text.is_empty() && text.bytes().all(plain) {
        put!(out, " {text}");
        return;
    }
    out.push_str(" \"");
    for c in text.chars() {
        if matches!(c, '"' | '\\' | '\'') {
            out.push('\\');
        }
        out.push(c);
    }
    out.push('"');
}
