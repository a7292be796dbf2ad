//! `-m mh`.

use packetwalk_netfilter::matches::mh::Mh;
use packetwalk_netfilter::matches::range::Range;
use packetwalk_wire::Family;

use super::super::option::{Call, Opt, Ty};
use super::super::{fail::Fail, number};
use super::{Ext, Listing, bang, put};

const OPTS: &[Opt] = &[Opt::new("mh-type", 0, Ty::Str).invertible()];

/// Types by name and by short name, numbered from 0 (RFC 6275 §6.1).
const NAMES: [[&str; 2]; 8] = [
    ["binding-refresh-request", "brr"],
    ["home-test-init", "hoti"],
    ["careof-test-init", "coti"],
    ["home-test", "hot"],
    ["careof-test", "cot"],
    ["binding-update", "bu"],
    ["binding-acknowledgement", "ba"],
    ["binding-error", "be"],
];

/// A type by name, by the beginning of a name, or by number.
///
/// # Source
/// iptables 1.8.9, `extensions/libip6t_mh.c`: `name_to_type`: a whole name before the first that begins so.
fn number_of(text: &str) -> Result<u8, Fail> {
    let begins = |n: &str| n.get(..text.len()).is_some_and(|n| n.eq_ignore_ascii_case(text));
    let names = || NAMES.iter().enumerate().flat_map(|(i, both)| both.iter().map(move |n| (i, *n)));
    let whole = names().find(|(_, n)| n.eq_ignore_ascii_case(text));
    if let Some((i, _)) = whole.or_else(|| names().find(|(_, n)| begins(n))) {
        return Ok(i as u8);
    }
    number::whole(text, 0, 255)
        .map(|n| n as u8)
        .ok_or_else(|| Fail::param(format!("Invalid MH type `{text}'")))
}

fn types(text: &str) -> Result<Range<u8>, Fail> {
    let Some((min, max)) = text.split_once(':') else { return Ok(Range::one(number_of(text)?)) };
    let min = if min.is_empty() { 0 } else { number_of(min)? };
    let max = if max.is_empty() { 255 } else { number_of(max)? };
    if min > max {
        return Err(Fail::param("Invalid MH type range (min > max)"));
    }
    Ok(Range::new(min, max))
}

impl Ext for Mh {
    fn new(_: Family) -> Self {
        Self { not: false, types: Range::new(0, 255) }
    }

    fn opts(&self) -> &'static [Opt] {
        OPTS
    }

    fn parse(&mut self, call: &mut Call<'_>) -> Result<(), Fail> {
        call.value()?;
        self.types = types(call.arg)?;
        self.not |= call.invert;
        Ok(())
    }

    fn save(&self, out: &mut String, _: Family) {
        let r = self.types;
        if (r.min, r.max) == (0, 255) {
            return;
        }
        put!(out, "{} --mh-type {}", bang(self.not), r.min);
        if r.min != r.max {
            put!(out, ":{}", r.max);
        }
    }

    fn list(&self, out: &mut String, how: &Listing<'_>) {
        out.push_str(" mh");
        let r = self.types;
        if (r.min, r.max) == (0, 255) && !self.not {
            return;
        }
        let name = |n: u8| match NAMES.get(usize::from(n)).filter(|_| !how.numeric) {
            Some([name, _]) => (*name).to_owned(),
            None => n.to_string(),
        };
        put!(out, " {}{}", if self.not { "!" } else { "" }, name(r.min));
        if r.min != r.max {
            put!(out, ":{}", name(r.max));
        }
    }
}
