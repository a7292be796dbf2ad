//! `-m set`.

use packetwalk_netfilter::ipset::sets::MAX_NAME;
use packetwalk_netfilter::ipset::{CounterTest, Dirs};
use packetwalk_netfilter::matches::set::{Named, Set};
use packetwalk_wire::Family;

use super::super::option::{Call, Opt, Ty};
use super::super::{fail::Fail, number};
use super::{Ext, Listing, put};

const MATCH_SET: u8 = 0;
const OLD_SET: u8 = 1;
const RETURN_NOMATCH: u8 = 2;
const UPDATE: u8 = 3;
const UPDATE_SUB: u8 = 4;
const PACKETS_EQ: u8 = 5;
const PACKETS_LT: u8 = 6;
const PACKETS_GT: u8 = 7;
const BYTES_EQ: u8 = 8;
const BYTES_LT: u8 = 9;
const BYTES_GT: u8 = 10;
/// Most directions (`IPSET_DIM_MAX`).
const MOST: u8 = 6;

const OPTS: &[Opt] = &[
    Opt::new("match-set", MATCH_SET, Ty::Old(true)),
    Opt::new("set", OLD_SET, Ty::Old(true)),
    Opt::new("return-nomatch", RETURN_NOMATCH, Ty::Old(false)),
    Opt::new("update-counters", UPDATE, Ty::Old(false)),
    Opt::new("packets-eq", PACKETS_EQ, Ty::Old(true)),
    Opt::new("packets-lt", PACKETS_LT, Ty::Old(true)),
    Opt::new("packets-gt", PACKETS_GT, Ty::Old(true)),
    Opt::new("bytes-eq", BYTES_EQ, Ty::Old(true)),
    Opt::new("bytes-lt", BYTES_LT, Ty::Old(true)),
    Opt::new("bytes-gt", BYTES_GT, Ty::Old(true)),
    Opt::new("update-subcounters", UPDATE_SUB, Ty::Old(false)),
];

/// The set of an option `--what NAME DIRECTIONS`; `before` is what the option was given already.
///
/// # Errors
/// The real extension's.
///
/// # Source
/// iptables 1.8.9, `extensions/libxt_set.h`: `get_set_byname`, `parse_dirs`.
pub(super) fn named(call: &mut Call<'_>, what: &str, before: Option<&Named>) -> Result<Named, Fail> {
    if before.is_some() {
        return Err(Fail::param(format!("--{what} can be specified only once")));
    }
    let dirs = (call.next)().filter(|word| !word.starts_with(['-', '!']));
    let dirs = dirs.ok_or_else(|| Fail::param(format!("--{what} requires two args.")))?;
    let name = call.arg;
    if name.len() > MAX_NAME {
        return Err(Fail::param(format!("setname `{name}' too long, max {MAX_NAME} characters.")));
    }
    let set = call.world.sets.iter().find(|s| *s.name == *name);
    let set = set.ok_or_else(|| Fail::param(format!("Set {name} doesn't exist.\n")))?;
    if let Some(family) = set.family.filter(|f| *f != call.family()) {
        let family = if family == Family::V4 { "IPv4" } else { "IPv6" };
        return Err(Fail::param(format!(
            "The protocol family of set {name} is {family}, which is not applicable.\n"
        )));
    }
    let mut read = Dirs::default();
    for dir in dirs.split(',') {
        if read.dim == MOST {
            return Err(Fail::param(format!("Can't be more src/dst options than {MOST}.")));
        }
        if dir.starts_with("src") {
            read.src |= 1 << read.dim;
        } else if !dir.starts_with("dst") {
            return Err(Fail::param("You must spefify (the comma separated list of) 'src' or 'dst'."));
        }
        read.dim += 1;
    }
    Ok(Named { name: set.name.clone(), id: set.id, dirs: read })
}

/// ` WHAT NAME src,dst`.
pub(super) fn print(out: &mut String, what: &str, set: Option<&Named>) {
    let Some(set) = set else { return };
    put!(out, " {what} {}", set.name);
    for n in 0..set.dirs.dim {
        out.push(if n == 0 { ' ' } else { ',' });
        out.push_str(if set.dirs.is_src(n) { "src" } else { "dst" });
    }
}

fn counter(call: &Call<'_>, what: &str, before: CounterTest) -> Result<CounterTest, Fail> {
    if before != CounterTest::Any {
        return Err(Fail::param(format!("only one of the --{what}-[eq|lt|gt] is allowed")));
    }
    let eq = matches!(call.opt.id, PACKETS_EQ | BYTES_EQ);
    if call.invert && !eq {
        return Err(Fail::param(format!("--{} option cannot be inverted", call.opt.name)));
    }
    let value = number::whole(call.arg, 0, u64::MAX)
        .ok_or_else(|| Fail::param(format!("Cannot parse {} as a counter value", call.arg)))?;
    Ok(match call.opt.id {
        PACKETS_LT | BYTES_LT => CounterTest::Lt(value),
        PACKETS_GT | BYTES_GT => CounterTest::Gt(value),
        _ if call.invert => CounterTest::Ne(value),
        _ => CounterTest::Eq(value),
    })
}

fn print_counter(out: &mut String, dashes: &str, what: &str, test: CounterTest) {
    let (not, op, n) = match test {
        CounterTest::Any => return,
        CounterTest::Eq(n) => ("", "eq", n),
        CounterTest::Ne(n) => ("! ", "eq", n),
        CounterTest::Lt(n) => ("", "lt", n),
        CounterTest::Gt(n) => ("", "gt", n),
    };
    put!(out, " {not}{dashes}{what}-{op} {n}");
}

fn print_all(set: &Set, out: &mut String, dashes: &str) {
    if set.not {
        out.push_str(" !");
    }
    print(out, &format!("{dashes}match-set"), set.set.as_ref());
    if set.return_nomatch {
        put!(out, " {dashes}return-nomatch");
    }
    if set.skip_update {
        put!(out, " ! {dashes}update-counters");
    }
    if set.skip_sub_update {
        put!(out, " ! {dashes}update-subcounters");
    }
    print_counter(out, dashes, "packets", set.packets);
    print_counter(out, dashes, "bytes", set.bytes);
}

impl Ext for Set {
    fn new(_: Family) -> Self {
        Self::default()
    }

    fn opts(&self) -> &'static [Opt] {
        OPTS
    }

    fn parse(&mut self, call: &mut Call<'_>) -> Result<(), Fail> {
        match call.opt.id {
            MATCH_SET | OLD_SET => {
                if call.opt.id == OLD_SET {
                    call.warn.push_str("--set option deprecated, please use --match-set\n");
                }
                self.set = Some(named(call, "match-set", self.set.as_ref())?);
                self.not |= call.invert;
                *call.flags |= 1;
            }
            RETURN_NOMATCH if call.invert => {
                return Err(Fail::param("--return-nomatch flag cannot be inverted"));
            }
            RETURN_NOMATCH => self.return_nomatch = true,
            UPDATE => self.skip_update |= call.invert,
            UPDATE_SUB => self.skip_sub_update |= call.invert,
            PACKETS_EQ..=PACKETS_GT => self.packets = counter(call, "packets", self.packets)?,
            _ => self.bytes = counter(call, "bytes", self.bytes)?,
        }
        Ok(())
    }

    fn check(&mut self, flags: u32) -> Result<(), Fail> {
        if flags == 0 {
            return Err(Fail::param("You must specify `--match-set' with proper arguments"));
        }
        Ok(())
    }

    fn save(&self, out: &mut String, _: Family) {
        print_all(self, out, "--");
    }

    fn list(&self, out: &mut String, _: &Listing<'_>) {
        print_all(self, out, "");
    }
}
