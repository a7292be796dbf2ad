//! DNS and multicast DNS.
//!
//! # Source
//! tcpdump 4.99.3, `print-domain.c`: `domain_print`. Records of the types A6, URI and TSIG, and EDNS
//! options, print without what they hold.

use super::dissect::{Dissect, Fields, Print, name};
use super::{igmp, put};

/// The type of a bit string label.
const BIT_LABEL: u8 = 0x41;

/// What carries the message.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Over {
    Udp,
    /// With a length in front.
    Tcp,
    /// Multicast DNS.
    Multicast,
}

#[rustfmt::skip]
const OPERATIONS: [&str; 16] = [
    "", " inv_q", " stat", " op3", " notify", " update", " op6", " op7", " op8", " updateA", " updateD",
    " updateDA", " updateM", " updateMA", " zoneInit", " zoneRef",
];

#[rustfmt::skip]
const RESPONSES: [&str; 24] = [
    "", " FormErr", " ServFail", " NXDomain", " NotImp", " Refused", " YXDomain", " YXRRSet", " NXRRSet",
    " NotAuth", " NotZone", " Resp11", " Resp12", " Resp13", " Resp14", " NoChange", " BadVers", "Resp17",
    " Resp18", " Resp19", " Resp20", "Resp21", " Resp22", " BadCookie",
];

#[rustfmt::skip]
const TYPES: [(u16, &str); 62] = [
    (1, "A"), (2, "NS"), (3, "MD"), (4, "MF"), (5, "CNAME"), (6, "SOA"), (7, "MB"), (8, "MG"), (9, "MR"),
    (10, "NULL"), (11, "WKS"), (12, "PTR"), (13, "HINFO"), (14, "MINFO"), (15, "MX"), (16, "TXT"),
    (17, "RP"), (18, "AFSDB"), (19, "X25"), (20, "ISDN"), (21, "RT"), (22, "NSAP"), (23, "NSAP_PTR"),
    (24, "SIG"), (25, "KEY"), (26, "PX"), (27, "GPOS"), (28, "AAAA"), (29, "LOC"), (30, "NXT"),
    (31, "EID"), (32, "NIMLOC"), (33, "SRV"), (34, "ATMA"), (35, "NAPTR"), (36, "KX"), (37, "CERT"),
    (38, "A6"), (39, "DNAME"), (40, "SINK"), (41, "OPT"), (42, "APL"), (43, "DS"), (44, "SSHFP"),
    (45, "IPSECKEY"), (46, "RRSIG"), (47, "NSEC"), (48, "DNSKEY"), (99, "SPF"), (100, "UINFO"),
    (101, "UID"), (102, "GID"), (103, "UNSPEC"), (104, "UNSPECA"), (249, "TKEY"), (250, "TSIG"),
    (251, "IXFR"), (252, "AXFR"), (253, "MAILB"), (254, "MAILA"), (255, "ANY"), (256, "URI"),
];

const CLASSES: [(u16, &str); 4] = [(1, "IN"), (3, "CHAOS"), (4, "HS"), (255, "ANY")];

/// A message: its bytes, and the place that is read. Reading past the end is `None`.
struct Message<'b> {
    b: &'b [u8],
    multicast: bool,
}

pub(super) fn print(d: &mut Dissect<'_>, b: &[u8], len: usize, over: Over) -> Print {
    d.protocol = "domain";
    let (mut b, mut len) = (b, len);
    if over == Over::Tcp {
        if len < 2 {
            put!(d.out, " [DNS over TCP: length {len} < 2]");
            d.invalid();
            return Ok(());
        }
        len -= 2;
        let prefix = b.u16(0)?;
        if usize::from(prefix) != len {
            put!(d.out, " [prefix length({prefix}) != length({len})]");
            d.invalid();
            return Ok(());
        }
        b = b.from(2)?;
        d.text(" ");
    }
    if len < 12 {
        put!(d.out, "domain [length {len} < 12]");
        d.invalid();
        return Ok(());
    }
    b.array::<12>(0)?;
    let message = Message { b, multicast: over == Over::Multicast };
    let done = if b.u16(2)? & 0x8000 == 0 { message.request(d) } else { message.response(d) };
    if done.is_none() {
        d.truncated();
        return Ok(());
    }
    put!(d.out, " ({len})");
    Ok(())
}

impl Message<'_> {
    fn u8(&self, at: usize) -> Option<u8> {
        self.b.u8(at).ok()
    }

    fn u16(&self, at: usize) -> Option<u16> {
        self.b.u16(at).ok()
    }

    fn counts(&self) -> Option<[u16; 4]> {
        Some([self.u16(4)?, self.u16(6)?, self.u16(8)?, self.u16(10)?])
    }

    fn request(&self, d: &mut Dissect<'_>) -> Option<()> {
        let (id, flags) = (self.u16(0)?, self.u16(2)?);
        let [questions, answers, authorities, additional] = self.counts()?;
        let operation = usize::from(flags >> 11 & 15);
        put!(d.out, "{id}{}", OPERATIONS.get(operation).unwrap_or(&""));
        put!(d.out, "{}{}", flag(flags, 0x0100, "+"), flag(flags, 0x0010, "%"));
        if flags & 0x6cf != 0 {
            put!(d.out, " [b2&3=0x{flags:x}]");
        }
        if operation == 1 {
            count(d, questions, 0, "q");
            count(d, answers, 1, "a");
        } else {
            count(d, answers, 0, "a");
            count(d, questions, 1, "q");
        }
        count(d, authorities, 0, "n");
        count(d, additional, 0, "au");
        let mut at = 12;
        for i in 0..questions {
            if i > 0 && at >= self.b.len() {
                return None;
            }
            at = self.question(d, at)?;
        }
        if d.verbose(2) {
            at = self.records(d, at, answers, "")?;
            at = self.records(d, at, authorities, " ns:")?;
            self.records(d, at, additional, " ar:")?;
        }
        Some(())
    }

    fn response(&self, d: &mut Dissect<'_>) -> Option<()> {
        let (id, flags) = (self.u16(0)?, self.u16(2)?);
        let [questions, answers, authorities, additional] = self.counts()?;
        put!(d.out, "{id}{}", OPERATIONS.get(usize::from(flags >> 11 & 15)).unwrap_or(&""));
        let code = flags & 15 | self.extended_code().unwrap_or(0);
        match RESPONSES.get(usize::from(code)) {
            Some(name) => d.text(name),
            None => put!(d.out, " Resp{}", code & 0xfff),
        }
        d.text(flag(flags, 0x0400, "*"));
        d.text(if flags & 0x0080 == 0 { "-" } else { "" });
        d.text(flag(flags, 0x0200, "|"));
        d.text(flag(flags, 0x0020, "$"));
        count(d, questions, 1, "q");
        let mut at = 12;
        for i in 0..questions {
            if i != 0 {
                d.text(",");
            }
            if d.verbose(2) {
                d.text(" q:");
                at = self.question(d, at)?;
            } else {
                at = self.skip(at)? + 4;
            }
        }
        put!(d.out, " {answers}/{authorities}/{additional}");
        if answers > 0 {
            at = self.record(d, at)?;
            for _ in 1..answers {
                if at >= self.b.len() {
                    return None;
                }
                d.text(",");
                at = self.record(d, at)?;
            }
        }
        if d.verbose(2) {
            at = self.records(d, at, authorities, " ns:")?;
            self.records(d, at, additional, " ar:")?;
        }
        Some(())
    }

    /// The upper bits of the response code, of an OPT record.
    fn extended_code(&self) -> Option<u16> {
        let [questions, answers, authorities, additional] = self.counts()?;
        let mut at = 12;
        for _ in 0..questions {
            at = self.skip(at)? + 4;
            self.u8(at)?;
        }
        for _ in 0..u32::from(answers) + u32::from(authorities) {
            at = self.skip(at)? + 8;
            at += 2 + usize::from(self.u16(at)?);
            self.u8(at)?;
        }
        for _ in 0..additional {
            at = self.skip(at)?;
            let ty = self.u16(at)?;
            at += 4;
            if ty == 41 {
                return Some(u16::from(self.u8(at)?) << 4);
            }
            at += 4;
            at += 2 + usize::from(self.u16(at)?);
            self.u8(at)?;
        }
        None
    }

    fn records(&self, d: &mut Dissect<'_>, mut at: usize, n: u16, title: &str) -> Option<usize> {
        for i in 0..n {
            if at >= self.b.len() && !(i == 0 && title.is_empty()) {
                return None;
            }
            d.text(if i == 0 { title } else { "," });
            at = self.record(d, at)?;
        }
        Some(at)
    }

    /// `ns_qprint`.
    fn question(&self, d: &mut Dissect<'_>, start: usize) -> Option<usize> {
        let at = self.skip(start)?;
        let (ty, class) = (self.u16(at)?, self.u16(at + 2)?);
        type_name(d, ty);
        self.class(d, class);
        if self.multicast {
            d.text(if class & 0x8000 == 0 { " (QM)" } else { " (QU)" });
        }
        d.text("? ");
        self.name(d, start).map(|at| at + 4)
    }

    /// Prints a class that is not IN; for multicast DNS, its upper bit says something else.
    fn class(&self, d: &mut Dissect<'_>, class: u16) {
        let class = if self.multicast { class & 0x7fff } else { class };
        match (class, name(&CLASSES, class)) {
            (1, _) => {}
            (_, Some(name)) => put!(d.out, " {name}"),
            _ => put!(d.out, " (Class {class})"),
        }
    }

    /// `ns_rprint`.
    fn record(&self, d: &mut Dissect<'_>, start: usize) -> Option<usize> {
        let at = if d.verbose(1) {
            d.text(" ");
            self.name(d, start)?
        } else {
            match self.skip(start) {
                Some(at) => at,
                None => return Some(self.b.len()),
            }
        };
        if self.b.array::<10>(at).is_err() {
            return Some(self.b.len());
        }
        let (ty, class, ttl) = (self.u16(at)?, self.u16(at + 2)?, self.b.u32(at + 4).ok()?);
        if ty != 41 {
            self.class(d, class);
        }
        if self.multicast && class & 0x8000 != 0 {
            d.text(" (Cache flush)");
        }
        if ty != 41 && d.verbose(3) {
            d.text(" [");
            igmp::relative(d.out, ttl);
            d.text("]");
        }
        let len = usize::from(self.u16(at + 8)?);
        let (at, end) = (at + 10, at + 10 + len);
        type_name(d, ty);
        if end > self.b.len() {
            return None;
        }
        self.data(d, ty, class, ttl, at, end)?;
        Some(end)
    }

    fn data(&self, d: &mut Dissect<'_>, ty: u16, class: u16, ttl: u32, at: usize, end: usize) -> Option<()> {
        match ty {
            1 => put!(d.out, " {}", self.b.ipv4(at).ok()?),
            28 => put!(d.out, " {}", self.b.ipv6(at).ok()?),
            2 | 5 | 12 | 39 => {
                d.text(" ");
                self.name(d, at)?;
            }
            6 if d.verbose(1) => {
                d.text(" ");
                let at = self.name(d, at)?;
                d.text(" ");
                let at = self.name(d, at)?;
                self.b.array::<20>(at).ok()?;
                for i in 0..5 {
                    put!(d.out, " {}", self.b.u32(at + 4 * i).ok()?);
                }
            }
            15 => {
                d.text(" ");
                let preference = self.u16(at)?;
                self.name(d, at + 2)?;
                put!(d.out, " {preference}");
            }
            16 => {
                let mut at = at;
                while at < end {
                    d.text(" \"");
                    let len = usize::from(self.u8(at)?);
                    if !d.chars(self.b.get(at + 1..)?, len) {
                        return None;
                    }
                    at += 1 + len;
                    d.text("\"");
                }
            }
            33 => {
                d.text(" ");
                self.b.array::<6>(at).ok()?;
                self.name(d, at + 6)?;
                put!(d.out, ":{} {} {}", self.u16(at + 4)?, self.u16(at)?, self.u16(at + 2)?);
            }
            41 => {
                let size = if self.multicast { class & 0x7fff } else { class };
                put!(d.out, " UDPsize={size}{}", if ttl & 0x8000 == 0 { "" } else { " DO" });
            }
            _ => {}
        }
        Some(())
    }

    /// `ns_nskip`: where a name ends.
    fn skip(&self, mut at: usize) -> Option<usize> {
        loop {
            let len = self.u8(at)?;
            at += 1;
            match len {
                0 => return Some(at),
                1..=63 => at += usize::from(len),
                192.. => return Some(at + 1),
                BIT_LABEL => at += self.bit_label(at)?.1,
                _ => return None,
            }
        }
    }

    /// A bit string label (RFC 2673): its bits, and the bytes that it takes after its type.
    fn bit_label(&self, at: usize) -> Option<(usize, usize)> {
        let bits = match self.u8(at)? {
            0 => 256,
            bits => usize::from(bits),
        };
        Some((bits, 1 + bits.div_ceil(8)))
    }

    /// `blabel_print`.
    fn bits(&self, d: &mut Dissect<'_>, at: usize) -> Option<()> {
        let (mut bits, _) = self.bit_label(at)?;
        let (all, mut at) = (bits, at + 1);
        d.text("\\[x");
        while bits > 7 {
            put!(d.out, "{:02x}", self.u8(at)?);
            (bits, at) = (bits - 8, at + 1);
        }
        if bits > 4 {
            put!(d.out, "{:02x}", self.u8(at)? & 0xff << (8 - bits));
        } else if bits > 0 {
            put!(d.out, "{:x}", (self.u8(at)? >> 4) & (0x0f << (4 - bits) & 0x0f));
        }
        put!(d.out, "/{all}]");
        Some(())
    }

    /// `fqdn_print`: prints a name; where it ends.
    fn name(&self, d: &mut Dissect<'_>, start: usize) -> Option<usize> {
        let mut at = start;
        let mut end = None;
        let mut limit = start;
        let mut printed = 0;
        let mut len = self.label(d, at)?;
        if len == 0 {
            d.text(".");
            return Some(at + 1);
        }
        let compressed = len >= 192;
        // A name that the last byte begins is no error.
        while len != 0 && at + 1 < self.b.len() {
            if len >= 192 {
                end = end.or(Some(at + 2));
                let target = usize::from(u16::from(len & 0x3f) << 8 | u16::from(self.u8(at + 1)?));
                if target >= limit {
                    d.text("<BAD PTR>");
                    return None;
                }
                limit = target;
                at = target;
                len = self.label(d, at)?;
                continue;
            }
            if len == BIT_LABEL {
                self.bits(d, at + 1)?;
            }
            let size = if len == BIT_LABEL { self.bit_label(at + 1)?.1 } else { usize::from(len) };
            if len != BIT_LABEL {
                let room = 255_usize.saturating_sub(printed).min(size);
                if !d.chars(self.b.get(at + 1..)?, room) {
                    return None;
                }
                printed += size;
            }
            if printed <= 255 {
                d.text(".");
            }
            printed += 1;
            at += 1 + size;
            len = self.label(d, at)?;
        }
        if printed > 255 {
            d.text("<DOMAIN NAME TOO LONG>");
        }
        match end {
            None if compressed => None,
            None => {
                Some(at + 1 + if len == BIT_LABEL { self.bit_label(at + 1)?.1 } else { usize::from(len) })
            }
            end => end,
        }
    }

    /// A label's first byte; `None` for one that is neither a length nor a pointer.
    fn label(&self, d: &mut Dissect<'_>, at: usize) -> Option<u8> {
        match self.u8(at)? {
            len @ (0..=63 | 192..) => Some(len),
            BIT_LABEL => self.bit_label(at + 1).map(|_| BIT_LABEL),
            len @ 64..=127 => {
                put!(d.out, "<ELT {}>", len & 0x3f);
                None
            }
            _ => {
                d.text("<BAD LABEL TYPE>");
                None
            }
        }
    }
}

fn flag(flags: u16, bit: u16, text: &'static str) -> &'static str {
    if flags & bit == 0 { "" } else { text }
}

/// A section's count, when it is not the usual one.
fn count(d: &mut Dissect<'_>, n: u16, usual: u16, section: &str) {
    if n != usual {
        put!(d.out, " [{n}{section}]");
    }
}

fn type_name(d: &mut Dissect<'_>, ty: u16) {
    match name(&TYPES, ty) {
        Some(name) if !name.is_empty() => put!(d.out, " {name}"),
        _ => put!(d.out, " Type{ty}"),
    }
}
