//! `-m srh`.

use packetwalk_netfilter::matches::srh::{Compare, Srh};
use packetwalk_netfilter::xtables::condition::bits_addr;
use packetwalk_netfilter::xtables::{Cond, Net};
use packetwalk_wire::Family;

use super::super::addr;
use super::super::fail::Fail;
use super::super::option::{Call, Opt, Ty, Value};
use super::{Ext, Listing, bang, put};

const NEXT: u8 = 0;
const LEN_EQ: u8 = 1;
const LEN_GT: u8 = 2;
const LEN_LT: u8 = 3;
const LEFT_EQ: u8 = 4;
const LEFT_GT: u8 = 5;
const LEFT_LT: u8 = 6;
const LAST_EQ: u8 = 7;
const LAST_GT: u8 = 8;
const LAST_LT: u8 = 9;
const TAG: u8 = 10;
const PREVIOUS: u8 = 11;
const AFTER: u8 = 12;
const END: u8 = 13;

const fn byte(name: &'static str, id: u8) -> Opt {
    Opt::new(name, id, Ty::Uint(255)).invertible()
}

const OPTS: &[Opt] = &[
    byte("srh-next-hdr", NEXT),
    byte("srh-hdr-len-eq", LEN_EQ),
    byte("srh-hdr-len-gt", LEN_GT),
    byte("srh-hdr-len-lt", LEN_LT),
    byte("srh-segs-left-eq", LEFT_EQ),
    byte("srh-segs-left-gt", LEFT_GT),
    byte("srh-segs-left-lt", LEFT_LT),
    byte("srh-last-entry-eq", LAST_EQ),
    byte("srh-last-entry-gt", LAST_GT),
    byte("srh-last-entry-lt", LAST_LT),
    Opt::new("srh-tag", TAG, Ty::Uint(u16::MAX as u64)).invertible(),
    Opt::new("srh-psid", PREVIOUS, Ty::HostMask).invertible(),
    Opt::new("srh-nsid", AFTER, Ty::HostMask).invertible(),
    Opt::new("srh-lsid", END, Ty::HostMask).invertible(),
];

/// The comparisons of a field that are asked: name and whether it is negated.
fn asked(c: Compare) -> impl Iterator<Item = (&'static str, bool)> {
    [("eq", c.eq), ("gt", c.gt), ("lt", c.lt)].into_iter().filter_map(|(n, not)| Some((n, not?)))
}

/// An address with its mask's length, 128 for a mask that is no prefix.
fn net(out: &mut String, net: Net) {
    let len = net.prefix_len(Family::V6).unwrap_or(128);
    put!(out, "{}/{len}", addr::text(bits_addr(Family::V6, net.addr)));
}

impl Ext for Srh {
    fn new(_: Family) -> Self {
        Self::default()
    }

    fn opts(&self) -> &'static [Opt] {
        OPTS
    }

    fn parse(&mut self, call: &mut Call<'_>) -> Result<(), Fail> {
        let not = call.invert;
        let id = call.opt.id;
        match call.value()? {
            Value::Uint(n) if id == TAG => self.tag = Some(Cond { not, is: n as u16 }),
            Value::Uint(n) if id == NEXT => self.next = Some(Cond { not, is: n as u8 }),
            Value::Uint(n) => {
                let to = match id {
                    LEN_EQ..=LEN_LT => &mut self.len,
                    LEFT_EQ..=LEFT_LT => &mut self.left,
                    _ => &mut self.last,
                };
                to.value = n as u8;
                match id {
                    LEN_EQ | LEFT_EQ | LAST_EQ => to.eq = Some(not),
                    LEN_GT | LEFT_GT | LAST_GT => to.gt = Some(not),
                    _ => to.lt = Some(not),
                }
            }
            Value::Net(is) => {
                let to = match id {
                    PREVIOUS => &mut self.previous,
                    AFTER => &mut self.after,
                    _ => &mut self.end,
                };
                *to = Some(Cond { not, is });
            }
            _ => {}
        }
        Ok(())
    }

    fn save(&self, out: &mut String, _: Family) {
        if let Some(c) = self.next {
            put!(out, "{} --srh-next-hdr {}", bang(c.not), c.is);
        }
        for (name, c) in [("hdr-len", self.len), ("segs-left", self.left), ("last-entry", self.last)] {
            for (how, not) in asked(c) {
                put!(out, "{} --srh-{name}-{how} {}", bang(not), c.value);
            }
        }
        if let Some(c) = self.tag {
            put!(out, "{} --srh-tag {}", bang(c.not), c.is);
        }
        for (name, c) in [("psid", self.previous), ("nsid", self.after), ("lsid", self.end)] {
            if let Some(c) = c {
                put!(out, "{} --srh-{name} ", bang(c.not));
                net(out, c.is);
            }
        }
    }

    fn list(&self, out: &mut String, _: &Listing<'_>) {
        let not = |not: bool| if not { "!" } else { "" };
        out.push_str(" srh");
        if let Some(c) = self.next {
            put!(out, " next-hdr:{}{}", not(c.not), c.is);
        }
        for (name, c) in [("hdr-len", self.len), ("segs-left", self.left), ("last-entry", self.last)] {
            for (how, negated) in asked(c) {
                put!(out, " {name}-{how}:{}{}", not(negated), c.value);
            }
        }
        if let Some(c) = self.tag {
            put!(out, " tag:{}{}", not(c.not), c.is);
        }
        for (name, c) in [("psid", self.previous), ("nsid", self.after), ("lsid", self.end)] {
            if let Some(c) = c {
                put!(out, " {name} {} ", not(c.not));
                net(out, c.is);
            }
        }
    }
}
