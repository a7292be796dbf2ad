//! DNS messages as bytes.
//!
//! # Source
//! RFC 1035, section 4; RFC 3596 for IPv6.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Types of records.
pub(in crate::tools) mod kind {
    pub const A: u16 = 1;
    pub const NS: u16 = 2;
    pub const CNAME: u16 = 5;
    pub const PTR: u16 = 12;
    pub const MX: u16 = 15;
    pub const AAAA: u16 = 28;
}

/// Response codes.
pub(in crate::tools) mod rcode {
    pub const SERVFAIL: u8 = 2;
    pub const NXDOMAIN: u8 = 3;
    pub const REFUSED: u8 = 5;
}

/// Flags of the header.
const RESPONSE: u16 = 0x8000;
const AUTHORITATIVE: u16 = 0x0400;
const WANTED: u16 = 0x0100;
const AVAILABLE: u16 = 0x0080;

/// Most pointers that a name may follow.
const MOST_JUMPS: usize = 32;

/// What a record holds.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(in crate::tools) enum Data {
    /// Of A and AAAA.
    Addr(IpAddr),
    /// Of PTR, CNAME and NS, without the last dot.
    Name(String),
    /// Anything else.
    Other,
}

/// A record of the answer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(in crate::tools) struct Record {
    pub name: String,
    pub kind: u16,
    pub ttl: u32,
    pub data: Data,
}

/// A question, and its answer in a response.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(in crate::tools) struct Message {
    pub id: u16,
    flags: u16,
    /// The name asked for, without the last dot.
    pub name: String,
    pub kind: u16,
    pub answers: Vec<Record>,
}

impl Message {
    /// A question that wants recursion.
    pub fn query(id: u16, name: &str, kind: u16) -> Self {
        let name = name.strip_suffix('.').unwrap_or(name).to_owned();
        Self { id, flags: WANTED, name, kind, answers: Vec::new() }
    }

    /// The answer to a question, from a server that also asks others.
    pub fn reply(&self, answers: Vec<Record>) -> Self {
        Self { flags: self.flags & WANTED | RESPONSE | AVAILABLE, answers, ..self.clone() }
    }

    /// The answer to a question that failed.
    pub fn failure(&self, code: u8) -> Self {
        Self { flags: self.flags & WANTED | RESPONSE | u16::from(code), answers: Vec::new(), ..self.clone() }
    }

    /// Whether it is an answer.
    pub const fn is_response(&self) -> bool {
        self.flags & RESPONSE != 0
    }

    /// Whether the server is one of the zone's own.
    pub const fn is_authoritative(&self) -> bool {
        self.flags & AUTHORITATIVE != 0
    }

    /// The response code.
    pub const fn rcode(&self) -> u8 {
        (self.flags & 15) as u8
    }

    /// The addresses of the answer, and the name that the first of them belongs to.
    pub fn addresses(&self) -> Vec<(IpAddr, String)> {
        let addr = |r: &Record| match r.data {
            Data::Addr(addr) => Some((addr, r.name.clone())),
            _ => None,
        };
        self.answers.iter().filter_map(addr).collect()
    }

    /// As bytes, without compression.
    pub fn bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        for word in [self.id, self.flags, 1, self.answers.len() as u16, 0, 0] {
            out.extend(word.to_be_bytes());
        }
        put_name(&mut out, &self.name);
        out.extend(self.kind.to_be_bytes());
        out.extend([0, 1]);
        for record in &self.answers {
            put_name(&mut out, &record.name);
            out.extend(record.kind.to_be_bytes());
            out.extend([0, 1]);
            out.extend(record.ttl.to_be_bytes());
            let mut data = Vec::new();
            match &record.data {
                Data::Addr(IpAddr::V4(a)) => data.extend(a.octets()),
                Data::Addr(IpAddr::V6(a)) => data.extend(a.octets()),
                Data::Name(name) => put_name(&mut data, name),
                Data::Other => {}
            }
            out.extend((data.len() as u16).to_be_bytes());
            out.extend(data);
        }
        out
    }

    /// Reads a message with one question; of its records, those of the answer.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let word = |at: usize| Some(u16::from_be_bytes([*bytes.get(at)?, *bytes.get(at + 1)?]));
        let (id, flags, answers) = (word(0)?, word(2)?, word(6)?);
        if word(4)? != 1 {
            return None;
        }
        let mut at = 12;
        let name = name(bytes, &mut at)?;
        let kind = word(at)?;
        at += 4;
        let mut all = Vec::new();
        for _ in 0..answers {
            let owner = self::name(bytes, &mut at)?;
            let kind = word(at)?;
            let ttl = u32::from(word(at + 4)?) << 16 | u32::from(word(at + 6)?);
            let len = usize::from(word(at + 8)?);
            at += 10;
            let data = data(bytes, kind, at, len)?;
            at += len;
            all.push(Record { name: owner, kind, ttl, data });
        }
        Some(Self { id, flags, name, kind, answers: all })
    }
}

fn data(bytes: &[u8], kind: u16, at: usize, len: usize) -> Option<Data> {
    let own = bytes.get(at..at.checked_add(len)?)?;
    Some(match kind {
        kind::A => Data::Addr(Ipv4Addr::from(<[u8; 4]>::try_from(own).ok()?).into()),
        kind::AAAA => Data::Addr(Ipv6Addr::from(<[u8; 16]>::try_from(own).ok()?).into()),
        kind::PTR | kind::CNAME | kind::NS => {
            let mut at = at;
            Data::Name(name(bytes, &mut at)?)
        }
        _ => Data::Other,
    })
}

/// A name at a place; the place moves behind it.
fn name(bytes: &[u8], at: &mut usize) -> Option<String> {
    let mut text = String::new();
    let (mut here, mut jumps) = (*at, 0);
    loop {
        let len = usize::from(*bytes.get(here)?);
        match len {
            0 => {
                if jumps == 0 {
                    *at = here + 1;
                }
                return Some(text);
            }
            0xc0.. => {
                let low = usize::from(*bytes.get(here + 1)?);
                if jumps == 0 {
                    *at = here + 2;
                }
                jumps += 1;
                if jumps > MOST_JUMPS {
                    return None;
                }
                here = (len & 0x3f) << 8 | low;
            }
            1..=63 => {
                let label = bytes.get(here + 1..here + 1 + len)?;
                if !text.is_empty() {
                    text.push('.');
                }
                text.extend(label.iter().map(|&b| char::from(b)));
                here += 1 + len;
            }
            _ => return None,
        }
    }
}

fn put_name(out: &mut Vec<u8>, name: &str) {
    for label in name.split('.').filter(|l| !l.is_empty()) {
        let label = label.as_bytes();
        let label = label.get(..63).unwrap_or(label);
        out.push(label.len() as u8);
        out.extend_from_slice(label);
    }
    out.push(0);
}

/// The name under which an address is asked for.
pub(in crate::tools) fn reverse_name(addr: IpAddr) -> String {
    match addr {
        IpAddr::V4(a) => {
            let [a, b, c, d] = a.octets();
            format!("{d}.{c}.{b}.{a}.in-addr.arpa")
        }
        IpAddr::V6(a) => {
            let nibbles = (0..32).map(|n| (u128::from(a) >> (4 * n)) & 15);
            nibbles.fold(String::new(), |text, n| text + &format!("{n:x}.")) + "ip6.arpa"
        }
    }
}

/// The address that such a name stands for.
pub(in crate::tools) fn reversed(name: &str) -> Option<IpAddr> {
    let name = name.to_ascii_lowercase();
    if let Some(body) = name.strip_suffix(".in-addr.arpa") {
        let turned: Vec<&str> = body.rsplit('.').collect();
        return turned.join(".").parse::<Ipv4Addr>().ok().map(IpAddr::V4);
    }
    let body = name.strip_suffix(".ip6.arpa")?;
    let mut value: u128 = 0;
    let mut count = 0;
    for nibble in body.rsplit('.') {
        value = value << 4 | u128::from(u8::from_str_radix(nibble, 16).ok().filter(|n| *n < 16)?);
        count += 1;
    }
    (count == 32).then(|| Ipv6Addr::from(value).into())
}

#[cfg(test)]
mod tests {
    use super::{Data, Message, Record, kind, reverse_name, reversed};

    /// RFC 1035, section 4.1.4: its example of pointers, as an answer.
    #[test]
    fn pointers_are_followed() {
        let mut bytes = vec![0, 7, 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0];
        bytes.extend(b"\x01F\x03ISI\x04ARPA\0\0\x01\0\x01");
        bytes.extend(b"\x03FOO\xc0\x0c\0\x01\0\x01\0\0\x02\x58\0\x04\x0a\0\0\x01");
        let message = Message::parse(&bytes).unwrap();
        assert_eq!(message.name, "F.ISI.ARPA");
        let record = Record {
            name: "FOO.F.ISI.ARPA".to_owned(),
            kind: kind::A,
            ttl: 600,
            data: Data::Addr([10, 0, 0, 1].into()),
        };
        assert_eq!(message.answers, [record]);
        // A pointer to itself ends.
        assert_eq!(Message::parse(b"\0\x07\x81\x80\0\x01\0\0\0\0\0\0\xc0\x0c\0\x01\0\x01"), None);
    }

    #[test]
    fn what_is_written_is_read() {
        let query = Message::query(9, "c1.net.", kind::PTR);
        assert_eq!(query.name, "c1.net");
        let data = Data::Name("c1.net".to_owned());
        let reply = query.reply(vec![Record { name: "x".to_owned(), kind: kind::PTR, ttl: 1, data }]);
        assert_eq!(Message::parse(&reply.bytes()), Some(reply));
        for addr in ["172.18.0.3", "fd00::1"] {
            let addr = addr.parse().unwrap();
            assert_eq!(reversed(&reverse_name(addr)), Some(addr));
        }
    }
}
