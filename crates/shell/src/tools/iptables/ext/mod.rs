//! Extensions: options, text and listing of each match and target, one file each.

mod addrtype;
mod comment;
mod connmark;
mod conntrack;
mod dscp;
mod icmp;
mod iprange;
mod known;
mod length;
mod mac;
mod mark;
mod multiport;
mod physdev;
mod pkttype;
mod statistic;
mod t_connmark;
mod t_ct;
mod t_dscp;
mod t_log;
mod t_mark;
mod t_nat;
mod t_netmap;
mod t_reject;
mod t_tcpmss;
mod t_tos;
mod t_ttl;
mod tcp;
mod tos;
mod ttl;
mod udp;

use packetwalk_netfilter::env::RejectWith;
use packetwalk_netfilter::matches::{self, Match};
use packetwalk_netfilter::nat::NatRange;
use packetwalk_netfilter::targets::{self, Target};
use packetwalk_netfilter::xtables::Cond;
use packetwalk_wire::Family;

use super::fail::Fail;
use super::option::{Call, Opt};
use super::program::{Hosts, Program};

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
    /// Names of hosts.
    pub(super) hosts: &'a dyn Hosts,
}

/// What a match or target does with words.
pub(super) trait Ext {
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

    /// Its options as `-S` prints them, a space before each.
    fn save(&self, out: &mut String, family: Family);

    /// Its part of a line of `-L`, a space first.
    fn list(&self, out: &mut String, how: &Listing<'_>);
}

/// The match of a match, so to say.
pub(super) fn of_match(m: &Match) -> &dyn Ext {
    match m {
        Match::Addrtype(m) => m,
        Match::Comment(m) => m,
        Match::Connmark(m) => m,
        Match::Conntrack(m) => m.as_ref(),
        Match::Dscp(m) => m,
        Match::Hl(m) => m,
        Match::Icmp(m) => m,
        Match::Icmp6(m) => m,
        Match::Iprange(m) => m,
        Match::Length(m) => m,
        Match::Mac(m) => m,
        Match::Mark(m) => m,
        Match::Multiport(m) => m,
        Match::Physdev(m) => m,
        Match::Pkttype(m) => m,
        Match::State(m) => m,
        Match::Statistic(m) => m,
        Match::Tcp(m) => m,
        Match::Tos(m) => m,
        Match::Ttl(m) => m,
        Match::Udp(m) => m,
    }
}

/// The same, to take options.
pub(super) fn of_match_mut(m: &mut Match) -> &mut dyn Ext {
    match m {
        Match::Addrtype(m) => m,
        Match::Comment(m) => m,
        Match::Connmark(m) => m,
        Match::Conntrack(m) => m.as_mut(),
        Match::Dscp(m) => m,
        Match::Hl(m) => m,
        Match::Icmp(m) => m,
        Match::Icmp6(m) => m,
        Match::Iprange(m) => m,
        Match::Length(m) => m,
        Match::Mac(m) => m,
        Match::Mark(m) => m,
        Match::Multiport(m) => m,
        Match::Physdev(m) => m,
        Match::Pkttype(m) => m,
        Match::State(m) => m,
        Match::Statistic(m) => m,
        Match::Tcp(m) => m,
        Match::Tos(m) => m,
        Match::Ttl(m) => m,
        Match::Udp(m) => m,
    }
}

/// A target's extension; `None` for verdicts and chains.
pub(super) fn of_target(t: &Target) -> Option<&dyn Ext> {
    Some(match t {
        Target::None
        | Target::Accept
        | Target::Drop
        | Target::Return
        | Target::Jump(_)
        | Target::Goto(_)
        | Target::Notrack => return None,
        Target::Connmark(t) => t,
        Target::Ct(t) => t,
        Target::Dnat(t) => t,
        Target::Dscp(t) => t,
        Target::Hl(t) => t,
        Target::Log(t) => t,
        Target::Mark(t) => t,
        Target::Masquerade(t) => t,
        Target::Netmap(t) => t,
        Target::Redirect(t) => t,
        Target::Reject(t) => t,
        Target::Snat(t) => t,
        Target::Tcpmss(t) => t,
        Target::Tos(t) => t,
        Target::Ttl(t) => t,
    })
}

/// The same, to take options.
pub(super) fn of_target_mut(t: &mut Target) -> Option<&mut dyn Ext> {
    Some(match t {
        Target::None
        | Target::Accept
        | Target::Drop
        | Target::Return
        | Target::Jump(_)
        | Target::Goto(_)
        | Target::Notrack => return None,
        Target::Connmark(t) => t,
        Target::Ct(t) => t,
        Target::Dnat(t) => t,
        Target::Dscp(t) => t,
        Target::Hl(t) => t,
        Target::Log(t) => t,
        Target::Mark(t) => t,
        Target::Masquerade(t) => t,
        Target::Netmap(t) => t,
        Target::Redirect(t) => t,
        Target::Reject(t) => t,
        Target::Snat(t) => t,
        Target::Tcpmss(t) => t,
        Target::Tos(t) => t,
        Target::Ttl(t) => t,
    })
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

/// The match of a name, before any option.
pub(super) fn new_match(name: &str, family: Family) -> Found<Match> {
    let v4 = family == Family::V4;
    Found::Ext(match name {
        "addrtype" => Match::Addrtype(matches::addrtype::Addrtype::default()),
        "comment" => Match::Comment(matches::comment::Comment { text: "".into() }),
        "connmark" => Match::Connmark(matches::connmark::Connmark { not: false, mark: 0, mask: 0 }),
        "conntrack" => Match::Conntrack(Box::default()),
        "dscp" => Match::Dscp(matches::dscp::Dscp { not: false, dscp: 0 }),
        "hl" if !v4 => Match::Hl(matches::ttl::Hl { how: matches::ttl::Compare::Eq, value: 0 }),
        "icmp" if v4 => Match::Icmp(matches::icmp::Icmp::ANY),
        "icmp6" if !v4 => Match::Icmp6(matches::icmp::Icmp6 {
            not: false,
            ty: 0,
            codes: matches::range::Range::new(0, 255),
        }),
        "iprange" => Match::Iprange(matches::iprange::Iprange::default()),
        "length" => {
            let length = matches::range::Range::new(0, 0);
            Match::Length(matches::length::Length { not: false, length })
        }
        "mac" => Match::Mac(matches::mac::MacSource { not: false, mac: packetwalk_wire::Mac::ZERO }),
        "mark" => Match::Mark(matches::mark::Mark { not: false, mark: 0, mask: 0 }),
        "multiport" => Match::Multiport(matches::multiport::Multiport {
            not: false,
            which: matches::multiport::Which::Source,
            ports: Box::default(),
        }),
        "physdev" => Match::Physdev(matches::physdev::Physdev::default()),
        "pkttype" => {
            Match::Pkttype(matches::pkttype::Pkttype { not: false, ty: packetwalk_wire::PacketType::Host })
        }
        "state" => {
            let state = Cond::new(matches::conntrack::States::default());
            Match::State(matches::conntrack::State { state })
        }
        "statistic" => Match::Statistic(matches::statistic::Statistic::new(
            false,
            matches::statistic::Mode::Random { probability: 0 },
        )),
        "tcp" => Match::Tcp(matches::tcp::Tcp::default()),
        "tos" => Match::Tos(matches::tos::Tos { not: false, value: 0, mask: 0 }),
        "ttl" if v4 => Match::Ttl(matches::ttl::Ttl { how: matches::ttl::Compare::Eq, value: 0 }),
        "udp" => Match::Udp(matches::udp::Udp::default()),
        _ if known::is_match(name, family) => return Found::NotSimulated,
        _ => return Found::No,
    })
}

/// The target of a name, before any option; chains are none.
pub(super) fn new_target(name: &str, family: Family) -> Found<Target> {
    let v4 = family == Family::V4;
    let range = NatRange::empty(family);
    Found::Ext(match name {
        "ACCEPT" => Target::Accept,
        "DROP" => Target::Drop,
        "RETURN" => Target::Return,
        "CONNMARK" => Target::Connmark(targets::connmark::Connmark::Set { mark: 0, mask: u32::MAX }),
        "CT" => Target::Ct(targets::ct::Ct::Default),
        "NOTRACK" => Target::Notrack,
        "DNAT" => Target::Dnat(targets::dnat::Dnat { range }),
        "DSCP" => Target::Dscp(targets::dscp::Dscp { dscp: 0 }),
        "HL" if !v4 => Target::Hl(targets::ttl::Hl(targets::ttl::Change::Set(0))),
        "LOG" => Target::Log(targets::log::Log { level: 4, prefix: "".into(), flags: 0 }),
        "MARK" => Target::Mark(targets::mark::Mark { mark: 0, mask: 0 }),
        "MASQUERADE" => Target::Masquerade(targets::masquerade::Masquerade { range }),
        "NETMAP" => Target::Netmap(targets::netmap::Netmap { range }),
        "REDIRECT" => Target::Redirect(targets::redirect::Redirect { range }),
        "REJECT" => {
            let (ty, code) = if v4 { (3, 3) } else { (1, 4) };
            Target::Reject(targets::reject::Reject { with: RejectWith::Icmp { ty, code } })
        }
        "SNAT" => Target::Snat(targets::snat::Snat { range }),
        "TCPMSS" => Target::Tcpmss(targets::tcpmss::Tcpmss { mss: targets::tcpmss::Mss::Set(0) }),
        "TOS" => Target::Tos(targets::tos::Tos { value: 0, mask: 0 }),
        "TTL" if v4 => Target::Ttl(targets::ttl::Ttl(targets::ttl::Change::Set(0))),
        _ if known::is_target(name, family) => return Found::NotSimulated,
        _ => return Found::No,
    })
}

/// The refusal of something that exists on Linux and not here.
pub(super) fn refuse(program: &Program, kind: &str, name: &str) -> Fail {
    Fail::not_simulated(program, &format!("{kind} '{name}'"))
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
