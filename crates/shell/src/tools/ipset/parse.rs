//! Numbers, addresses, ports and names of a command line.
//!
//! # Source
//! ipset 7.17, `lib/parse.c`.

use packetwalk_netfilter::ipset::sets::MAX_NAME;
use packetwalk_netfilter::xtables::condition::addr_bits;
use packetwalk_wire::{Family, proto};

use super::data::{Data, Fam};
use super::icmp;
use super::report::{Fail, Grade, Report};
use crate::tools::iptables::names::protocols::PROTOCOLS;
use crate::tools::iptables::names::services::SERVICES;
use crate::tools::iptables::{Hosts, addr, number};

/// What a parser works with.
pub(super) struct Parser<'a> {
    pub(super) data: &'a mut Data,
    pub(super) report: &'a mut Report,
    pub(super) hosts: &'a dyn Hosts,
}

/// Where an address goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Which {
    First,
    Last,
    Second,
}

/// Which forms of addresses an argument takes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Form {
    Any,
    Plain,
    /// `IP/CIDR`.
    Net,
    /// `IP/CIDR` or a range.
    NetOrRange,
    /// Any of IPv4, plain of IPv6.
    AnyOrSingle6,
    /// Any of IPv4, no range of IPv6.
    AnyOrNet6,
}

/// The place of a separator that stands neither first nor last (`ipset_strchr`).
pub(super) fn separator(text: &str, c: char) -> Option<usize> {
    text.find(c).filter(|_| !text.starts_with(c) && !text.ends_with(c))
}

/// The place of the dash of a range, after a name in brackets (`escape_range_separator`).
fn range_separator(text: &str) -> Option<usize> {
    if !text.starts_with('[') {
        return separator(text, '-');
    }
    let end = text.find(']')?;
    separator(text.get(end..)?, '-').map(|at| at + end)
}

/// `strtoull` with base 0 of a whole text: the number, or whether there is one that is out of range.
fn strtoull(text: &str) -> Result<u64, bool> {
    let t = text.trim_start_matches([' ', '\t', '\n', '\r', '\x0b', '\x0c']);
    let (negative, digits) = match t.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, t),
    };
    if negative && !digits.starts_with(|c: char| c.is_ascii_digit()) {
        return Err(false);
    }
    let (n, over, rest) = number::strtoumax(digits).ok_or(false)?;
    if !rest.is_empty() {
        return Err(false);
    }
    if over { Err(true) } else { Ok(if negative { n.wrapping_neg() } else { n }) }
}

fn mac(text: &str) -> Option<[u8; 6]> {
    let parts: Vec<&str> = text.split(':').collect();
    let mut mac = [0; 6];
    if parts.len() != 6 || text.len() > 17 {
        return None;
    }
    for (to, part) in mac.iter_mut().zip(&parts) {
        *to = u8::from_str_radix(part, 16).ok()?;
    }
    Some(mac)
}

/// A protocol's first name.
pub(super) fn protocol_name(number: u8) -> Option<&'static str> {
    PROTOCOLS.iter().find(|(n, ..)| *n == number).map(|(_, name, _)| *name)
}

impl Parser<'_> {
    fn say(&mut self, grade: Grade, text: &str) -> Fail {
        if grade == Grade::Error {
            return self.report.syntax(text);
        }
        self.report.warn(&format!("Syntax error: {text}"));
        Fail::Report
    }

    /// `string_to_number_ll`.
    fn number(&mut self, text: &str, min: u64, max: u64, grade: Grade) -> Result<u64, Fail> {
        match strtoull(text) {
            Ok(n) if n >= min && n <= max => Ok(n),
            Err(false) => Err(self.say(grade, &format!("'{text}' is invalid as number"))),
            _ => Err(self.say(grade, &format!("'{text}' is out of range {min}-{max}"))),
        }
    }

    /// A number from 0 to `max`.
    pub(super) fn uint(&mut self, text: &str, max: u64) -> Result<u64, Fail> {
        self.number(text, 0, max, Grade::Error)
    }

    fn cidr(&mut self, text: &str, min: u8, max: u8) -> Result<u8, Fail> {
        let n = self.uint(text, 255)? as u8;
        if n < min || n > max {
            return Err(self.report.syntax(&format!("'{text}' is out of range {min}-{max}")));
        }
        Ok(n)
    }

    /// A set's name.
    pub(super) fn setname(&mut self, text: &str) -> Result<(), Fail> {
        if text.len() > MAX_NAME {
            let text = format!("setname '{text}' is longer than {MAX_NAME} characters");
            return Err(self.report.syntax(&text));
        }
        Ok(())
    }

    /// The family; IPv4 where none is known.
    fn family(&mut self) -> Family {
        if self.data.fam == Fam::Unspec {
            self.data.fam = Fam::V4;
        }
        self.data.fam.family().unwrap_or(Family::V4)
    }

    fn host(&mut self, text: &str, family: Family) -> Result<u128, Fail> {
        // gethostbyname2() takes short and octal addresses for such, but hexadecimal ones for names.
        let numeric = family == Family::V6 || text.bytes().all(|c| c == b'.' || c.is_ascii_digit());
        if let Some(addr) = addr::inet_aton(text, family).filter(|_| numeric) {
            return Ok(addr_bits(addr));
        }
        let found = if family == Family::V4 && text.contains(':') {
            Vec::new()
        } else {
            self.hosts.addrs(text, family)
        };
        let Some(first) = found.first() else {
            let name = if family == Family::V4 { "IPv4" } else { "IPv6" };
            return Err(self
                .report
                .syntax(&format!("cannot parse {text}: resolving to {name} address failed")));
        };
        Ok(addr_bits(*first))
    }

    fn unescaped<'t>(&mut self, text: &'t str) -> Result<&'t str, Fail> {
        match text.strip_prefix('[') {
            None => Ok(text),
            Some(inner) => inner.strip_suffix(']').ok_or_else(|| {
                self.report.syntax(&format!("cannot find closing escape character ']' in {text}"))
            }),
        }
    }

    /// An address, a network or a range.
    pub(super) fn ip(&mut self, which: Which, text: &str, form: Form) -> Result<(), Fail> {
        let family = self.family();
        let (range, slash) = (range_separator(text), separator(text, '/'));
        let v6 = family == Family::V6;
        let host = if v6 { "/128" } else { "/32" };
        match form {
            Form::Plain | Form::AnyOrSingle6 if form == Form::Plain || v6 => {
                let net = slash.is_some_and(|at| text.get(at..) != Some(host));
                if range.is_some() || net {
                    return Err(self.report.syntax(&format!("plain IP address must be supplied: {text}")));
                }
            }
            Form::Net if slash.is_none() || range.is_some() => {
                return Err(self.report.syntax(&format!("IP/netblock must be supplied: {text}")));
            }
            Form::NetOrRange if slash.is_none() && range.is_none() => {
                return Err(self.report.syntax(&format!("IP/cidr or IP-IP range must be specified: {text}")));
            }
            Form::AnyOrNet6 if v6 && range.is_some() => {
                return Err(self.report.syntax(&format!("IP address or IP/cidr must be specified: {text}")));
            }
            _ => {}
        }
        let second = which == Which::Second;
        let (mut first, mut last) = (text, None);
        if let Some((ip, cidr)) = slash.and_then(|at| Some((text.get(..at)?, text.get(at + 1..)?))) {
            let cidr = Some(self.cidr(cidr, 0, family.bits())?);
            if second {
                self.data.adt.cidr2 = cidr;
            } else {
                self.data.adt.cidr = cidr;
            }
            first = ip;
        } else if let Some((from, to)) = range.and_then(|at| Some((text.get(..at)?, text.get(at + 1..)?))) {
            (first, last) = (from, Some(to));
        }
        let first = self.unescaped(first)?;
        let ip = Some(self.host(first, family)?);
        match which {
            Which::First => self.data.adt.ip = ip,
            Which::Last => self.data.adt.ip_to = ip,
            Which::Second => self.data.adt.ip2 = ip,
        }
        if let Some(last) = last {
            let last = self.unescaped(last)?;
            let to = Some(self.host(last, family)?);
            if second {
                self.data.adt.ip2_to = to;
            } else {
                self.data.adt.ip_to = to;
            }
        }
        Ok(())
    }

    /// Whether a mask's address can be read; the family is known.
    pub(super) fn bitmask(&mut self, text: &str) -> Result<(), Fail> {
        let family = self.family();
        match self.host(text, family) {
            Ok(mask) => {
                self.data.create.bitmask = Some(mask);
                Ok(())
            }
            Err(_) => {
                let name = self.data.fam.name();
                Err(self.report.syntax(&format!("bitmask is not valid for family = {name}")))
            }
        }
    }

    /// A prefix length to keep of addresses.
    pub(super) fn netmask(&mut self, text: &str) -> Result<(), Fail> {
        let max = self.family().bits();
        match self.cidr(text, 1, max) {
            Ok(n) => {
                self.data.create.netmask = Some(n);
                Ok(())
            }
            Err(_) => Err(self.report.syntax(&format!("netmask is out of the inclusive range of 1-{max}"))),
        }
    }

    /// A port by number, or by its service's name.
    pub(super) fn port(&mut self, text: &str, protocol: &str) -> Result<u16, Fail> {
        if let Ok(n) = self.number(text, 0, u16::MAX.into(), Grade::Warning) {
            return Ok(n as u16);
        }
        if let Some(port) = self.service(text, protocol) {
            self.report.reset();
            return Ok(port);
        }
        self.report.warn(&format!("cannot parse '{text}' as a {protocol} port"));
        Err(self.report.raise())
    }

    fn service(&mut self, text: &str, protocol: &str) -> Option<u16> {
        let text = match text.strip_prefix('[') {
            Some(inner) => inner.strip_suffix(']')?,
            None => text,
        };
        let protocol = match self.number(protocol, 0, 255, Grade::Warning) {
            Ok(n) => protocol_name(n as u8)?,
            Err(_) => protocol,
        };
        let named = |(_, p, n, others): &&(u16, &str, &str, &[&str])| {
            *p == protocol && (*n == text || others.contains(&text))
        };
        SERVICES.iter().find(named).map(|(port, ..)| *port)
    }

    fn ports(&mut self, text: &str, protocol: &str) -> Result<(), Fail> {
        let at = range_separator(text);
        if let Some((from, to)) = at.and_then(|at| Some((text.get(..at)?, text.get(at + 1..)?))) {
            self.data.adt.port_to = Some(self.port(to, protocol)?);
            self.data.adt.port = Some(self.port(from, protocol)?);
        } else {
            self.data.adt.port = Some(self.port(text, protocol)?);
        }
        Ok(())
    }

    fn protocol(&mut self, text: &str) -> Result<u8, Fail> {
        if let Ok(n) = self.number(text, 0, 255, Grade::Warning) {
            return Ok(n as u8);
        }
        self.report.reset();
        let name = if text.eq_ignore_ascii_case("icmpv6") { "ipv6-icmp" } else { text };
        let found = PROTOCOLS.iter().find(|(_, n, others)| *n == name || others.contains(&name));
        match found {
            None => Err(self.report.syntax(&format!("cannot parse '{text}' as a protocol"))),
            Some((0, ..)) => Err(self.report.syntax(&format!("Unsupported protocol '{text}'"))),
            Some((n, ..)) => Ok(*n),
        }
    }

    fn icmp(&mut self, text: &str, names: &[(&str, u8, u8)], what: &str) -> Result<(), Fail> {
        if let Some(port) = icmp::find(names, text) {
            self.data.adt.port = Some(port);
            return Ok(());
        }
        let Some((ty, code)) =
            separator(text, '/').and_then(|at| Some((text.get(..at)?, text.get(at + 1..)?)))
        else {
            return Err(self.report.error(&format!("Cannot parse {text} as an {what} type/code.")));
        };
        let (ty, code) = (self.uint(ty, 255)? as u16, self.uint(code, 255)? as u16);
        self.data.adt.port = Some(ty << 8 | code);
        Ok(())
    }

    /// `[PROTO:]PORT`; `command` is told of in the message about a protocol of the other family.
    pub(super) fn proto_port(&mut self, text: &str, command: &str) -> Result<(), Fail> {
        let Some((name, port)) =
            separator(text, ':').and_then(|at| Some((text.get(..at)?, text.get(at + 1..)?)))
        else {
            self.data.adt.proto = Some(proto::TCP);
            return self.ports(text, "tcp");
        };
        let number = self.protocol(name)?;
        self.data.adt.proto = Some(number);
        let wrong = match number {
            proto::TCP | proto::SCTP | proto::UDP | proto::UDPLITE => return self.ports(port, name),
            proto::ICMP if self.data.fam == Fam::V4 => return self.icmp(port, icmp::ICMP, "ICMP"),
            proto::ICMPV6 if self.data.fam == Fam::V6 => return self.icmp(port, icmp::ICMPV6, "ICMPv6"),
            proto::ICMP => "Protocol ICMP can be used with family inet only",
            proto::ICMPV6 => "Protocol ICMPv6 can be used with family inet6 only",
            _ if port == "0" => {
                self.data.adt.port = Some(0);
                return Ok(());
            }
            _ => {
                let text = format!("Protocol {name} can be used with pseudo port value 0 only.");
                return Err(self.report.syntax(&text));
            }
        };
        // The library goes on with everything forgotten.
        self.report.syntax(wrong);
        Err(self.report.error(&format!("Invalid {command} command: missing setname")))
    }

    /// `[tcp|udp:]PORT`, of which only the number stays.
    pub(super) fn tcp_udp_port(&mut self, text: &str, command: &str) -> Result<(), Fail> {
        self.proto_port(text, command)?;
        if !matches!(self.data.adt.proto.take(), Some(proto::TCP | proto::UDP)) {
            return Err(self.report.syntax("Only protocols TCP and UDP are valid"));
        }
        Ok(())
    }

    /// An Ethernet address.
    pub(super) fn mac(&mut self, text: &str) -> Result<(), Fail> {
        self.data.adt.mac = mac(text);
        match self.data.adt.mac {
            Some(_) => Ok(()),
            None => Err(self.report.syntax(&format!("cannot parse '{text}' as ethernet address"))),
        }
    }

    /// `[physdev:]IFACE`.
    pub(super) fn iface(&mut self, text: &str) -> Result<(), Fail> {
        let name = match text.strip_prefix("physdev:") {
            Some(name) => {
                self.data.adt.physdev = true;
                name
            }
            None => text,
        };
        if name.len() > 15 {
            return Err(self.report.syntax(&format!("interface name '{name}' is longer than 15 characters")));
        }
        let mut raw = [0; 16];
        for (to, c) in raw.iter_mut().zip(name.bytes()) {
            *to = c;
        }
        self.data.adt.iface = Some(raw);
        Ok(())
    }

    /// `NAME`, or of old `NAME,before|after,NAME`.
    pub(super) fn member(&mut self, text: &str) -> Result<(), Fail> {
        let Some(at) = separator(text, ',') else {
            self.setname(text)?;
            self.data.adt.name = Some(text.into());
            return Ok(());
        };
        let (name, rest) = (text.get(..at).unwrap_or_default(), text.get(at + 1..).unwrap_or_default());
        let second = separator(rest, ',').and_then(|at| Some((rest.get(..at)?, rest.get(at + 1..)?)));
        let Some((place @ ("before" | "after"), other)) = second else {
            return Err(self.report.error("you must specify elements as setname,[before|after],setname"));
        };
        self.setname(name)?;
        self.data.adt.name = Some(name.into());
        self.setname(other)?;
        self.data.adt.nameref = Some(other.into());
        self.data.adt.before = place == "before";
        Ok(())
    }

    /// `0xMARK[/0xMASK]`.
    pub(super) fn skbmark(&mut self, text: &str) -> Result<(), Fail> {
        let hex = |text: &str| {
            let digits = text.strip_prefix("0x")?;
            let end = digits.find(|c: char| !c.is_ascii_hexdigit()).unwrap_or(digits.len());
            let (number, rest) = digits.split_at(end);
            Some((u64::from_str_radix(number, 16).ok()? as u32, rest.to_owned()))
        };
        let Some((mark, rest)) = hex(text) else {
            let text = "Invalid skbmark format, it should be:  MARK/MASK or MARK (see manpage)";
            return Err(self.report.syntax(text));
        };
        let mask = rest.strip_prefix('/').and_then(hex).map_or(u32::MAX, |(mask, _)| mask);
        self.data.adt.skbmark = Some((mark, mask));
        Ok(())
    }

    /// `MAJOR:MINOR` in hexadecimal.
    pub(super) fn skbprio(&mut self, text: &str) -> Result<(), Fail> {
        let hex = |text: &str| {
            let end = text.find(|c: char| !c.is_ascii_hexdigit()).unwrap_or(text.len());
            u32::from_str_radix(text.get(..end)?, 16).ok()
        };
        let read = text.split_once(':').and_then(|(major, minor)| Some((hex(major)?, hex(minor)?)));
        let Some((major, minor)) = read else {
            return Err(self.report.syntax("Invalid skbprio format, it should be:MAJOR:MINOR (see manpage)"));
        };
        self.data.adt.skbprio = Some(major << 16 | minor & 0xffff);
        Ok(())
    }

    /// A comment.
    pub(super) fn comment(&mut self, text: &str) -> Result<(), Fail> {
        if text.contains('"') {
            return Err(self.report.syntax("\" character is not permitted in comments"));
        }
        if text.len() > 255 {
            return Err(self.report.syntax("Comment is longer than the maximum allowed 255 characters"));
        }
        self.data.adt.comment = Some(text.into());
        Ok(())
    }
}
