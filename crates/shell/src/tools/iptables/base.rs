//! A rule's own conditions and its whole text.

use packetwalk_netfilter::targets::Target;
use packetwalk_netfilter::xtables::{Base, Counters, Field, IfPattern, Rule, Table};
use packetwalk_wire::Family;

use super::ext::{self, Listing, bang, put};
use super::fail::Fail;
use super::{addr, names};

/// Reads an interface's name or pattern; `None` for the empty one, which asks nothing.
///
/// # Errors
/// A name that is too long.
///
/// # Source
/// iptables 1.8.9, `libxtables/xtables.c`: `xtables_parse_interface`.
pub(super) fn interface(text: &str, warn: &mut String) -> Result<Option<IfPattern>, Fail> {
    if text.len() > 15 {
        let text = format!("interface name `{text}' must be shorter than IFNAMSIZ (15)");
        return Err(Fail::param(text));
    }
    if text.contains(['/', ' ']) {
        put!(
            warn,
            "Warning: weird character in interface `{text}' ('/' and ' ' are not allowed by the kernel).\n"
        );
    }
    Ok(IfPattern::new(text))
}

/// One condition as `-S` prints it, a space first.
fn condition(base: &Base, field: Field, family: Family) -> String {
    let iface = |c: Option<packetwalk_netfilter::xtables::Cond<IfPattern>>, letter: char| {
        c.map(|c| format!("{} -{letter} {}", bang(c.not), c.is.as_str())).unwrap_or_default()
    };
    match field {
        Field::Src => {
            base.src.map(|c| format!("{} -s {}", bang(c.not), addr::save(c.is, family))).unwrap_or_default()
        }
        Field::Dst => {
            base.dst.map(|c| format!("{} -d {}", bang(c.not), addr::save(c.is, family))).unwrap_or_default()
        }
        Field::In => iface(base.iif, 'i'),
        Field::Out => iface(base.oif, 'o'),
        Field::Proto => base
            .proto
            .map(|c| match names::protocol_name(c.is, false) {
                Some(name) => format!("{} -p {name}", bang(c.not)),
                None => format!("{} -p {}", bang(c.not), c.is),
            })
            .unwrap_or_default(),
        Field::Fragment => base.fragment.map(|c| format!("{} -f", bang(c.not))).unwrap_or_default(),
    }
}

/// A rule's conditions in the order in which [`packetwalk_trace::RuleEnd::NoMatch`] counts them, as `-S`
/// prints each, without the space.
pub(super) fn conditions(rule: &Rule, family: Family) -> Vec<String> {
    let base = rule.base.fields().map(|f| condition(&rule.base, f, family).trim_start().to_owned());
    let matches = rule.matches.iter().map(|m| {
        let mut text = format!("-m {}", m.name());
        ext::of_match(m).save(&mut text, family);
        text
    });
    base.chain(matches).collect()
}

/// What follows `-A CHAIN` as `-S` prints it, a space first. `counters` puts `-c` before the target.
pub(super) fn save(rule: &Rule, table: &Table, counters: Option<Counters>) -> String {
    let family = table.family();
    let mut out = String::new();
    for field in rule.base.fields() {
        out.push_str(&condition(&rule.base, field, family));
    }
    for m in rule.shown() {
        put!(out, " -m {}", m.name());
        ext::of_match(m).save(&mut out, family);
    }
    if let Some(counters) = counters {
        put!(out, " -c {} {}", counters.packets, counters.bytes);
    }
    match &rule.target {
        Target::None => {}
        Target::Jump(id) => put!(out, " -j {}", chain_name(table, *id)),
        Target::Goto(id) => put!(out, " -g {}", chain_name(table, *id)),
        target => {
            put!(out, " -j {}", target.name().unwrap_or_default());
            if let Some(ext) = ext::of_target(target) {
                ext.save(&mut out, family);
            }
        }
    }
    out
}

/// A chain's name by number.
pub(super) fn chain_name(table: &Table, id: packetwalk_trace::ChainId) -> &str {
    table.chain(id).map_or("", |c| &c.name)
}

/// How `-L` and `-v` lay out a rule.
#[derive(Clone, Copy)]
pub(super) struct Format<'a> {
    /// `-v`: counters and interfaces.
    pub(super) verbose: bool,
    /// `-x`.
    pub(super) exact: bool,
    /// `--line-numbers`.
    pub(super) numbers: bool,
    /// In columns; not so the rule that `-A -v` echoes.
    pub(super) columns: bool,
    /// What the extensions need.
    pub(super) how: Listing<'a>,
}

/// A counter in its column.
///
/// # Source
/// iptables 1.8.9, `libxtables/xtables.c`: `xtables_print_num`.
pub(super) fn number(out: &mut String, n: u64, exact: bool, columns: bool) {
    if exact {
        if columns {
            put!(out, "{n:>8} ");
        } else {
            put!(out, "{n} ");
        }
        return;
    }
    let mut n = n;
    let mut unit = "";
    if n > 99_999 {
        for next in ["K", "M", "G", "T"] {
            n = n.saturating_add(500) / 1000;
            unit = next;
            if n <= 9999 {
                break;
            }
        }
    }
    let width = if columns { 5 - unit.len() } else { 0 };
    put!(out, "{n:>width$}{unit} ");
}

/// A rule as `-L` prints it, with its newline.
///
/// # Source
/// iptables 1.8.9, `iptables/xshared.c`: `print_rule_details`, `print_fragment`, `print_ifaces`,
/// `print_ipv4_addresses`; `nft-ipv4.c`: `nft_ipv4_print_rule`.
pub(super) fn list(
    out: &mut String,
    rule: &Rule,
    counters: Counters,
    n: usize,
    table: &Table,
    f: &Format<'_>,
) {
    let family = table.family();
    let column = |out: &mut String, text: &str, width: usize| {
        if f.columns {
            put!(out, "{text:<width$} ");
        } else {
            put!(out, "{text} ");
        }
    };
    if f.numbers {
        column(out, &n.to_string(), 4);
    }
    if f.verbose && f.columns {
        number(out, counters.packets, f.exact, true);
        number(out, counters.bytes, f.exact, true);
    }
    let target = match &rule.target {
        Target::Jump(id) | Target::Goto(id) => chain_name(table, *id),
        Target::Notrack(_) => "CT",
        target => target.name().unwrap_or_default(),
    };
    column(out, target, 9);
    let proto = rule.base.proto.map_or(0, |c| c.is);
    out.push(if rule.base.proto.is_some_and(|c| c.not) { '!' } else { ' ' });
    let name = names::protocol_name(proto, f.how.numeric).filter(|_| !(f.how.numeric && f.columns));
    match name {
        Some(name) => column(out, name, 4),
        None => column(out, &proto.to_string(), 4),
    }
    if !f.columns {
        out.push_str("opt ");
    }
    match (family, rule.base.fragment) {
        (Family::V4, Some(c)) => out.push_str(if c.not { "!f" } else { "-f" }),
        _ => out.push_str("--"),
    }
    out.push(' ');
    if f.verbose {
        let any = if f.how.numeric { "*" } else { "any" };
        let iface = |c: &Option<packetwalk_netfilter::xtables::Cond<IfPattern>>| match c {
            Some(c) => format!("{}{}", if c.not { "!" } else { "" }, c.is.as_str()),
            None => any.to_owned(),
        };
        if f.columns {
            put!(out, " {:<6} ", iface(&rule.base.iif));
            put!(out, "{:<6} ", iface(&rule.base.oif));
        } else {
            put!(out, "in {} out {} ", iface(&rule.base.iif), iface(&rule.base.oif));
        }
    }
    for (c, arrow) in [(rule.base.src, ""), (rule.base.dst, "-> ")] {
        out.push(if c.is_some_and(|c| c.not) { '!' } else { ' ' });
        let net = c.map_or(packetwalk_netfilter::xtables::Net { addr: 0, mask: 0 }, |c| c.is);
        let text = addr::list(net, family, f.how.numeric, f.how.hosts);
        if f.columns {
            put!(out, "{text:<19} ");
        } else if arrow.is_empty() {
            put!(out, "{text} ");
        } else {
            put!(out, "{arrow}{text}");
        }
    }
    if !f.columns {
        out.push_str("  ");
    }
    if matches!(rule.target, Target::Goto(_)) {
        out.push_str("[goto] ");
    }
    let how = Listing { proto, ..f.how };
    for m in rule.shown() {
        ext::of_match(m).list(out, &how);
    }
    if let Some(ext) = ext::of_target(&rule.target) {
        ext.list(out, &how);
    }
    out.push('\n');
}

/// What its extensions say on standard error each time the rule is printed.
pub(super) fn grumbles(rule: &Rule) -> impl Iterator<Item = &'static str> {
    rule.shown().map(|m| ext::of_match(m).grumbles())
}

/// The heading of a chain and its columns.
///
/// # Source
/// iptables 1.8.9, `iptables/xshared.c`: `print_header`.
pub(super) fn header(out: &mut String, chain: packetwalk_trace::ChainId, table: &Table, f: &Format<'_>) {
    let Some(c) = table.chain(chain) else { return };
    put!(out, "Chain {}", c.name);
    if let Some(base) = &c.base {
        put!(out, " (policy {}", base.policy.name());
        if f.verbose {
            out.push(' ');
            number(out, base.counters.packets, f.exact, false);
            out.push_str("packets, ");
            number(out, base.counters.bytes, f.exact, false);
            out.push_str("bytes");
        }
        out.push_str(")\n");
    } else {
        put!(out, " ({} references)\n", table.references(chain));
    }
    if f.numbers {
        put!(out, "{:<4} ", "num");
    }
    if f.verbose {
        if f.exact {
            put!(out, "{:>8} {:>10} ", "pkts", "bytes");
        } else {
            put!(out, "{:>5} {:>5} ", "pkts", "bytes");
        }
    }
    put!(out, "{:<9}  prot opt", "target");
    if f.verbose {
        put!(out, " {:<6} {:<6} ", "in", "out");
    }
    put!(out, " {:<19}  {:<19} \n", "source", "destination");
}
