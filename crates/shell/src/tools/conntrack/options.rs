//! The command line.

use std::net::IpAddr;

use packetwalk_netfilter::conntrack::Status;
use packetwalk_wire::{Family, proto};

use super::Fail;
use super::getopt::{Spec, Takes, Words};
use crate::print::conntrack::Style;

/// What is to be done.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Command {
    List,
    Get,
    Delete,
    Flush,
    Count,
    Stats,
    Version,
    Help,
    /// `-E`, `-I`, `-A`, `-U`.
    Other(char),
}

/// Which table.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) enum Table {
    #[default]
    Conntrack,
    Expect,
    /// `dying` or `unconfirmed`.
    Passing,
}

/// An address with the prefix that counts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Net {
    pub addr: IpAddr,
    pub len: u8,
}

/// `-n`, `-g`, `-j`: an address and port that NAT gave, each if asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Nat {
    pub addr: Option<IpAddr>,
    pub port: Option<u16>,
}

/// What the options ask for.
#[derive(Clone, Debug, Default)]
pub(super) struct Parsed {
    pub command: Option<Command>,
    pub table: Table,
    pub warnings: Vec<&'static str>,
    pub style: Style,
    pub protocol: Option<u8>,
    /// As it was written, for the help.
    pub protocol_name: String,
    pub family: Option<Family>,
    /// Source and destination, original and reply.
    pub addrs: [Option<Net>; 4],
    /// Ports alike.
    pub ports: [Option<u16>; 4],
    /// ICMP type, code and identifier.
    pub icmp: [Option<u16>; 3],
    pub state: Option<String>,
    pub status: Option<Status>,
    /// `-u UNSET` or NAT bits, which the kernel does not filter by.
    pub bad_status: bool,
    pub mark: Option<(u32, u32)>,
    pub zones: [Option<u16>; 3],
    pub id: Option<u32>,
    pub src_nat: Option<Nat>,
    pub dst_nat: Option<Nat>,
    pub any_nat: Option<Nat>,
    /// Letters of the options given.
    given: String,
}

/// Letters of options with only long names.
const ORIG_ZONE: char = '(';
const REPLY_ZONE: char = ')';

const fn spec(letter: char, names: &'static [&'static str], takes: Takes) -> Spec {
    Spec { letter, names, takes }
}

#[rustfmt::skip]
const OPTIONS: [Spec; 41] = [
    spec('L', &["dump"], Takes::Maybe), spec('I', &["create"], Takes::Maybe), spec('D', &["delete"], Takes::Maybe),
    spec('U', &["update"], Takes::Maybe), spec('A', &["add"], Takes::Maybe), spec('G', &["get"], Takes::Maybe),
    spec('F', &["flush"], Takes::Maybe), spec('E', &["event"], Takes::Maybe), spec('C', &["count", "counter"], Takes::Maybe),
    spec('S', &["stats"], Takes::Maybe), spec('V', &["version"], Takes::Nothing), spec('h', &["help"], Takes::Maybe),
    spec('s', &["orig-src", "src"], Takes::Argument), spec('d', &["orig-dst", "dst"], Takes::Argument),
    spec('r', &["reply-src"], Takes::Argument), spec('q', &["reply-dst"], Takes::Argument),
    spec('p', &["protonum"], Takes::Argument), spec('t', &["timeout"], Takes::Argument),
    spec('u', &["status"], Takes::Argument), spec('z', &["zero"], Takes::Nothing),
    spec('e', &["event-mask"], Takes::Argument), spec('[', &["tuple-src"], Takes::Argument),
    spec(']', &["tuple-dst"], Takes::Argument), spec('{', &["mask-src"], Takes::Argument),
    spec('}', &["mask-dst"], Takes::Argument), spec('a', &["nat-range"], Takes::Argument),
    spec('m', &["mark"], Takes::Argument), spec('c', &["secmark"], Takes::Argument),
    spec('i', &["id"], Takes::Argument), spec('f', &["family"], Takes::Argument),
    spec('n', &["src-nat"], Takes::Maybe), spec('g', &["dst-nat"], Takes::Maybe),
    spec('o', &["output"], Takes::Argument), spec('b', &["buffer-size"], Takes::Argument),
    spec('j', &["any-nat"], Takes::Maybe), spec('w', &["zone"], Takes::Argument),
    spec(ORIG_ZONE, &["orig-zone"], Takes::Argument), spec(REPLY_ZONE, &["reply-zone"], Takes::Argument),
    spec('l', &["label"], Takes::Argument), spec('<', &["label-add"], Takes::Argument),
    spec('>', &["label-del"], Takes::Maybe),
];

/// TCP, UDP and their like.
const PORTS: [Spec; 8] = [
    spec('1', &["orig-port-src", "sport"], Takes::Argument),
    spec('2', &["orig-port-dst", "dport"], Takes::Argument),
    spec('3', &["reply-port-src"], Takes::Argument),
    spec('4', &["reply-port-dst"], Takes::Argument),
    spec('5', &["mask-port-src"], Takes::Argument),
    spec('6', &["mask-port-dst"], Takes::Argument),
    spec('8', &["tuple-port-src"], Takes::Argument),
    spec('9', &["tuple-port-dst"], Takes::Argument),
];

const STATE: [Spec; 1] = [spec('7', &["state"], Takes::Argument)];

const KEYS: [Spec; 4] = [
    spec('1', &["orig-key-src", "srckey"], Takes::Argument),
    spec('2', &["orig-key-dst", "dstkey"], Takes::Argument),
    spec('3', &["reply-key-src"], Takes::Argument),
    spec('4', &["reply-key-dst"], Takes::Argument),
];

const ICMP: [Spec; 3] = [
    spec('1', &["icmp-type"], Takes::Argument),
    spec('2', &["icmp-code"], Takes::Argument),
    spec('3', &["icmp-id"], Takes::Argument),
];

const ICMPV6: [Spec; 3] = [
    spec('1', &["icmpv6-type"], Takes::Argument),
    spec('2', &["icmpv6-code"], Takes::Argument),
    spec('3', &["icmpv6-id"], Takes::Argument),
];

/// The options' letters in the order in which they are checked, with the name that errors tell, and the
/// commands that take them.
#[rustfmt::skip]
const ALLOWED: [(char, &str, &str); 27] = [
    ('s', "src", "LDG"), ('d', "dst", "LDG"), ('r', "reply-src", "LDG"), ('q', "reply-dst", "LDG"),
    ('p', "protonum", "LDGh"), ('t', "timeout", "D"), ('u', "status", "LD"), ('z', "zero", "L"),
    ('e', "event-mask", ""), ('[', "tuple-src", ""), (']', "tuple-dst", ""), ('{', "mask-src", "LD"),
    ('}', "mask-dst", "LD"), ('m', "mark", "LD"), ('i', "id", "DG"), ('f', "family", "LDGF"),
    ('n', "src-nat", "LD"), ('g', "dst-nat", "LD"), ('o', "output", "LDG"), ('c', "secmark", "L"),
    ('b', "buffer-size", ""), ('j', "any-nat", "L"), ('w', "zone", "LDG"), ('l', "label", "LDG"),
    (ORIG_ZONE, "orig-zone", "LD"), (REPLY_ZONE, "reply-zone", "LD"), ('<', "label-add", ""),
];

/// Reads the words after the tool's name into `parsed`, which keeps its warnings when one is wrong.
pub(super) fn parse(words: &[String], parsed: &mut Parsed) -> Result<(), Fail> {
    let mut words = Words::new(words);
    loop {
        let own: &[&[Spec]] = match parsed.protocol {
            Some(proto::TCP | 33 | proto::SCTP) => &[&OPTIONS, &PORTS, &STATE],
            Some(proto::UDP | proto::UDPLITE) => &[&OPTIONS, &PORTS],
            Some(proto::GRE) => &[&OPTIONS, &KEYS],
            Some(proto::ICMP) => &[&OPTIONS, &ICMP],
            Some(proto::ICMPV6) => &[&OPTIONS, &ICMPV6],
            _ => &[&OPTIONS],
        };
        let Some((letter, argument)) = words.next(own)? else { break };
        parsed.option(letter, argument.as_deref())?;
    }
    parsed.check()
}

impl Parsed {
    fn option(&mut self, letter: char, argument: Option<&str>) -> Result<(), Fail> {
        let text = argument.unwrap_or_default();
        match letter {
            'L' | 'G' | 'D' | 'F' | 'C' | 'S' | 'V' | 'h' | 'E' | 'I' | 'A' | 'U' => {
                return self.command(letter, argument);
            }
            's' | 'd' | 'r' | 'q' => {
                let net = self.net(text)?;
                let at = "sdrq".find(letter).unwrap_or(0);
                if let Some(slot) = self.addrs.get_mut(at) {
                    *slot = Some(net);
                }
            }
            '[' | ']' | '{' | '}' => {
                address(text)?;
            }
            'p' => {
                self.protocol = Some(protocol(text)?);
                text.clone_into(&mut self.protocol_name);
            }
            'u' => self.status(text)?,
            'e' => {
                for word in text.split(',') {
                    if !["ALL", "NEW", "UPDATES", "DESTROY"].iter().any(|w| w.eq_ignore_ascii_case(word)) {
                        return Fail::parameter(format!("Bad parameter `{word}'"));
                    }
                }
            }
            'a' => self.warnings.push("WARNING: ignoring -a, deprecated option."),
            'm' => {
                let (value, mask) = text.split_once('/').unwrap_or((text, ""));
                self.mark = Some((number(value), if mask.is_empty() { u32::MAX } else { number(mask) }));
            }
            'i' => self.id = Some(number(text)),
            'f' => {
                let family = match text {
                    "ipv4" => Family::V4,
                    "ipv6" => Family::V6,
                    _ => return Fail::parameter(format!("`{text}' unsupported protocol")),
                };
                self.set_family(family)?;
            }
            'n' => self.src_nat = Some(self.nat(argument)?),
            'g' => self.dst_nat = Some(self.nat(argument)?),
            'j' => self.any_nat = Some(self.nat(argument)?),
            'o' => self.output(text)?,
            'w' => self.zones[0] = Some(number(text) as u16),
            ORIG_ZONE => self.zones[1] = Some(number(text) as u16),
            REPLY_ZONE => self.zones[2] = Some(number(text) as u16),
            'l' | '<' | '>' => {
                self.warnings.push("nfct_labelmap_new: No such file or directory");
                return Fail::parameter(format!("unknown label '{text}'"));
            }
            '1'..='9' => self.of_protocol(letter, text)?,
            _ => {}
        }
        if letter != 'a' && !letter.is_ascii_digit() {
            self.given.push(letter);
        }
        Ok(())
    }

    fn command(&mut self, letter: char, table: Option<&str>) -> Result<(), Fail> {
        let command = match letter {
            'L' => Command::List,
            'G' => Command::Get,
            'D' => Command::Delete,
            'F' => Command::Flush,
            'C' => Command::Count,
            'S' => Command::Stats,
            'V' => Command::Version,
            'h' => Command::Help,
            other => Command::Other(other),
        };
        self.table = match table {
            None | Some("conntrack") => Table::Conntrack,
            Some("expect") => Table::Expect,
            Some("dying" | "unconfirmed") => Table::Passing,
            Some(other) => return Fail::parameter(format!("unknown type `{other}'")),
        };
        if self.table == Table::Passing && command != Command::List {
            return Fail::parameter("Can't do that command with tables `dying' and `unconfirmed'");
        }
        if self.command.replace(command).is_some() {
            return Fail::parameter("Invalid commands combination");
        }
        Ok(())
    }

    /// `generic_opt_check`: the options that the command takes, and those that it needs.
    fn check(&self) -> Result<(), Fail> {
        let letter = match self.command {
            Some(Command::List) => 'L',
            Some(Command::Get) => 'G',
            Some(Command::Delete) => 'D',
            Some(Command::Flush) => 'F',
            Some(Command::Help) => 'h',
            Some(Command::Other(_)) => return Ok(()),
            None | Some(_) => ' ',
        };
        for (option, name, commands) in ALLOWED {
            let given = self.given.contains(option);
            if !given && letter == 'G' && option == 'p' {
                return Fail::parameter("You need to supply the `--protonum' option for this command");
            }
            if given && !commands.contains(letter) {
                return Fail::parameter(format!("Illegal option `--{name}' with this command"));
            }
        }
        for (mask, of, name) in [('{', 's', "src"), ('}', 'd', "dst")] {
            if self.given.contains(mask) && !self.given.contains(of) {
                return Fail::parameter(format!("Can't use --mask-{name} without --{name}"));
            }
        }
        if letter == 'G' { self.check_get() } else { Ok(()) }
    }

    /// One direction's tuple must be there in full.
    fn check_get(&self) -> Result<(), Fail> {
        let [s, d, r, q] = self.addrs;
        match (s.is_some() && d.is_some(), r.is_some() && q.is_some()) {
            (false, false) if r.is_some() || q.is_some() => {
                return Fail::parameter("you have to specify `--reply-src' and `--reply-dst'");
            }
            (false, false) => return Fail::parameter("you have to specify `--src' and `--dst'"),
            _ => {}
        }
        match self.protocol {
            Some(proto::ICMP | proto::ICMPV6) => {
                let v6 = if self.protocol == Some(proto::ICMPV6) { "v6" } else { "" };
                for (value, name) in self.icmp.iter().zip(["type", "code", "id"]) {
                    if value.is_none() {
                        let option = format!("icmp{v6}-{name}");
                        return Fail::parameter(format!(
                            "You need to supply the `--{option}' option for this command"
                        ));
                    }
                }
            }
            Some(proto::TCP | proto::UDP | proto::UDPLITE) => match self.ports {
                [Some(_), Some(_), _, _] | [_, _, Some(_), Some(_)] => {}
                [None, None, _, _] if self.ports[2].is_some() || self.ports[3].is_some() => {
                    return Fail::parameter("you have to specify `--reply-src-port' and `--reply-dst-port'");
                }
                _ => return Fail::parameter("you have to specify `--sport' and `--dport'"),
            },
            _ => {}
        }
        Ok(())
    }

    /// An address, perhaps with a prefix length; all are of one family.
    fn net(&mut self, text: &str) -> Result<Net, Fail> {
        let (addr, len) = match text.split_once('/') {
            Some((addr, len)) => (address(addr)?, Some(len)),
            None => (address(text)?, None),
        };
        let family = Family::of(addr);
        let len = match len {
            None => family.bits(),
            Some(len) => match len.parse() {
                Ok(len) if len <= family.bits() => len,
                _ => return Fail::parameter("Invalid netmask"),
            },
        };
        self.set_family(family)?;
        Ok(Net { addr, len })
    }

    fn set_family(&mut self, family: Family) -> Result<(), Fail> {
        if self.family.replace(family).is_some_and(|before| before != family) {
            return Fail::parameter("mismatched address family");
        }
        Ok(())
    }

    fn nat(&mut self, text: Option<&str>) -> Result<Nat, Fail> {
        let Some(text) = text else { return Ok(Nat::default()) };
        let (addr, port) = match text.split_once(':') {
            Some((addr, port)) if !addr.is_empty() && !port.contains(':') => (addr, Some(port)),
            _ => (text, None),
        };
        let port = match port {
            None => None,
            Some("") => return Fail::parameter("No port specified after `:'"),
            Some(port) => match port.parse() {
                Ok(port) => Some(port),
                Err(_) => return Fail::parameter(format!("Invalid port `{port}'")),
            },
        };
        let addr = address(addr)?;
        self.set_family(Family::of(addr))?;
        Ok(Nat { addr: Some(addr), port })
    }

    fn status(&mut self, text: &str) -> Result<(), Fail> {
        let mut status = self.status.unwrap_or_default();
        for word in text.split(',') {
            let upper = word.to_ascii_uppercase();
            match upper.as_str() {
                "ASSURED" => status.set(Status::ASSURED),
                "SEEN_REPLY" => status.set(Status::SEEN_REPLY),
                "FIXED_TIMEOUT" => status.set(Status::FIXED_TIMEOUT),
                "EXPECTED" => status.set(Status::EXPECTED),
                "OFFLOAD" => status.set(Status(1 << 14)),
                "HW_OFFLOAD" => status.set(Status(1 << 15)),
                "UNSET" => self.bad_status = true,
                "SRC_NAT" | "DST_NAT" => {
                    self.bad_status = true;
                    self.warnings.push(if upper == "SRC_NAT" {
                        "WARNING: ignoring SRC_NAT, use --src-nat instead"
                    } else {
                        "WARNING: ignoring DST_NAT, use --dst-nat instead"
                    });
                }
                _ => return Fail::parameter(format!("Bad parameter `{word}'")),
            }
        }
        self.bad_status &= status.0 == 0;
        self.status = Some(status);
        Ok(())
    }

    fn output(&mut self, text: &str) -> Result<(), Fail> {
        let mut refused = None;
        let mut save = false;
        for word in text.split(',') {
            match word.to_ascii_lowercase().as_str() {
                "extended" => self.style.extended = true,
                "id" => self.style.id = true,
                "timestamp" | "userspace" => {}
                "save" => save = true,
                other @ ("xml" | "ktimestamp" | "labels") => refused = Some(format!("-o {other}")),
                _ => return Fail::parameter(format!("Bad parameter `{word}'")),
            }
        }
        if save && text.contains(',') {
            let text = "cannot combine save output with any other output type, use -o save only";
            return Err(Fail::Other(text.into()));
        }
        match refused.or_else(|| save.then(|| "-o save".into())) {
            Some(what) => Err(Fail::NotSimulated(what)),
            None => Ok(()),
        }
    }

    /// An option of the protocol that `-p` named.
    fn of_protocol(&mut self, letter: char, text: &str) -> Result<(), Fail> {
        let value = atoi(text);
        let at = usize::from(letter as u8 - b'1');
        if matches!(self.protocol, Some(proto::ICMP | proto::ICMPV6)) {
            if let Some(slot) = self.icmp.get_mut(at) {
                *slot = Some(if at < 2 { value & 0xff } else { value });
            }
        } else if letter == '7' {
            const STATES: [&str; 11] = [
                "NONE",
                "SYN_SENT",
                "SYN_RECV",
                "ESTABLISHED",
                "FIN_WAIT",
                "CLOSE_WAIT",
                "LAST_ACK",
                "TIME_WAIT",
                "CLOSE",
                "SYN_SENT2",
                "LISTEN",
            ];
            if self.protocol == Some(proto::TCP) && !STATES.contains(&text) {
                return Fail::parameter(format!("unknown TCP state `{text}'"));
            }
            self.state = Some(if text == "LISTEN" { "SYN_SENT2".into() } else { text.into() });
        } else if let Some(slot) = self.ports.get_mut(at) {
            *slot = Some(value);
        }
        Ok(())
    }
}

fn address(text: &str) -> Result<IpAddr, Fail> {
    text.parse().map_err(|_| Fail::Parameter(format!("Invalid IP address `{text}'")))
}

/// `findproto`: the tool's own protocols in any case, then `/etc/protocols`, then a number.
fn protocol(text: &str) -> Result<u8, Fail> {
    const OWN: [(&str, u8); 8] = [
        ("tcp", proto::TCP),
        ("udp", proto::UDP),
        ("udplite", proto::UDPLITE),
        ("icmp", proto::ICMP),
        ("icmpv6", proto::ICMPV6),
        ("sctp", proto::SCTP),
        ("dccp", 33),
        ("gre", proto::GRE),
    ];
    const NAMES: [(&str, u8); 12] = [
        ("igmp", 2),
        ("ipencap", 4),
        ("egp", 8),
        ("igp", 9),
        ("ipv6", 41),
        ("esp", 50),
        ("ah", 51),
        ("ipv6-icmp", 58),
        ("ospf", 89),
        ("ipip", 94),
        ("pim", 103),
        ("vrrp", 112),
    ];
    let own = OWN.iter().find(|(name, _)| name.eq_ignore_ascii_case(text));
    own.or_else(|| NAMES.iter().find(|(name, _)| *name == text))
        .map(|(_, number)| *number)
        .or_else(|| text.parse().ok())
        .ok_or_else(|| Fail::Parameter(format!("`{text}' unsupported protocol")))
}

/// `strtoul` with base 0: what cannot be read is 0.
fn number(text: &str) -> u32 {
    let (digits, radix) = match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(hex) => (hex, 16),
        None if text.len() > 1 && text.starts_with('0') => (text, 8),
        None => (text, 10),
    };
    let end = digits.find(|c: char| !c.is_digit(radix)).unwrap_or(digits.len());
    let digits = digits.get(..end).unwrap_or_default();
    if digits.is_empty() { 0 } else { u64::from_str_radix(digits, radix).unwrap_or(u64::MAX) as u32 }
}

/// `atoi`, as a port.
fn atoi(text: &str) -> u16 {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    text.get(..end).and_then(|digits| digits.parse::<u64>().ok()).unwrap_or(0) as u16
}
