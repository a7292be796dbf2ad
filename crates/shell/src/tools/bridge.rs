//! `bridge` of iproute2 6.1: `fdb` and `link`.

use std::net::IpAddr;

use packetwalk_link::{Device, FdbEntry, FdbFlag};
use packetwalk_route::{bits, output6::solicited_node};
use packetwalk_wire::{IfIndex, Mac, Order};

use super::ip::args::{Args, End, borrowed, duparg2, invarg, matches, not_modelled, number};
use super::ip::link_set::{PortOptions, port_flag, set_port};
use super::ip::link_show::{flags, name_and_link, other_number};
use super::ip::out::Color;
use super::ip::{Done, Ip, Opt, color, netns};
use crate::{Cx, Poll};

const USAGE: &str = "Usage: bridge [ OPTIONS ] OBJECT { COMMAND | help }\n";

/// The command. What fails ends with status 255.
pub(super) fn main(cx: &mut Cx<'_>) -> Poll {
    match run(cx) {
        Ok(()) => Poll::Exit(0),
        Err(end) => {
            cx.stderr.push(end.message.as_bytes());
            Poll::Exit(end.status)
        }
    }
}

fn fail(message: impl Into<String>) -> End {
    End::usage(message)
}

fn kernel(text: &str) -> End {
    fail(format!("RTNETLINK answers: {text}\n"))
}

fn run(cx: &mut Cx<'_>) -> Done {
    let words = cx.strings();
    let words = borrowed(&words);
    let mut args = Args::new(&words);
    let (mut opt, mut ns) = (Opt::NONE, cx.ns);
    while let Some(word) = args.peek().filter(|w| w.starts_with('-')) {
        args.next();
        let word = if word.starts_with("--") && word.len() > 2 { &word[1..] } else { word };
        match word {
            "--" => break,
            "-4" | "-6" => {}
            _ if matches(word, "-help") => return Err(fail(USAGE)),
            _ if matches(word, "-Version") => {
                cx.stdout.line("bridge utility, 6.1.0");
                return Ok(());
            }
            _ if matches(word, "-stats") || matches(word, "-statistics") => opt.stats += 1,
            _ if matches(word, "-details") => opt.details = true,
            _ if matches(word, "-oneline") => opt.oneline = true,
            _ if matches(word, "-timestamp") => {}
            _ if matches(word, "-netns") => {
                let name = args.need()?;
                ns = netns::find(cx, name).ok_or_else(|| {
                    fail(format!("Cannot open network namespace \"{name}\": No such file or directory\n"))
                })?;
            }
            _ if color(word).is_some() => opt.color = color(word) == Some(true),
            _ if matches(word, "-compressvlans") => {}
            _ if matches(word, "-force") => opt.force = true,
            _ if matches(word, "-json") => opt.json = true,
            _ if matches(word, "-pretty") => opt.pretty = true,
            _ if matches(word, "-batch") || matches(word, "-family") => {
                return Err(not_modelled(&format!("bridge {word}")));
            }
            _ => return Err(fail(format!("Option \"{word}\" is unknown, try \"bridge help\".\n"))),
        }
    }
    let mut ip = Ip::new(cx, ns, opt);
    let done = object(&mut ip, &mut args);
    let text = ip.out.take();
    cx.stdout.push(text.as_bytes());
    done
}

fn object(ip: &mut Ip<'_, '_>, args: &mut Args<'_>) -> Done {
    let Some(word) = args.next() else { return Err(fail(USAGE)) };
    match word {
        _ if matches(word, "link") => link(ip, args),
        _ if matches(word, "fdb") => fdb(ip, args),
        _ if matches(word, "mdb") || matches(word, "vlan") || matches(word, "monitor") => {
            Err(not_modelled(&format!("bridge {word}")))
        }
        _ if matches(word, "help") => Err(fail(USAGE)),
        _ => Err(fail(format!("Object \"{word}\" is unknown, try \"bridge help\".\n"))),
    }
}

fn need_dev(ip: &mut Ip<'_, '_>, name: &str) -> Result<IfIndex, End> {
    ip.dev(name).ok_or_else(|| fail(format!("Cannot find device \"{name}\"\n")))
}

fn link(ip: &mut Ip<'_, '_>, args: &mut Args<'_>) -> Done {
    match args.next() {
        None => link_show(ip, args),
        Some(word) if matches(word, "set") || matches(word, "change") => link_set(ip, args),
        Some(word) if matches(word, "show") || matches(word, "lst") || matches(word, "list") => {
            link_show(ip, args)
        }
        Some(word) if matches(word, "help") => Err(fail("Usage: bridge link set dev DEV …\n")),
        Some(word) => Err(fail(format!("Command \"{word}\" is unknown, try \"bridge link help\".\n"))),
    }
}

fn link_show(ip: &mut Ip<'_, '_>, args: &mut Args<'_>) -> Done {
    let mut dev = None;
    while let Some(word) = args.next() {
        if word == "dev" {
            let word = args.need()?;
            if dev.is_some() {
                return Err(duparg2("dev", word));
            }
            dev = Some(word.to_owned());
        }
    }
    let dev = dev.map(|name| need_dev(ip, &name)).transpose()?;
    ip.out.begin(ip.opt.json, ip.opt.pretty);
    for device in ip.devices() {
        if device.master.is_some() && dev.is_none_or(|d| d == device.index) {
            ip.out.open_object(None);
            print_link(ip, &device);
            ip.out.close_object();
        }
    }
    ip.out.end();
    Ok(())
}

fn print_link(ip: &mut Ip<'_, '_>, device: &Device) {
    let (Some(port), Some(master)) = (device.port, device.master) else { return };
    ip.out.number("ifindex", u64::from(device.index.0), &format!("{}: ", device.index.0));
    let other = other_number(ip, device);
    let mdown = name_and_link(ip, device, &other);
    flags(ip, device, mdown);
    ip.out.number("mtu", u64::from(device.mtu), &format!("mtu {} ", device.mtu));
    let master = ip.dev_name(master);
    ip.out.string("master", &master, &format!("master {master} "));
    let state = port.state.name();
    ip.out.string("state", state, &format!("state {state} "));
    ip.out.number("priority", u64::from(port.priority), &format!("priority {} ", port.priority));
    ip.out.number("cost", u64::from(port.cost), &format!("cost {} ", port.cost));
    if ip.opt.details {
        let on_off = |ip: &mut Ip<'_, '_>, key: &str, on: bool| {
            ip.out.boolean(key, on, &format!("{key} {} ", if on { "on" } else { "off" }));
        };
        ip.out.nl();
        ip.out.fp("    ");
        on_off(ip, "hairpin", port.hairpin);
        on_off(ip, "guard", port.guard);
        on_off(ip, "root_block", port.root_block);
        on_off(ip, "fastleave", port.fastleave);
        on_off(ip, "learning", port.learning);
        on_off(ip, "flood", port.flood);
        on_off(ip, "mcast_flood", port.mcast_flood);
        on_off(ip, "bcast_flood", port.bcast_flood);
        let router = u64::from(port.mcast_router);
        ip.out.number("mcast_router", router, &format!("mcast_router {router} "));
        on_off(ip, "mcast_to_unicast", port.mcast_to_unicast);
        on_off(ip, "neigh_suppress", port.neigh_suppress);
        on_off(ip, "vlan_tunnel", port.vlan_tunnel);
        on_off(ip, "isolated", port.isolated);
        on_off(ip, "locked", port.locked);
    }
    ip.out.fp("\n");
}

fn link_set(ip: &mut Ip<'_, '_>, args: &mut Args<'_>) -> Done {
    const FLAGS: &[&str] = &[
        "guard",
        "hairpin",
        "fastleave",
        "root_block",
        "learning",
        "learning_sync",
        "flood",
        "mcast_flood",
        "bcast_flood",
        "mcast_to_unicast",
        "neigh_suppress",
        "vlan_tunnel",
        "isolated",
        "locked",
    ];
    let mut options = PortOptions::default();
    let mut dev = None;
    while let Some(word) = args.next() {
        match word {
            "dev" => dev = Some(args.need()?.to_owned()),
            "self" | "master" | "nobackup_port" => {}
            "cost" => {
                let cost = args.u32("cost is invalid")?;
                options.settings.push(Box::new(move |p| p.cost = cost));
            }
            "priority" => {
                let word = args.need()?;
                let Some(priority) = number(word).and_then(|n| u8::try_from(n).ok()).filter(|p| *p < 64)
                else {
                    return Err(kernel("Numerical result out of range"));
                };
                options.settings.push(Box::new(move |p| p.priority = priority));
            }
            "mcast_router" | "state" | "hwmode" | "backup_port" => {
                return Err(not_modelled(&format!("bridge link set {word}")));
            }
            _ if FLAGS.contains(&word) => {
                // The real tool hands on -EINVAL here, which a shell sees as 234.
                let flag = port_flag(word, args.need()?).map_err(|end| match end.status {
                    1 => End { status: 234, ..end },
                    _ => end,
                })?;
                options.settings.extend(flag);
            }
            _ => return Err(fail("Usage: bridge link set dev DEV …\n")),
        }
    }
    let Some(name) = dev else { return Err(fail("Device is a required argument.\n")) };
    let index = ip.dev(&name).ok_or_else(|| fail(format!("Cannot find bridge device \"{name}\"\n")))?;
    set_port(ip, index, &options).map_err(|end| End { status: 255, ..end })
}

fn fdb(ip: &mut Ip<'_, '_>, args: &mut Args<'_>) -> Done {
    match args.next() {
        None => fdb_show(ip, args),
        Some(word) if matches(word, "add") => fdb_modify(ip, args, Verb::Add),
        Some(word) if matches(word, "append") => Err(not_modelled("bridge fdb append")),
        Some(word) if matches(word, "replace") => fdb_modify(ip, args, Verb::Replace),
        Some(word) if matches(word, "delete") => fdb_modify(ip, args, Verb::Delete),
        Some(word) if matches(word, "get") || matches(word, "flush") => {
            Err(not_modelled(&format!("bridge fdb {word}")))
        }
        Some(word) if matches(word, "show") || matches(word, "lst") || matches(word, "list") => {
            fdb_show(ip, args)
        }
        Some(word) if matches(word, "help") => Err(fail("Usage: bridge fdb { add | del | replace } …\n")),
        Some(word) => Err(fail(format!("Command \"{word}\" is unknown, try \"bridge fdb help\".\n"))),
    }
}

/// A line of `bridge fdb`.
struct Row {
    mac: Mac,
    dev: IfIndex,
    master: Option<IfIndex>,
    flag: FdbFlag,
    entry: Option<FdbEntry>,
}

/// The MAC of a group address.
fn group_mac(group: IpAddr) -> Mac {
    match group {
        IpAddr::V4(g) => {
            let [_, b, c, d] = g.octets();
            Mac([0x01, 0x00, 0x5e, b & 0x7f, c, d])
        }
        IpAddr::V6(g) => {
            let o = g.octets();
            Mac([0x33, 0x33, o[12], o[13], o[14], o[15]])
        }
    }
}

/// The MACs that an interface listens to beside its own, in order of joining.
fn listens_to(ip: &mut Ip<'_, '_>, device: &Device) -> Vec<Mac> {
    const ALL_NODES: Mac = Mac([0x33, 0x33, 0, 0, 0, 1]);
    const SNOOPERS: [Mac; 2] = [Mac([0x01, 0, 0x5e, 0, 0, 0x6a]), Mac([0x33, 0x33, 0, 0, 0, 0x6a])];
    let mut all = Vec::new();
    let Ok(stack) = ip.stack() else { return all };
    let Some(dev) = stack.routing.dev(device.index) else { return all };
    let ipv6 = !dev.conf.disable_ipv6;
    if dev.all_nodes() == Some(false) {
        all.push(ALL_NODES);
    }
    if device.is_up() && device.bridge().is_some_and(|b| b.config.mcast_snooping) {
        all.extend(SNOOPERS);
    }
    if device.is_up() {
        all.push(Mac([0x01, 0, 0x5e, 0, 0, 1]));
    }
    if dev.all_nodes() == Some(true) {
        all.push(ALL_NODES);
    }
    if ipv6 {
        let mut addrs = dev.addrs6.clone();
        addrs.order_by_key(|a| a.added);
        all.extend(addrs.iter().map(|a| group_mac(solicited_node(a.local))));
    }
    all.extend(dev.groups.iter().map(|g| group_mac(*g)));
    let routers = bits::addr(0xff02 << 112 | 2, packetwalk_wire::Family::V6);
    if ipv6 && dev.conf.forwarding6 {
        all.push(group_mac(routers));
    }
    all.extend(device.groups.iter().map(|(mac, _)| *mac));
    let mut seen = Vec::new();
    all.retain(|mac| {
        let new = !seen.contains(mac);
        seen.push(*mac);
        new
    });
    all
}

/// Every row, in the kernel's order: interfaces by number, entries the latest first.
fn rows(ip: &mut Ip<'_, '_>) -> Vec<Row> {
    let mut rows = Vec::new();
    let now = ip.cx.now();
    if let Some(stack) = ip.cx.lab.stack_mut(ip.cx.ns) {
        stack.links.age_fdb(now);
    }
    let devices = ip.devices();
    for device in devices.iter().filter(|d| !d.is_loopback()) {
        let index = device.index;
        let own = listens_to(ip, device).into_iter().map(|mac| Row {
            mac,
            dev: index,
            master: None,
            flag: FdbFlag::Local,
            entry: None,
        });
        let bridge = if device.bridge().is_some() { Some(index) } else { device.master };
        let fdb = bridge.and_then(|b| devices.iter().find(|d| d.index == b)).and_then(Device::bridge);
        let learnt = fdb.into_iter().flat_map(|b| b.fdb.entries().iter().rev()).filter(|e| e.port == index);
        let learnt =
            learnt.map(|e| Row { mac: e.mac, dev: index, master: bridge, flag: e.flag, entry: Some(*e) });
        if device.bridge().is_some() {
            rows.extend(own.chain(learnt));
        } else {
            rows.extend(learnt.chain(own));
        }
    }
    rows
}

fn fdb_show(ip: &mut Ip<'_, '_>, args: &mut Args<'_>) -> Done {
    let (mut dev, mut br, mut states, mut dynamic) = (None, None, Vec::new(), false);
    while let Some(word) = args.next() {
        match word {
            "brport" | "dev" => dev = Some(args.need()?.to_owned()),
            "br" => br = Some(args.need()?.to_owned()),
            "vlan" => return Err(not_modelled("bridge fdb show vlan")),
            "state" => states.push(match args.need()? {
                word if matches(word, "permanent") => Some(FdbFlag::Local),
                word if matches(word, "static") || matches(word, "temp") => Some(FdbFlag::Static),
                word if matches(word, "reachable") || matches(word, "dynamic") || matches(word, "stale") => {
                    Some(FdbFlag::Dynamic)
                }
                "all" => None,
                word => return Err(invarg("invalid state", word)),
            }),
            "dynamic" => dynamic = true,
            _ if matches(word, "help") => return Err(fail("Usage: bridge fdb [ show … ]\n")),
            _ => {}
        }
    }
    let br = match br {
        Some(name) => {
            Some(ip.dev(&name).ok_or_else(|| fail(format!("Cannot find bridge device \"{name}\"\n")))?)
        }
        None => None,
    };
    let dev = dev.map(|name| need_dev(ip, &name)).transpose()?;
    let of_bridge: Vec<IfIndex> = ip
        .devices()
        .iter()
        .filter(|d| br.is_some_and(|b| d.index == b || d.master == Some(b)))
        .map(|d| d.index)
        .collect();
    ip.out.begin(ip.opt.json, ip.opt.pretty);
    for row in rows(ip) {
        let shown = dev.is_none_or(|d| d == row.dev)
            && (br.is_none() || of_bridge.contains(&row.dev))
            && (states.is_empty() || states.iter().any(|s| s.is_none_or(|s| s == row.flag)))
            && !(dynamic && row.flag == FdbFlag::Local);
        if shown {
            ip.out.open_object(None);
            print_row(ip, &row, dev.is_none());
            ip.out.close_object();
        }
    }
    ip.out.end();
    Ok(())
}

fn print_row(ip: &mut Ip<'_, '_>, row: &Row, show_dev: bool) {
    let mac = row.mac.to_string();
    ip.out.colored(Color::Mac, "mac", &mac, &format!("{mac} "));
    if show_dev {
        let name = ip.dev_name(row.dev);
        ip.out.fp("dev ");
        ip.out.colored(Color::IfName, "ifname", &name, &format!("{name} "));
    }
    if let Some(entry) = row.entry.filter(|_| ip.opt.stats > 0) {
        let now = ip.cx.now();
        let (used, updated) = (now.since(entry.used).as_secs(), now.since(entry.updated).as_secs());
        ip.out.number("used", used, &format!("used {used}/{updated} "));
        ip.out.number("updated", updated, "");
    }
    ip.out.open_array("flags");
    if row.master.is_none() {
        ip.out.item("self", "self ");
    }
    ip.out.close_array();
    if let Some(master) = row.master {
        let name = ip.dev_name(master);
        ip.out.string("master", &name, &format!("master {name} "));
    }
    let state = match row.flag {
        FdbFlag::Local => "permanent",
        FdbFlag::Static => "static",
        FdbFlag::Dynamic => "",
    };
    ip.out.string("state", state, &format!("{state}\n"));
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Verb {
    Add,
    Replace,
    Delete,
}

fn fdb_modify(ip: &mut Ip<'_, '_>, args: &mut Args<'_>, verb: Verb) -> Done {
    let (mut addr, mut dev): (Option<&str>, Option<&str>) = (None, None);
    let (mut own, mut master, mut flag) = (false, false, FdbFlag::Local);
    while let Some(word) = args.next() {
        match word {
            "dev" => dev = Some(args.need()?),
            "dst" | "nhid" | "port" | "vni" | "src_vni" | "via" => {
                return Err(not_modelled(&format!("bridge fdb: \"{word}\"")));
            }
            "self" => own = true,
            _ if matches(word, "master") => master = true,
            _ if matches(word, "router") || matches(word, "use") || matches(word, "extern_learn") => {
                return Err(not_modelled(&format!("bridge fdb: \"{word}\"")));
            }
            _ if matches(word, "local") || matches(word, "permanent") => flag = FdbFlag::Local,
            _ if matches(word, "temp") || matches(word, "static") => flag = FdbFlag::Static,
            _ if matches(word, "dynamic") => flag = FdbFlag::Dynamic,
            _ if matches(word, "vlan") || matches(word, "sticky") => {
                return Err(not_modelled(&format!("bridge fdb: \"{word}\"")));
            }
            _ => {
                let word = if word == "to" { args.need()? } else { word };
                if matches(word, "help") {
                    return Err(fail("Usage: bridge fdb { add | del | replace } …\n"));
                }
                if addr.is_some() {
                    return Err(duparg2("to", word));
                }
                addr = Some(word);
            }
        }
    }
    let (Some(addr), Some(dev)) = (addr, dev) else {
        return Err(fail("Device and address are required arguments.\n"));
    };
    let mac: Mac = addr.parse().map_err(|_| fail(format!("Invalid mac address {addr}\n")))?;
    let index = need_dev(ip, dev)?;
    let own = own || !master;
    let now = ip.cx.now();
    let links = &mut ip.stack()?.links;
    links.age_fdb(now);
    let device = links.get_mut(index).ok_or_else(|| kernel("No such device"))?;
    let target = match (device.master, device.bridge().is_some()) {
        (Some(bridge), _) if master => Some(bridge),
        (_, true) if own => Some(index),
        _ if master => return Err(kernel("Operation not supported")),
        _ => None,
    };
    let Some(target) = target else {
        return own_entry(device, mac, flag, verb);
    };
    let Some(bridge) = links.get_mut(target).and_then(Device::bridge_mut) else {
        return Err(kernel("Operation not supported"));
    };
    let there = bridge.fdb.get(mac).copied();
    match verb {
        Verb::Delete => match there.filter(|e| e.port == index) {
            Some(_) => {
                bridge.fdb.remove(mac);
                Ok(())
            }
            None => Err(kernel("No such file or directory")),
        },
        Verb::Add if there.is_some() => Err(kernel("File exists")),
        _ => {
            bridge.fdb.insert(FdbEntry { mac, port: index, flag, updated: now, used: now, by_user: true });
            Ok(())
        }
    }
}

/// A MAC that an interface itself listens to.
fn own_entry(device: &mut Device, mac: Mac, flag: FdbFlag, verb: Verb) -> Done {
    let there = device.groups.iter().any(|(m, _)| *m == mac);
    match verb {
        Verb::Delete if there => device.leave(mac),
        Verb::Delete => return Err(kernel("No such file or directory")),
        _ if flag != FdbFlag::Local => return Err(kernel("Invalid argument")),
        Verb::Add if there => return Err(kernel("File exists")),
        _ => device.join(mac),
    }
    Ok(())
}
