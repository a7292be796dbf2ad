//! `-j HMARK`.

use packetwalk_netfilter::targets::hmark::{Hmark, bit};
use packetwalk_wire::Family;

use super::super::fail::Fail;
use super::super::option::{Call, Opt, Ty, Value};
use super::{Ext, Listing, put};

const TUPLE: u8 = 13;
const U16: Ty = Ty::Uint(u16::MAX as u64);
const U32: Ty = Ty::Uint(u32::MAX as u64);

const OPTS: &[Opt] = &[
    Opt::new("hmark-tuple", TUPLE, Ty::Str),
    Opt::new("hmark-src-prefix", bit::SRC_MASK, Ty::PlenMask),
    Opt::new("hmark-dst-prefix", bit::DST_MASK, Ty::PlenMask),
    Opt::new("hmark-sport-mask", bit::SPORT_MASK, U16),
    Opt::new("hmark-dport-mask", bit::DPORT_MASK, U16),
    Opt::new("hmark-spi-mask", bit::SPI_MASK, U32),
    Opt::new("hmark-sport", bit::SPORT, U16),
    Opt::new("hmark-dport", bit::DPORT, U16),
    Opt::new("hmark-spi", bit::SPI, U32),
    Opt::new("hmark-proto-mask", bit::PROTO_MASK, U16),
    Opt::new("hmark-rnd", bit::RND, U32),
    Opt::new("hmark-mod", bit::MODULUS, U32).mandatory().min(1),
    Opt::new("hmark-offset", bit::OFFSET, U32),
];

/// `--hmark-tuple`'s words, of which the first that begins as the word given counts.
const WORDS: [(&str, u8); 7] = [
    ("ct", bit::CT),
    ("src", bit::SRC_MASK),
    ("dst", bit::DST_MASK),
    ("sport", bit::SPORT_MASK),
    ("dport", bit::DPORT_MASK),
    ("proto", bit::PROTO_MASK),
    ("spi", bit::SPI_MASK),
];

const PACKET: u32 = 0b1_1111_1111;

const fn halves(n: u32) -> (u16, u16) {
    ((n >> 16) as u16, n as u16)
}

const fn whole((high, low): (u16, u16)) -> u32 {
    (high as u32) << 16 | low as u32
}

/// # Source
/// iptables 1.8.9, `extensions/libxt_HMARK.c`: `hmark_parse_type`, `hmark_parse`.
fn tuple(t: &mut Hmark, text: &str, flags: &mut u32) -> Result<(), Fail> {
    let mut rest = text;
    loop {
        let (word, more) = match rest.split_once(',') {
            Some((word, more)) => (word, Some(more)),
            None => (rest, None),
        };
        if more.is_none() && word.is_empty() {
            let text =
                "\"--hmark-tuple\" requires a list of types with no spaces, e.g. src,dst,sport,dport,proto";
            return Err(Fail::param(text));
        }
        let begins = |name: &str| name.get(..word.len()).is_some_and(|n| n.eq_ignore_ascii_case(word));
        let found = WORDS.iter().find(|(name, _)| !word.is_empty() && begins(name));
        let Some((_, id)) = found else { return Err(Fail::param(format!("Bad type \"{rest}\""))) };
        t.given |= 1 << id;
        *flags |= 1 << id;
        match *id {
            bit::SRC_MASK => t.src_mask = u128::MAX,
            bit::DST_MASK => t.dst_mask = u128::MAX,
            bit::SPORT_MASK => t.port_mask.0 = u16::MAX,
            bit::DPORT_MASK => t.port_mask.1 = u16::MAX,
            bit::SPI_MASK => t.port_mask = (u16::MAX, u16::MAX),
            bit::PROTO_MASK => t.proto_mask = u16::MAX,
            _ => {}
        }
        match more {
            Some(more) => rest = more,
            None => return Ok(()),
        }
    }
}

/// Length of a mask that is a prefix.
const fn prefix(mask: u128, family: Family) -> u32 {
    match family {
        Family::V4 => (mask as u32).leading_ones(),
        Family::V6 => mask.leading_ones(),
    }
}

impl Ext for Hmark {
    fn new(_: Family) -> Self {
        Self::default()
    }

    fn opts(&self) -> &'static [Opt] {
        OPTS
    }

    fn parse(&mut self, call: &mut Call<'_>) -> Result<(), Fail> {
        let id = call.opt.id;
        let value = call.value()?;
        if id == TUPLE {
            return tuple(self, call.arg, call.flags);
        }
        self.given |= 1 << id;
        match (id, value) {
            (bit::SRC_MASK, Value::Net(net)) => self.src_mask = net.mask,
            (bit::DST_MASK, Value::Net(net)) => self.dst_mask = net.mask,
            (bit::SPI, Value::Uint(n)) => self.port_set = halves(n as u32),
            (bit::SPI_MASK, Value::Uint(n)) => self.port_mask = halves(n as u32),
            (bit::SPORT, Value::Uint(n)) => self.port_set.0 = n as u16,
            (bit::DPORT, Value::Uint(n)) => self.port_set.1 = n as u16,
            (bit::SPORT_MASK, Value::Uint(n)) => self.port_mask.0 = n as u16,
            (bit::DPORT_MASK, Value::Uint(n)) => self.port_mask.1 = n as u16,
            (bit::PROTO_MASK, Value::Uint(n)) => self.proto_mask = n as u16,
            (bit::RND, Value::Uint(n)) => self.rnd = n as u32,
            (bit::MODULUS, Value::Uint(n)) => self.modulus = n as u32,
            (bit::OFFSET, Value::Uint(n)) => self.offset = n as u32,
            _ => {}
        }
        Ok(())
    }

    fn check(&mut self, flags: u32) -> Result<(), Fail> {
        let has = |id: u8| flags & (1 << id) != 0;
        let text = if !has(bit::MODULUS) {
            "--hmark-mod is mandatory"
        } else if !has(bit::RND) {
            "--hmark-rnd is mandatory"
        } else if has(bit::SPI_MASK) && (has(bit::SPORT_MASK) || has(bit::DPORT_MASK)) {
            "you cannot use --hmark-spi-mask and --hmark-?port-mask,at the same time"
        } else if flags & (PACKET | 1 << bit::CT) == 0 {
            "you have to specify --hmark-tuple at least"
        } else {
            return Ok(());
        };
        Err(Fail::param(text))
    }

    fn save(&self, out: &mut String, family: Family) {
        for (id, name, mask) in [(bit::SRC_MASK, "src", self.src_mask), (bit::DST_MASK, "dst", self.dst_mask)]
        {
            if self.has(id) {
                put!(out, " --hmark-{name}-prefix {}", prefix(mask, family));
            }
        }
        let fields: [(u8, &str, u32, usize); 8] = [
            (bit::SPORT_MASK, "sport-mask", self.port_mask.0.into(), 6),
            (bit::DPORT_MASK, "dport-mask", self.port_mask.1.into(), 6),
            (bit::SPI_MASK, "spi-mask", whole(self.port_mask), 10),
            (bit::SPORT, "sport", self.port_set.0.into(), 6),
            (bit::DPORT, "dport", self.port_set.1.into(), 6),
            (bit::SPI, "spi", whole(self.port_set), 10),
            (bit::PROTO_MASK, "proto-mask", self.proto_mask.into(), 4),
            (bit::RND, "rnd", self.rnd, 10),
        ];
        for (id, name, value, width) in fields {
            if self.has(id) {
                put!(out, " --hmark-{name} {value:#0width$x}");
            }
        }
        put!(out, " --hmark-mod {}", self.modulus);
        if self.has(bit::OFFSET) {
            put!(out, " --hmark-offset {}", self.offset);
        }
        if self.has(bit::CT) {
            out.push_str(" --hmark-tuple ct");
        }
    }

    fn list(&self, out: &mut String, how: &Listing<'_>) {
        put!(out, " HMARK mod {} ", self.modulus);
        if self.has(bit::OFFSET) {
            put!(out, "+ 0x{:x} ", self.offset);
        }
        if self.has(bit::CT) {
            out.push_str("ct, ");
        }
        for (id, name, mask) in [(bit::SRC_MASK, "src", self.src_mask), (bit::DST_MASK, "dst", self.dst_mask)]
        {
            if self.has(id) {
                put!(out, "{name}-prefix ");
                // The real tool prints nothing for a whole IPv6 address.
                match prefix(mask, how.family) {
                    128 => {}
                    len => put!(out, "{len}"),
                }
                out.push(' ');
            }
        }
        let fields: [(u8, &str, u32); 8] = [
            (bit::SPORT_MASK, "sport-mask", self.port_mask.0.into()),
            (bit::DPORT_MASK, "dport-mask", self.port_mask.1.into()),
            (bit::SPI_MASK, "spi-mask", whole(self.port_mask)),
            (bit::SPORT, "sport", self.port_set.0.into()),
            (bit::DPORT, "dport", self.port_set.1.into()),
            (bit::SPI, "spi", whole(self.port_set)),
            (bit::PROTO_MASK, "proto-mask", self.proto_mask.into()),
            (bit::RND, "rnd", self.rnd),
        ];
        for (id, name, value) in fields {
            if self.has(id) {
                put!(out, "{name} 0x{value:x} ");
            }
        }
    }
}
