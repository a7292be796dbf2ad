//! `ip rule`.

use packetwalk_route::rule::{PortRange, Rule, RuleAction, RuleDev};
use packetwalk_route::{protocol, table_id};
use packetwalk_trace::RouteKind;
use packetwalk_wire::Family;

use super::args::{Args, End, get_prefix, ifname, invarg, matches, not_modelled, number};
use super::{Done, Ip, help, names, rule_show};

/// `ip rule`.
pub(super) fn main(ip: &mut Ip<'_, '_>, args: &mut Args<'_>) -> Done {
    let Some(word) = args.next() else { return rule_show::show(ip, args) };
    match word {
        _ if matches(word, "list") || matches(word, "lst") || matches(word, "show") => {
            rule_show::show(ip, args)
        }
        _ if matches(word, "save") || matches(word, "restore") => {
            Err(not_modelled(&format!("ip rule {word}")))
        }
        _ if matches(word, "add") => add(ip, args),
        _ if matches(word, "delete") => delete(ip, args),
        _ if matches(word, "flush") => rule_show::flush(ip, args),
        _ if matches(word, "help") => Err(End::usage(help::RULE)),
        _ => Err(End::usage(format!("Command \"{word}\" is unknown, try \"ip rule help\".\n"))),
    }
}

/// What a command line says of a rule; unset parts are not told to the kernel.
#[derive(Clone, Debug, Default)]
pub(super) struct Spec {
    pub(super) not: bool,
    pub(super) src: Option<ipnet::IpNet>,
    pub(super) dst: Option<ipnet::IpNet>,
    pub(super) priority: Option<u32>,
    pub(super) tos: Option<u8>,
    pub(super) mark: Option<u32>,
    pub(super) mask: Option<u32>,
    pub(super) protocol: Option<u8>,
    pub(super) table: Option<u32>,
    pub(super) suppress: Option<u8>,
    pub(super) suppress_group: Option<u32>,
    pub(super) iif: Option<RuleDev>,
    pub(super) oif: Option<RuleDev>,
    pub(super) uids: Option<(u32, u32)>,
    pub(super) ipproto: Option<u8>,
    pub(super) sport: Option<PortRange>,
    pub(super) dport: Option<PortRange>,
    pub(super) action: Option<RuleAction>,
    family: Option<Family>,
}

/// `1000` or `1000-2000`.
pub(super) fn ports(word: &str, why: &str) -> Result<PortRange, End> {
    let (start, end) = word.split_once('-').unwrap_or((word, word));
    match (start.parse(), end.parse()) {
        (Ok(start), Ok(end)) => Ok(PortRange { start, end }),
        _ => Err(invarg(why, word)),
    }
}

/// `VALUE[/MASK]`.
pub(super) fn mark(word: &str) -> Result<(u32, Option<u32>), End> {
    let (value, mask) = match word.split_once('/') {
        Some((value, mask)) => (value, Some(mask)),
        None => (word, None),
    };
    let value = number(value).ok_or_else(|| invarg("fwmark value is invalid\n", value))?;
    let mask = mask.map(|m| number(m).ok_or_else(|| invarg("fwmask value is invalid\n", m))).transpose()?;
    Ok((value, mask))
}

fn net(args: &mut Args<'_>, family: Option<Family>) -> Result<Option<ipnet::IpNet>, End> {
    let prefix = get_prefix(args.need()?, family)?;
    let Some(addr) = prefix.addr else { return Ok(None) };
    Ok(ipnet::IpNet::new(addr, prefix.len).ok().filter(|n| n.prefix_len() > 0))
}

fn dev(args: &mut Args<'_>, why: &str) -> Result<Option<RuleDev>, End> {
    let word = args.need()?;
    let name = ifname(word).ok_or_else(|| invarg(why, word))?;
    Ok(Some(RuleDev { name, index: None }))
}

fn parse(ip: &mut Ip<'_, '_>, args: &mut Args<'_>) -> Result<Spec, End> {
    let mut s = Spec { family: ip.opt.family.family(), ..Spec::default() };
    while let Some(word) = args.next() {
        match word {
            "not" => s.not = true,
            "from" => s.src = net(args, s.family)?,
            "to" => s.dst = net(args, s.family)?,
            "fwmark" => {
                let (value, mask) = mark(args.need()?)?;
                (s.mark, s.mask) = (Some(value), mask);
            }
            "dev" | "iif" => s.iif = dev(args, "\"iif\"/\"dev\" not a valid ifname")?,
            "oif" => s.oif = dev(args, "\"oif\" not a valid ifname")?,
            "l3mdev" | "nat" => return Err(not_modelled(&format!("ip rule: \"{word}\""))),
            "uidrange" => {
                let word = args.need()?;
                let ends = word.split_once('-').and_then(|(a, b)| Some((a.parse().ok()?, b.parse().ok()?)));
                s.uids = Some(ends.ok_or_else(|| invarg("invalid UID range\n", word))?);
            }
            "ipproto" => {
                let word = args.need()?;
                let proto = names::parse_ipproto(word);
                s.ipproto = Some(proto.ok_or_else(|| invarg("Invalid \"ipproto\" value\n", word))?);
            }
            "sport" => s.sport = Some(ports(args.need()?, "invalid port range\n")?),
            "dport" => s.dport = Some(ports(args.need()?, "invalid dport range\n")?),
            _ if matches(word, "preference") || matches(word, "order") || matches(word, "priority") => {
                s.priority = Some(args.u32("preference value is invalid\n")?);
            }
            _ if word == "tos" || matches(word, "dsfield") => {
                let word = args.need()?;
                let tos = names::parse_dsfield(word);
                s.tos = Some(tos.ok_or_else(|| invarg("TOS value is invalid\n", word))?);
            }
            _ if matches(word, "realms") || matches(word, "tun_id") || matches(word, "map-to") => {
                return Err(not_modelled(&format!("ip rule: \"{word}\"")));
            }
            _ if matches(word, "protocol") => {
                let word = args.need()?;
                let protocol = names::parse_protocol(word);
                s.protocol = Some(protocol.ok_or_else(|| invarg("\"protocol\" value is invalid\n", word))?);
            }
            _ if word == "lookup" || matches(word, "table") => {
                let word = args.need()?;
                let table = names::parse_table(word);
                s.table = Some(table.ok_or_else(|| invarg("invalid table ID\n", word))?);
            }
            _ if word == "sup_pl" || matches(word, "suppress_prefixlength") => {
                let word = args.need()?;
                let len = number(word).and_then(|n| u8::try_from(n).ok());
                s.suppress =
                    Some(len.ok_or_else(|| invarg("suppress_prefixlength value is invalid\n", word))?);
            }
            _ if word == "sup_group" || matches(word, "suppress_ifgroup") => {
                return Err(not_modelled("ip rule: \"suppress_ifgroup\""));
            }
            _ => s.action = Some(action(word, args)?),
        }
    }
    Ok(s)
}

fn action(word: &str, args: &mut Args<'_>) -> Result<RuleAction, End> {
    let word = if word == "type" { args.need()? } else { word };
    if matches(word, "help") {
        return Err(End::usage(help::RULE));
    }
    if matches(word, "goto") {
        return Ok(RuleAction::Goto(args.u32("invalid target\n")?));
    }
    if matches(word, "nop") {
        return Ok(RuleAction::Nop);
    }
    match names::parse_kind(word) {
        Some(RouteKind::Blackhole) => Ok(RuleAction::Blackhole),
        Some(RouteKind::Unreachable) => Ok(RuleAction::Unreachable),
        Some(RouteKind::Prohibit) => Ok(RuleAction::Prohibit),
        Some(RouteKind::Unicast) => Ok(RuleAction::Table(table_id::MAIN)),
        Some(_) => Err(not_modelled(&format!("ip rule type {word}"))),
        None => Err(invarg("Failed to parse rule type", word)),
    }
}

fn add(ip: &mut Ip<'_, '_>, args: &mut Args<'_>) -> Done {
    if args.peek().is_none() {
        return Err(End::fail(1, "\"ip rule add\" requires arguments.\n"));
    }
    let s = parse(ip, args)?;
    let family = s.family.unwrap_or(Family::V4);
    let other = |n: Option<ipnet::IpNet>| n.is_some_and(|n| Family::of(n.addr()) != family);
    if other(s.src) {
        return Err(End::kernel("Error: Invalid source address."));
    }
    if other(s.dst) {
        return Err(End::kernel("Error: Invalid dst address."));
    }
    let routing = &mut ip.stack()?.routing;
    let action = match (s.action, s.table) {
        (Some(action), _) => action,
        (None, Some(0)) if family == Family::V6 => return Err(End::kernel("Error: Invalid table.")),
        (None, Some(0)) => {
            let free = (1..table_id::DEFAULT).find(|&id| !routing.has_table(family, id));
            RuleAction::Table(free.unwrap_or(table_id::DEFAULT))
        }
        (None, table) => RuleAction::Table(table.unwrap_or(table_id::MAIN)),
    };
    let priority = s.priority.unwrap_or_else(|| routing.default_priority(family));
    let rule = Rule {
        invert: s.not,
        src: s.src,
        dst: s.dst,
        tos: s.tos.unwrap_or(0),
        mark: s.mark.map(|value| (value, s.mask.unwrap_or(if value == 0 { 0 } else { u32::MAX }))),
        iif: s.iif,
        oif: s.oif,
        ipproto: s.ipproto.filter(|p| *p != 0),
        sport: s.sport,
        dport: s.dport,
        uids: s.uids,
        suppress_prefixlength: s.suppress,
        suppress_ifgroup: s.suppress_group,
        protocol: s.protocol.unwrap_or(protocol::UNSPEC),
        ..Rule::new(family, priority, action)
    };
    routing.add_rule(rule).map_err(End::kernel)
}

/// Whether a rule is the one that a command line describes: what it says must be so.
///
/// # Source
/// Linux v6.18, `net/core/fib_rules.c`: `rule_find`.
fn described(s: &Spec, rule: &Rule) -> bool {
    let net = |said: Option<ipnet::IpNet>, own: Option<ipnet::IpNet>| {
        said.is_none_or(|said| own.is_some_and(|own| own == said))
    };
    let name = |said: Option<RuleDev>, own: Option<RuleDev>| {
        said.is_none_or(|said| own.is_some_and(|own| own.name == said.name))
    };
    s.action.is_none_or(|a| a == rule.action)
        && s.table.is_none_or(|t| t == 0 || rule.table() == Some(t))
        && s.priority.is_none_or(|p| p == rule.priority)
        && s.protocol.is_none_or(|p| p == 0 || p == rule.protocol)
        && s.mark.is_none_or(|m| rule.mark.is_some_and(|(value, _)| value == m))
        && s.mask.is_none_or(|m| rule.mark.is_some_and(|(_, mask)| mask == m))
        && s.suppress.is_none_or(|len| rule.suppress_prefixlength == Some(len))
        && s.uids.is_none_or(|u| rule.uids == Some(u))
        && s.ipproto.is_none_or(|p| rule.ipproto == Some(p))
        && s.sport.is_none_or(|p| rule.sport == Some(p))
        && s.dport.is_none_or(|p| rule.dport == Some(p))
        && s.tos.is_none_or(|t| t == 0 || t == rule.tos)
        && (!s.not || rule.invert)
        && name(s.iif, rule.iif)
        && name(s.oif, rule.oif)
        && net(s.src, rule.src)
        && net(s.dst, rule.dst)
}

fn delete(ip: &mut Ip<'_, '_>, args: &mut Args<'_>) -> Done {
    if args.peek().is_none() {
        return Err(End::fail(1, "\"ip rule del\" requires arguments.\n"));
    }
    let s = parse(ip, args)?;
    let family = s.family.unwrap_or(Family::V4);
    let routing = &mut ip.stack()?.routing;
    routing.del_rule(family, |rule| described(&s, rule)).map(|_| ()).map_err(End::kernel)
}
