//! `ip rule show` and `flush`.

use std::net::IpAddr;

use packetwalk_route::rule::{PortRange, Rule, RuleAction, RuleDev};
use packetwalk_wire::Family;

use super::args::{Args, End, Prefix, get_prefix, ifname, invarg, matches, not_modelled};
use super::out::Color;
use super::rule::{mark, ports};
use super::{Done, Ip, names};

#[derive(Default)]
struct Filter {
    priority: Option<u32>,
    not: bool,
    tos: Option<u8>,
    mark: Option<(u32, Option<u32>)>,
    iif: Option<String>,
    oif: Option<String>,
    table: Option<u32>,
    src: Option<Prefix>,
    dst: Option<Prefix>,
    protocol: Option<u8>,
    ipproto: Option<u8>,
    sport: Option<PortRange>,
    dport: Option<PortRange>,
}

impl Filter {
    fn shows(&self, r: &Rule) -> bool {
        let dev = |wanted: &Option<String>, own: Option<RuleDev>| {
            wanted.as_ref().is_none_or(|w| own.is_some_and(|d| d.name.as_str() == w))
        };
        let net = |wanted: &Option<Prefix>, own: Option<ipnet::IpNet>| {
            wanted.as_ref().is_none_or(|w| match (w.addr, own) {
                (None, _) => true,
                (Some(addr), Some(own)) => own.addr() == addr && own.prefix_len() == w.len,
                (Some(_), None) => w.len == 0,
            })
        };
        let mark = |(value, mask): (u32, Option<u32>)| {
            let own = r.mark.unwrap_or((0, 0));
            own.0 == value && mask.is_none_or(|m| m == own.1)
        };
        self.priority.is_none_or(|p| p == r.priority)
            && (!self.not || r.invert)
            && self.tos.is_none_or(|t| t == r.tos)
            && self.mark.is_none_or(mark)
            && dev(&self.iif, r.iif)
            && dev(&self.oif, r.oif)
            && self.table.is_none_or(|t| r.table() == Some(t))
            && net(&self.src, r.src)
            && net(&self.dst, r.dst)
            && self.ipproto.is_none_or(|p| r.ipproto == Some(p))
            && self.sport.is_none_or(|p| r.sport == Some(p))
            && self.dport.is_none_or(|p| r.dport == Some(p))
    }
}

fn parse(args: &mut Args<'_>, family: Family) -> Result<Filter, End> {
    let mut f = Filter::default();
    let name = |args: &mut Args<'_>, why: &str| {
        let word = args.need()?;
        ifname(word).map(|_| Some(word.to_owned())).ok_or_else(|| invarg(why, word))
    };
    while let Some(word) = args.next() {
        match word {
            _ if matches(word, "preference") || matches(word, "order") || matches(word, "priority") => {
                f.priority = Some(args.u32("preference value is invalid\n")?);
            }
            "not" => f.not = true,
            "tos" | "dsfield" => {
                let word = args.need()?;
                f.tos =
                    Some(names::parse_dsfield(word).ok_or_else(|| invarg("TOS value is invalid\n", word))?);
            }
            "fwmark" => f.mark = Some(mark(args.need()?)?),
            "dev" | "iif" => f.iif = name(args, "\"iif\"/\"dev\" not a valid ifname")?,
            "oif" => f.oif = name(args, "\"oif\" not a valid ifname")?,
            "l3mdev" | "uidrange" => return Err(not_modelled(&format!("ip rule show: \"{word}\""))),
            _ if matches(word, "lookup") || matches(word, "table") => {
                let word = args.need()?;
                let table = names::parse_table(word);
                let table = table.ok_or_else(|| invarg("table id value is invalid\n", word))?;
                f.table = Some(table).filter(|t| *t != 0);
            }
            _ if matches(word, "from") || matches(word, "src") => {
                f.src = Some(get_prefix(args.need()?, Some(family))?);
            }
            _ if matches(word, "protocol") => {
                let word = args.need()?;
                f.protocol = match names::parse_protocol(word) {
                    None if word == "all" => None,
                    None => return Err(invarg("invalid \"protocol\"\n", word)),
                    protocol => protocol,
                };
            }
            "ipproto" => {
                let word = args.need()?;
                let proto = names::parse_ipproto(word);
                f.ipproto = Some(proto.ok_or_else(|| invarg("Invalid \"ipproto\" value\n", word))?);
            }
            "sport" => f.sport = Some(ports(args.need()?, "invalid port range\n")?),
            "dport" => f.dport = Some(ports(args.need()?, "invalid dport range\n")?),
            _ => {
                let word = if matches(word, "dst") || matches(word, "to") { args.need()? } else { word };
                f.dst = Some(get_prefix(word, Some(family))?);
            }
        }
    }
    Ok(f)
}

/// `ip rule show`.
pub(super) fn show(ip: &mut Ip<'_, '_>, args: &mut Args<'_>) -> Done {
    let family = ip.opt.family.family().unwrap_or(Family::V4);
    let filter = parse(args, family)?;
    let rules: Vec<Rule> = ip.stack()?.routing.rules(family).to_vec();
    ip.out.begin(ip.opt.json, ip.opt.pretty);
    for rule in rules.iter().filter(|r| filter.shows(r)) {
        let resolved = match rule.action {
            RuleAction::Goto(target) => rules.iter().any(|r| r.priority == target),
            _ => true,
        };
        ip.out.open_object(None);
        print(ip, rule, resolved);
        ip.out.close_object();
    }
    ip.out.end();
    Ok(())
}

/// `ip rule flush`: every rule but that of priority 0.
pub(super) fn flush(ip: &mut Ip<'_, '_>, args: &mut Args<'_>) -> Done {
    let family = ip.opt.family.family().unwrap_or(Family::V4);
    let filter = parse(args, family)?;
    let routing = &mut ip.stack()?.routing;
    let protocol = |r: &Rule| filter.protocol.is_none_or(|p| p == r.protocol);
    while routing.del_rule(family, |r| r.priority != 0 && filter.shows(r) && protocol(r)).is_ok() {}
    Ok(())
}

fn net(ip: &mut Ip<'_, '_>, word: &str, key: &str, net: Option<ipnet::IpNet>) {
    let Some(net) = net else { return };
    let addr: IpAddr = net.addr();
    let text = addr.to_string();
    ip.out.fp(word);
    ip.out.colored(Color::of(addr), key, &text, &text);
    if net.prefix_len() != Family::of(addr).bits() {
        let len = net.prefix_len();
        ip.out.number(&format!("{key}len"), u64::from(len), &format!("/{len}"));
    }
}

fn dev(ip: &mut Ip<'_, '_>, key: &str, dev: Option<RuleDev>) {
    let Some(dev) = dev else { return };
    let name = dev.name.as_str();
    ip.out.fp(&format!(" {key} "));
    ip.out.colored(Color::IfName, key, name, name);
    if dev.index.is_none() {
        ip.out.null(&format!("{key}_detached"), " [detached]");
    }
}

fn range(ip: &mut Ip<'_, '_>, key: &str, range: Option<PortRange>) {
    let Some(PortRange { start, end }) = range else { return };
    if start == end {
        ip.out.number(key, u64::from(start), &format!(" {key} {start}"));
    } else {
        ip.out.number(&format!("{key}_start"), u64::from(start), &format!(" {key} {start}"));
        ip.out.number(&format!("{key}_end"), u64::from(end), &format!("-{end}"));
    }
}

/// C's `%#x`.
fn hex(value: u32) -> String {
    if value == 0 { "0".to_owned() } else { format!("{value:#x}") }
}

fn print(ip: &mut Ip<'_, '_>, r: &Rule, resolved: bool) {
    ip.out.number("priority", u64::from(r.priority), &format!("{}:\t", r.priority));
    if r.invert {
        ip.out.null("not", "not ");
    }
    if r.src.is_some() {
        net(ip, "from ", "src", r.src);
    } else {
        ip.out.string("src", "all", "from all");
    }
    net(ip, " to ", "dst", r.dst);
    if r.tos != 0 {
        let tos = names::dsfield(r.tos);
        ip.out.string("tos", &tos, &format!(" tos {tos}"));
    }
    if let Some((value, mask)) = r.mark {
        ip.out.hex("fwmark", value, &format!(" fwmark {}", hex(value)));
        if mask != u32::MAX {
            ip.out.hex("fwmask", mask, &format!("/{}", hex(mask)));
        }
    }
    dev(ip, "iif", r.iif);
    dev(ip, "oif", r.oif);
    if let Some((start, end)) = r.uids {
        ip.out.number("uid_start", u64::from(start), &format!(" uidrange {start}"));
        ip.out.number("uid_end", u64::from(end), &format!("-{end}"));
    }
    if let Some(proto) = r.ipproto {
        let name = names::ipproto(proto);
        ip.out.string("ipproto", &name, &format!(" ipproto {name}"));
    }
    range(ip, "sport", r.sport);
    range(ip, "dport", r.dport);
    match r.action {
        RuleAction::Table(table) => {
            let name = names::table(table);
            ip.out.string("table", &name, &format!(" lookup {name}"));
            if let Some(len) = r.suppress_prefixlength {
                let text = format!(" suppress_prefixlength {len}");
                ip.out.number("suppress_prefixlen", u64::from(len), &text);
            }
        }
        RuleAction::Goto(target) => {
            ip.out.number("goto", u64::from(target), &format!(" goto {target}"));
            if !resolved {
                ip.out.null("unresolved", " [unresolved]");
            }
        }
        RuleAction::Nop => ip.out.null("nop", " nop"),
        RuleAction::Blackhole => ip.out.string("action", "blackhole", " blackhole"),
        RuleAction::Unreachable => ip.out.string("action", "unreachable", " unreachable"),
        RuleAction::Prohibit => ip.out.string("action", "prohibit", " prohibit"),
    }
    if (r.protocol != 0 && r.protocol != 2) || ip.opt.details {
        let proto = names::protocol(r.protocol);
        ip.out.string("protocol", &proto, &format!(" proto {proto}"));
    }
    ip.out.fp("\n");
}
