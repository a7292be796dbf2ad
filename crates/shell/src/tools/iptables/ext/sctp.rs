//! `-m sctp`.

use packetwalk_netfilter::matches::range::Range;
use packetwalk_netfilter::matches::sctp::{Chunks, Flags, Sctp, Which};
use packetwalk_netfilter::xtables::Cond;
use packetwalk_wire::Family;

use super::super::fail::Fail;
use super::super::names;
use super::super::option::{Call, Opt, Ty};
use super::tcp::list_ports;
use super::{Ext, Listing, bang, put};

const SPORT: u8 = 0;
const DPORT: u8 = 1;
const CHUNKS: u8 = 2;

const OPTS: &[Opt] = &[
    Opt::new("source-port", SPORT, Ty::Old(true)),
    Opt::new("sport", SPORT, Ty::Old(true)),
    Opt::new("destination-port", DPORT, Ty::Old(true)),
    Opt::new("dport", DPORT, Ty::Old(true)),
    Opt::new("chunk-types", CHUNKS, Ty::Old(true)),
];

/// Chunk types (RFC 9260 and others): name, number, and a letter for each flag, the highest bit first.
const TYPES: [(&str, u8, &[u8; 8]); 22] = [
    ("DATA", 0, b"----IUBE"),
    ("INIT", 1, b"--------"),
    ("INIT_ACK", 2, b"--------"),
    ("SACK", 3, b"--------"),
    ("HEARTBEAT", 4, b"--------"),
    ("HEARTBEAT_ACK", 5, b"--------"),
    ("ABORT", 6, b"-------T"),
    ("SHUTDOWN", 7, b"--------"),
    ("SHUTDOWN_ACK", 8, b"--------"),
    ("ERROR", 9, b"--------"),
    ("COOKIE_ECHO", 10, b"--------"),
    ("COOKIE_ACK", 11, b"--------"),
    ("ECN_ECNE", 12, b"--------"),
    ("ECN_CWR", 13, b"--------"),
    ("SHUTDOWN_COMPLETE", 14, b"-------T"),
    ("I_DATA", 64, b"----IUBE"),
    ("RE_CONFIG", 130, b"--------"),
    ("PAD", 132, b"--------"),
    ("ASCONF", 193, b"--------"),
    ("ASCONF_ACK", 128, b"--------"),
    ("FORWARD_TSN", 192, b"--------"),
    ("I_FORWARD_TSN", 194, b"--------"),
];

/// Types with flags, at most (`XT_NUM_SCTP_FLAGS`).
const MOST_FLAGS: usize = 4;

fn ports(text: &str) -> Result<Range<u16>, Fail> {
    let Some((min, max)) = text.split_once(':') else {
        return Ok(Range::one(names::parse_port(text, "sctp")?));
    };
    let min = if min.is_empty() { 0 } else { names::parse_port(min, "sctp")? };
    let max = if max.is_empty() { u16::MAX } else { names::parse_port(max, "sctp")? };
    if min > max {
        return Err(Fail::param("invalid portrange (min > max)"));
    }
    Ok(Range::new(min, max))
}

/// # Source
/// iptables 1.8.9, `extensions/libxt_sctp.c`: `parse_sctp_chunks`, `parse_sctp_chunk`. The tool keeps
/// flags under the type's place in its own list, which is the type's number up to 14.
fn chunks(which: &str, text: &str) -> Result<Chunks, Fail> {
    let which = if which.eq_ignore_ascii_case("any") {
        Which::Any
    } else if which.eq_ignore_ascii_case("all") {
        Which::All
    } else if which.eq_ignore_ascii_case("only") {
        Which::Only
    } else {
        return Err(Fail::param("Match type has to be one of \"ALL\", \"ANY\" or \"ONLY\""));
    };
    let mut all = Chunks { which, types: [0; 4], flags: Vec::new() };
    if text.eq_ignore_ascii_case("all") {
        all.types = [u64::MAX; 4];
        return Ok(all);
    }
    if text.eq_ignore_ascii_case("none") {
        return Ok(all);
    }
    for one in text.split(',').filter(|one| !one.is_empty()) {
        let (name, flags) = one.split_once(':').unwrap_or((one, ""));
        let (place, (_, ty, letters)) = TYPES
            .iter()
            .enumerate()
            .find(|(_, (n, ..))| n.eq_ignore_ascii_case(name))
            .ok_or_else(|| Fail::param(format!("Unknown sctp chunk `{name}'")))?;
        all.add(*ty);
        for letter in flags.bytes() {
            let at = letters.iter().position(|l| *l == letter.to_ascii_uppercase());
            let at = at.ok_or_else(|| Fail::param(format!("Invalid flags for chunk type {place}")))?;
            let bit = 0x80 >> at;
            let set = if letter.is_ascii_uppercase() { bit } else { 0 };
            let full = all.flags.len() == MOST_FLAGS;
            match all.flags.iter_mut().find(|f| usize::from(f.ty) == place) {
                Some(f) => (f.mask, f.set) = (f.mask | bit, f.set | set),
                None if full => {
                    return Err(Fail::param(
                        "Number of chunk types with flags exceeds currently allowed limit. Increasing this \
                         limit involves changing IPT_NUM_SCTP_FLAGS and recompiling both the kernel space and \
                         user space modules",
                    ));
                }
                None => all.flags.push(Flags { ty: place as u8, mask: bit, set }),
            }
        }
    }
    Ok(all)
}

/// A type's flags by letter, small for one that must not be set.
fn flags(out: &mut String, f: Flags) {
    let Some((.., letters)) = TYPES.get(usize::from(f.ty)) else { return };
    out.push(':');
    for (i, letter) in letters.iter().enumerate().filter(|(i, _)| f.mask & 0x80 >> i != 0) {
        let set = f.set & 0x80 >> i != 0;
        out.push(if set { *letter } else { letter.to_ascii_lowercase() }.into());
    }
}

/// # Source
/// iptables 1.8.9, `extensions/libxt_sctp.c`: `print_chunks`.
fn put_chunks(out: &mut String, chunks: &Chunks, numeric: bool) {
    out.push_str(match chunks.which {
        Which::Any => " any",
        Which::All => " all",
        Which::Only => " only",
    });
    if chunks.types == [0; 4] {
        out.push_str(" NONE");
        return;
    }
    if chunks.types == [u64::MAX; 4] {
        out.push_str(" ALL");
        return;
    }
    let mut mark = ' ';
    for ty in (0..=u8::MAX).filter(|ty| chunks.has(*ty)) {
        out.push(mark);
        mark = ',';
        if numeric {
            put!(out, "0x{ty:04X}");
        } else if let Some((name, ..)) = TYPES.iter().find(|(_, n, _)| *n == ty) {
            out.push_str(name);
        }
        if let Some(f) = chunks.flags.iter().find(|f| f.ty == ty) {
            flags(out, *f);
        }
    }
}

/// ` --sport 1:2`, of all ports too.
pub(super) fn save_ports(out: &mut String, name: &str, c: Option<Cond<Range<u16>>>) {
    let Some(c) = c else { return };
    put!(out, "{} --{name} {}", bang(c.not), c.is.min);
    if c.is.min != c.is.max {
        put!(out, ":{}", c.is.max);
    }
}

impl Ext for Sctp {
    fn new(_: Family) -> Self {
        Self::default()
    }

    fn opts(&self) -> &'static [Opt] {
        OPTS
    }

    fn parse(&mut self, call: &mut Call<'_>) -> Result<(), Fail> {
        let not = call.invert;
        let id = call.opt.id;
        if call.seen(id) {
            return Err(Fail::param(match id {
                SPORT => "Only one `--source-port' allowed",
                DPORT => "Only one `--destination-port' allowed",
                _ => "Only one `--chunk-types' allowed",
            }));
        }
        match id {
            SPORT => self.sport = Some(Cond { not, is: ports(call.arg)? }),
            DPORT => self.dport = Some(Cond { not, is: ports(call.arg)? }),
            _ => {
                let text = (call.next)().filter(|text| !text.starts_with(['-', '!']));
                let text = text.ok_or_else(|| Fail::param("--chunk-types requires two args"))?;
                self.chunks = Some(Cond { not, is: Box::new(chunks(call.arg, &text)?) });
            }
        }
        *call.flags |= 1 << id;
        Ok(())
    }

    fn save(&self, out: &mut String, _: Family) {
        save_ports(out, "sport", self.sport);
        save_ports(out, "dport", self.dport);
        if let Some(c) = &self.chunks {
            put!(out, "{} --chunk-types", bang(c.not));
            put_chunks(out, &c.is, false);
        }
    }

    fn list(&self, out: &mut String, how: &Listing<'_>) {
        out.push_str(" sctp");
        list_ports(out, "spt", "sctp", self.sport, how.numeric);
        list_ports(out, "dpt", "sctp", self.dport, how.numeric);
        if let Some(c) = &self.chunks {
            out.push_str(bang(c.not));
            put_chunks(out, &c.is, how.numeric);
        }
    }
}
