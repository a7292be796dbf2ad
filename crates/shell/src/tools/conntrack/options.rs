//! The command line.

use std::net::IpAddr;

use packetwalk_netfilter::conntrack::{SctpState, Status};
use packetwalk_wire::{Family, proto};

use super::Fail;
use super::getopt::{Spec, Words};
use super::table::{
    ALLOWED, ICMP, ICMPV6, KEYS, NEEDED, OPTIONS, ORIG_VTAG, ORIG_ZONE, PORTS, REPLY_VTAG, REPLY_ZONE, ROLE,
    ROLES, STATE, VTAGS,
};
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
    Event,
    Create,
    Add,
    Update,
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
    /// Nothing is said of how many entries there were.
    pub quiet: bool,
    pub table: Table,
    pub warnings: Vec<&'static str>,
    pub style: Style,
    pub protocol: Option<u8>,
    /// As it was written, for the help.
    pub protocol_name: String,
    pub family: Option<Family>,
    /// Source and destination, original and reply.
    pub addrs: [Option<Net>; 4],
    /// `--mask-src` and `--mask-dst`.
    pub masks: [Option<IpAddr>; 2],
    /// Ports alike.
    pub ports: [Option<u16>; 4],
    /// ICMP type, code and identifier.
    pub icmp: [Option<u16>; 3],
    pub state: Option<String>,
    /// SCTP's verification tags, original and reply.
    pub vtags: [Option<u32>; 2],
    /// DCCP's `--role` was given.
    has_role: bool,
    pub status: Option<Status>,
    /// Seconds.
    pub timeout: Option<u32>,
    /// NEW, UPDATES, DESTROY, of `-e`.
    pub events: Option<[bool; 3]>,
    /// `-z`.
    pub zero: bool,
    /// `-b`.
    pub buffer: Option<u32>,
    /// `-u UNSET` or NAT bits, which the kernel does not filter by.
    pub bad_status: bool,
    pub mark: Option<(u32, u32)>,
    pub zones: [Option<u16>; 3],
    pub id: Option<u32>,
    pub src_nat: Option<Nat>,
    pub dst_nat: Option<Nat>,
    pub any_nat: Option<Nat>,
    given_masks: bool,
    /// Letters of the options given.
    given: String,
}

/// There is no `/etc/xtables/connlabel.conf`.
const NO_LABELS: &str = "nfct_labelmap_new: No such file or directory";

/// Reads the words after the tool's name into `parsed`, which keeps its warnings when one is wrong.
pub(super) fn parse(words: &[String], parsed: &mut Parsed) -> Result<(), Fail> {
    let mut words = Words::new(words);
    loop {
        let own: &[&[Spec]] = match parsed.protocol {
            Some(proto::TCP) => &[&OPTIONS, &PORTS, &STATE],
            Some(proto::SCTP) => &[&OPTIONS, &PORTS, &STATE, &VTAGS],
            Some(proto::DCCP) => &[&OPTIONS, &PORTS, &STATE, &ROLES],
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
            '[' | ']' => {
                address(text)?;
            }
            '{' | '}' => {
                let mask = address(text)?;
                self.set_family(Family::of(mask))?;
                self.masks[usize::from(letter == '}')] = Some(mask);
            }
            'p' => {
                self.protocol = Some(protocol(text)?);
                text.clone_into(&mut self.protocol_name);
            }
            'u' => self.status(text)?,
            'e' => {
                let mut events = self.events.unwrap_or_default();
                for word in text.split(',') {
                    match word.to_ascii_uppercase().as_str() {
                        "ALL" => events = [true; 3],
                        "NEW" => events[0] = true,
                        "UPDATES" => events[1] = true,
                        "DESTROY" => events[2] = true,
                        _ => return Fail::parameter(format!("Bad parameter `{word}'")),
                    }
                }
                self.events = Some(events);
            }
            't' => self.timeout = Some(number(text)),
            'z' => self.zero = true,
            'b' => self.buffer = Some(number(text)),
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
                self.warnings.push(NO_LABELS);
                return Fail::parameter(format!("unknown label '{text}'"));
            }
            '1'..='9' => self.of_protocol(letter, text)?,
            ORIG_VTAG => self.vtags[0] = Some(atoi(text)),
            REPLY_VTAG => self.vtags[1] = Some(atoi(text)),
            ROLE => self.has_role = true,
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
            'E' => Command::Event,
            'I' => Command::Create,
            'A' => Command::Add,
            _ => Command::Update,
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
        if let (Command::Add | Command::Update, Table::Expect) = (command, self.table) {
            let name = if command == Command::Add { "add" } else { "update" };
            return Fail::parameter(format!("Can't do --{name} on expectations"));
        }
        if self.command.replace(command).is_some() {
            return Fail::parameter("Invalid commands combination");
        }
        Ok(())
    }

    /// `generic_opt_check`: the options that the command takes, and those that it needs.
    fn check(&self) -> Result<(), Fail> {
        if self.any_nat.is_some() && (self.src_nat.is_some() || self.dst_nat.is_some()) {
            return Fail::parameter("cannot specify `--src-nat' or `--dst-nat' with `--any-nat'");
        }
        let expect = self.table == Table::Expect;
        let letter = match self.command {
            Some(Command::List) => {
                if expect {
                    'l'
                } else {
                    'L'
                }
            }
            Some(Command::Get) => {
                if expect {
                    'g'
                } else {
                    'G'
                }
            }
            Some(Command::Delete) => {
                if expect {
                    'd'
                } else {
                    'D'
                }
            }
            Some(Command::Create) if expect => 'c',
            Some(Command::Event) => {
                if expect {
                    'e'
                } else {
                    'E'
                }
            }
            Some(Command::Flush) if !expect => 'F',
            Some(Command::Create | Command::Add) => 'I',
            Some(Command::Update) => 'U',
            Some(Command::Help) => 'h',
            None | Some(_) => ' ',
        };
        for (option, name, commands) in ALLOWED {
            let given = self.given.contains(option);
            let needed = NEEDED.iter().any(|(o, commands)| *o == option && commands.contains(letter));
            if !given && needed {
                return Fail::parameter(format!("You need to supply the `--{name}' option for this command"));
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
        if self.zero
            && self.given.contains(['s', 'd', 'r', 'q', 'p', 'm', 'w', 'l', 'u', 'c', ORIG_ZONE, REPLY_ZONE])
        {
            return Fail::parameter("Can't use -z with filtering parameters");
        }
        if !matches!(letter, 'G' | 'I' | 'U' | 'c') {
            for (vtag, name) in self.vtags.iter().zip(["orig-vtag", "reply-vtag"]) {
                if vtag.is_some() {
                    return Fail::parameter(format!("Illegal option `--{name}' with this command"));
                }
            }
        }
        match letter {
            'G' | 'I' => self.check_get(letter),
            'c' | 'd' | 'g' => self.check_expect(letter),
            _ => Ok(()),
        }
    }

    /// One direction's tuple must be there in full.
    fn check_get(&self, command: char) -> Result<(), Fail> {
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
                for (value, name) in self.icmp.iter().zip(["type", "code"]) {
                    if value.is_none() {
                        let option = format!("icmp{v6}-{name}");
                        return Fail::parameter(format!(
                            "You need to supply the `--{option}' option for this command"
                        ));
                    }
                }
            }
            Some(protocol) => {
                if command == 'I'
                    && let Some(name) = self.missing_state(protocol)
                {
                    return Fail::parameter(format!(
                        "You need to supply the `--{name}' option for this command"
                    ));
                }
                let own = match protocol {
                    proto::TCP | proto::UDP | proto::UDPLITE | proto::SCTP | proto::DCCP => {
                        ["port", "sport", "dport"]
                    }
                    proto::GRE => ["key", "srckey", "dstkey"],
                    _ => return Ok(()),
                };
                return self.check_ports(own);
            }
            None => {}
        }
        Ok(())
    }

    /// Which option about the protocol's state is missing, of those that a new entry needs.
    const fn missing_state(&self, protocol: u8) -> Option<&'static str> {
        let tells = matches!(protocol, proto::TCP | proto::SCTP | proto::DCCP);
        match (protocol, self.vtags) {
            _ if tells && self.state.is_none() => Some("state"),
            (proto::SCTP, [None, _]) => Some("orig-vtag"),
            (proto::SCTP, [_, None]) => Some("reply-vtag"),
            (proto::DCCP, _) if !self.has_role => Some("role"),
            _ => None,
        }
    }

    /// Both ports or keys of one direction.
    fn check_ports(&self, [kind, source, target]: [&str; 3]) -> Result<(), Fail> {
        match self.ports {
            [Some(_), Some(_), _, _] | [_, _, Some(_), Some(_)] => Ok(()),
            [None, None, r, q] if r.is_some() || q.is_some() => {
                Fail::parameter(format!("you have to specify `--reply-src-{kind}' and `--reply-dst-{kind}'"))
            }
            _ => Fail::parameter(format!("you have to specify `--{source}' and `--{target}'")),
        }
    }

    /// Expectations need all ports.
    fn check_expect(&self, command: char) -> Result<(), Fail> {
        const NAMES: [&str; 4] = ["sport", "dport", "reply-port-src", "reply-port-dst"];
        if !matches!(self.protocol, Some(proto::TCP | proto::UDP | proto::UDPLITE)) {
            return Ok(());
        }
        let needed = if command == 'c' { 2 } else { 4 };
        for (port, name) in self.ports.iter().zip(NAMES).take(needed) {
            if port.is_none() {
                return Fail::parameter(format!("You need to supply the `--{name}' option for this command"));
            }
        }
        if command == 'c' && !self.given_masks {
            return Fail::parameter("You need to supply the `--mask-port-src' option for this command");
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
        let mut labels = false;
        for word in text.split(',') {
            match word.to_ascii_lowercase().as_str() {
                "extended" => self.style.extended = true,
                "id" => self.style.id = true,
                "userspace" => {}
                "timestamp" => self.style.timestamp = true,
                "ktimestamp" => self.style.ktimestamp = true,
                "xml" => self.style.xml = true,
                "save" => self.style.save = true,
                // There is no file of labels: they have no names, and are not shown.
                "labels" => labels = true,
                _ => return Fail::parameter(format!("Bad parameter `{word}'")),
            }
        }
        if labels && !self.warnings.contains(&NO_LABELS) {
            self.warnings.push(NO_LABELS);
        }
        let others = Style { save: false, ..self.style } != Style::default() || labels;
        if self.style.save && others {
            let text = "cannot combine save output with any other output type, use -o save only";
            return Err(Fail::Other(text.into()));
        }
        Ok(())
    }

    /// An option of the protocol that `-p` named.
    fn of_protocol(&mut self, letter: char, text: &str) -> Result<(), Fail> {
        let value = if self.protocol == Some(proto::GRE) { number(text) } else { atoi(text) } as u16;
        let at = usize::from(letter as u8 - b'1');
        self.given_masks |= matches!(letter, '5' | '6');
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
            if self.protocol == Some(proto::SCTP)
                && (text == "HEARTBEAT_SENT" || SctpState::of(text).is_none())
            {
                return Err(Fail::NotSimulated(format!("--state {text} of SCTP (the real tool crashes)")));
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
        ("dccp", proto::DCCP),
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

/// `atoi`.
fn atoi(text: &str) -> u32 {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    text.get(..end).and_then(|digits| digits.parse::<u64>().ok()).unwrap_or(0) as u32
}
