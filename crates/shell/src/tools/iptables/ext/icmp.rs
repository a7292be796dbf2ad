//! `-m icmp` and `-m icmp6`.

use packetwalk_netfilter::matches::icmp::{Icmp, Icmp6};
use packetwalk_netfilter::matches::range::Range;
use packetwalk_wire::Family;

use super::super::option::{Call, Opt, Ty};
use super::super::{fail::Fail, number};
use super::{Ext, Listing, bang, put};

/// A name for a type and codes.
type Name = (&'static str, u8, u8, u8);

/// Names of ICMP messages, as `iptables -p icmp -h` lists them.
const V4: [Name; 40] = [
    ("any", 255, 0, 255),
    ("echo-reply", 0, 0, 255),
    ("pong", 0, 0, 255),
    ("destination-unreachable", 3, 0, 255),
    ("network-unreachable", 3, 0, 0),
    ("host-unreachable", 3, 1, 1),
    ("protocol-unreachable", 3, 2, 2),
    ("port-unreachable", 3, 3, 3),
    ("fragmentation-needed", 3, 4, 4),
    ("source-route-failed", 3, 5, 5),
    ("network-unknown", 3, 6, 6),
    ("host-unknown", 3, 7, 7),
    ("network-prohibited", 3, 9, 9),
    ("host-prohibited", 3, 10, 10),
    ("TOS-network-unreachable", 3, 11, 11),
    ("TOS-host-unreachable", 3, 12, 12),
    ("communication-prohibited", 3, 13, 13),
    ("host-precedence-violation", 3, 14, 14),
    ("precedence-cutoff", 3, 15, 15),
    ("source-quench", 4, 0, 255),
    ("redirect", 5, 0, 255),
    ("network-redirect", 5, 0, 0),
    ("host-redirect", 5, 1, 1),
    ("TOS-network-redirect", 5, 2, 2),
    ("TOS-host-redirect", 5, 3, 3),
    ("echo-request", 8, 0, 255),
    ("ping", 8, 0, 255),
    ("router-advertisement", 9, 0, 255),
    ("router-solicitation", 10, 0, 255),
    ("time-exceeded", 11, 0, 255),
    ("ttl-exceeded", 11, 0, 255),
    ("ttl-zero-during-transit", 11, 0, 0),
    ("ttl-zero-during-reassembly", 11, 1, 1),
    ("parameter-problem", 12, 0, 255),
    ("ip-header-bad", 12, 0, 0),
    ("required-option-missing", 12, 1, 1),
    ("timestamp-request", 13, 0, 255),
    ("timestamp-reply", 14, 0, 255),
    ("address-mask-request", 17, 0, 255),
    ("address-mask-reply", 18, 0, 255),
];

/// Names of ICMPv6 messages, as `ip6tables -p icmpv6 -h` lists them.
const V6: [Name; 28] = [
    ("destination-unreachable", 1, 0, 255),
    ("no-route", 1, 0, 0),
    ("communication-prohibited", 1, 1, 1),
    ("beyond-scope", 1, 2, 2),
    ("address-unreachable", 1, 3, 3),
    ("port-unreachable", 1, 4, 4),
    ("failed-policy", 1, 5, 5),
    ("reject-route", 1, 6, 6),
    ("packet-too-big", 2, 0, 255),
    ("time-exceeded", 3, 0, 255),
    ("ttl-exceeded", 3, 0, 255),
    ("ttl-zero-during-transit", 3, 0, 0),
    ("ttl-zero-during-reassembly", 3, 1, 1),
    ("parameter-problem", 4, 0, 255),
    ("bad-header", 4, 0, 0),
    ("unknown-header-type", 4, 1, 1),
    ("unknown-option", 4, 2, 2),
    ("echo-request", 128, 0, 255),
    ("ping", 128, 0, 255),
    ("echo-reply", 129, 0, 255),
    ("pong", 129, 0, 255),
    ("router-solicitation", 133, 0, 255),
    ("router-advertisement", 134, 0, 255),
    ("neighbour-solicitation", 135, 0, 255),
    ("neighbor-solicitation", 135, 0, 255),
    ("neighbour-advertisement", 136, 0, 255),
    ("neighbor-advertisement", 136, 0, 255),
    ("redirect", 137, 0, 255),
];

const OPTS4: &[Opt] = &[Opt::new("icmp-type", 0, Ty::Str).mandatory().invertible()];
const OPTS6: &[Opt] = &[Opt::new("icmpv6-type", 0, Ty::Str).mandatory().invertible()];

/// `N` or `N:M`, and what follows.
fn range(text: &str) -> Option<(Range<u8>, &str)> {
    let (min, rest) = number::prefix(text, 0, 255)?;
    let Some(more) = rest.strip_prefix(':') else { return Some((Range::one(min as u8), rest)) };
    let (max, rest) = number::prefix(more, 0, 255)?;
    Some((Range::new(min as u8, max as u8), rest))
}

/// Type and codes of a name, of its unambiguous beginning, or of `TYPE[/CODE[:CODE]]`.
///
/// # Source
/// iptables 1.8.9, `extensions/libxt_icmp.h`: `__ipt_parse_icmp`.
fn parse(table: &[Name], what: &str, text: &str) -> Result<(u8, Range<u8>), Fail> {
    let begins = |name: &str| name.get(..text.len()).is_some_and(|n| n.eq_ignore_ascii_case(text));
    let mut found = table.iter().filter(|(name, ..)| begins(name));
    if let Some((first, ty, min, max)) = found.next() {
        return match found.next() {
            Some((second, ..)) => {
                Err(Fail::param(format!("Ambiguous {what} type `{text}': `{first}' or `{second}'?")))
            }
            None => Ok((*ty, Range::new(*min, *max))),
        };
    }
    let (ty, rest) = range(text).ok_or_else(|| Fail::param(format!("Unknown {what} type `{text}'")))?;
    let stray =
        |rest: &str| Fail::param(format!("unknown character {}", rest.chars().next().unwrap_or_default()));
    let codes = if rest.is_empty() {
        Range::new(0, 255)
    } else {
        let code = rest.strip_prefix('/').ok_or_else(|| stray(rest))?;
        let (codes, rest) =
            range(code).ok_or_else(|| Fail::param(format!("Unknown {what} code `{text}'")))?;
        if !rest.is_empty() {
            return Err(stray(rest));
        }
        codes
    };
    if ty.min != ty.max {
        return Err(Fail::param(format!("{what} type range not supported")));
    }
    Ok((ty.min, codes))
}

fn list(out: &mut String, table: &[Name], ty: u8, codes: Range<u8>, not: bool, numeric: bool) {
    let named = table.iter().find(|(_, t, a, b)| (*t, *a, *b) == (ty, codes.min, codes.max));
    if let Some((name, ..)) = named.filter(|_| !numeric) {
        put!(out, " {}{name}", if not { "!" } else { "" });
        return;
    }
    put!(out, "{}type {ty}", bang(not));
    if codes.min == codes.max {
        put!(out, " code {}", codes.min);
    } else if codes.min != 0 || codes.max != 255 {
        put!(out, " codes {}-{}", codes.min, codes.max);
    }
}

fn save_code(out: &mut String, codes: Range<u8>) {
    if codes.min != 0 || codes.max != 255 {
        put!(out, "/{}", codes.min);
    }
}

impl Ext for Icmp {
    fn new(_: Family) -> Self {
        Self::ANY
    }

    fn opts(&self) -> &'static [Opt] {
        OPTS4
    }

    fn parse(&mut self, call: &mut Call<'_>) -> Result<(), Fail> {
        call.value()?;
        (self.ty, self.codes) = parse(&V4, "ICMP", call.arg)?;
        self.not |= call.invert;
        Ok(())
    }

    fn save(&self, out: &mut String, _: Family) {
        put!(out, "{} --icmp-type ", bang(self.not));
        if self.ty == 255 {
            out.push_str("any");
        } else {
            put!(out, "{}", self.ty);
            save_code(out, self.codes);
        }
    }

    fn list(&self, out: &mut String, how: &Listing<'_>) {
        out.push_str(" icmp");
        list(out, &V4, self.ty, self.codes, self.not, how.numeric);
    }
}

impl Ext for Icmp6 {
    fn new(_: Family) -> Self {
        Self { not: false, ty: 0, codes: Range::new(0, 255) }
    }

    fn opts(&self) -> &'static [Opt] {
        OPTS6
    }

    fn parse(&mut self, call: &mut Call<'_>) -> Result<(), Fail> {
        call.value()?;
        (self.ty, self.codes) = parse(&V6, "ICMPv6", call.arg)?;
        self.not |= call.invert;
        Ok(())
    }

    fn save(&self, out: &mut String, _: Family) {
        put!(out, "{} --icmpv6-type {}", bang(self.not), self.ty);
        save_code(out, self.codes);
    }

    fn list(&self, out: &mut String, how: &Listing<'_>) {
        out.push_str(" ipv6-icmp");
        list(out, &V6, self.ty, self.codes, self.not, how.numeric);
    }
}
