//! `-j REJECT`.

use packetwalk_netfilter::env::RejectWith;
use packetwalk_netfilter::targets::reject::{Reject, kinds};
use packetwalk_wire::Family;

use super::super::fail::Fail;
use super::super::option::{Call, Opt, Ty};
use super::{Ext, Listing, put};

const OPTS: &[Opt] = &[Opt::new("reject-with", 0, Ty::Str)];

fn name(t: Reject, family: Family) -> &'static str {
    kinds(family).iter().find(|(.., with)| *with == t.with).map_or("", |(name, ..)| name)
}

impl Ext for Reject {
    fn new(family: Family) -> Self {
        let (ty, code) = match family {
            Family::V4 => (3, 3),
            Family::V6 => (1, 4),
        };
        Self { with: RejectWith::Icmp { ty, code } }
    }

    fn opts(&self) -> &'static [Opt] {
        OPTS
    }

    fn parse(&mut self, call: &mut Call<'_>) -> Result<(), Fail> {
        call.value()?;
        let arg = call.arg;
        let begins = |name: &str| name.get(..arg.len()).is_some_and(|n| n.eq_ignore_ascii_case(arg));
        let found = kinds(call.family()).iter().find(|(name, short, _)| begins(name) || begins(short));
        if let Some((.., with)) = found {
            self.with = *with;
            Ok(())
        } else {
            if call.family() == Family::V4 && (begins("echo-reply") || begins("echoreply")) {
                call.warn.push_str("--reject-with echo-reply no longer supported\n");
            }
            Err(Fail::param(format!("unknown reject type \"{arg}\"")))
        }
    }

    fn save(&self, out: &mut String, family: Family) {
        put!(out, " --reject-with {}", name(*self, family));
    }

    fn list(&self, out: &mut String, how: &Listing<'_>) {
        put!(out, " reject-with {}", name(*self, how.family));
    }
}
