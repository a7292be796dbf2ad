//! `ip netns`.

use packetwalk_lab::NsError;
use packetwalk_trace::NsId;
use packetwalk_wire::Order;

use super::args::{Args, End, duparg, invarg, matches, not_modelled, number};
use super::{Done, Ip, help};
use crate::Cx;

/// A namespace by name, or by its path below `/run/netns`.
pub(crate) fn find(cx: &Cx<'_>, name: &str) -> Option<NsId> {
    let name =
        name.strip_prefix("/run/netns/").or_else(|| name.strip_prefix("/var/run/netns/")).unwrap_or(name);
    if matches!(name, "/proc/1/ns/net" | "/proc/self/ns/net") {
        return Some(if name.contains("self") { cx.ns } else { NsId(0) });
    }
    cx.lab.listed_ns(name).filter(|id| id.0 != 0)
}

/// `ip netns`.
pub(super) fn main(ip: &mut Ip<'_, '_>, args: &mut Args<'_>) -> Done {
    let Some(word) = args.next() else { return list(ip) };
    if let Some(name) = args.peek().filter(|_| !ip.opt.all) {
        let bad = name.is_empty() || name.len() > 255 || name.contains('/') || name == "." || name == "..";
        if bad {
            return Err(End::usage(format!("Invalid netns name \"{name}\"\n")));
        }
    }
    match word {
        "list-id" => list_id(ip, args),
        _ if matches(word, "list") || matches(word, "show") || matches(word, "lst") => list(ip),
        _ if matches(word, "help") => Err(End::fail(1, help::NETNS)),
        _ if matches(word, "add") => add(ip, args),
        _ if matches(word, "set") => set(ip, args),
        _ if matches(word, "delete") => delete(ip, args),
        _ if matches(word, "identify") => {
            let own = ip.cx.ns;
            let listed = ip.cx.lab.spaces().find(|(id, space)| *id == own && space.listed);
            let name = listed.map(|(_, space)| space.name.clone()).unwrap_or_default();
            ip.out.fp(&format!("{name}\n"));
            Ok(())
        }
        _ if matches(word, "pids") || matches(word, "monitor") || matches(word, "attach") => {
            Err(not_modelled(&format!("ip netns {word}")))
        }
        _ if matches(word, "exec") => exec(ip, args),
        _ => Err(End::usage(format!("Command \"{word}\" is unknown, try \"ip netns help\".\n"))),
    }
}

/// Names in the order of the directory: a tmpfs lists the latest first.
fn names(ip: &Ip<'_, '_>) -> Vec<(NsId, String)> {
    let named = ip.cx.lab.spaces().filter(|(id, space)| id.0 != 0 && space.listed);
    let mut names: Vec<(NsId, String)> = named.map(|(id, s)| (id, s.name.clone())).collect();
    names.reverse();
    names
}

fn list(ip: &mut Ip<'_, '_>) -> Done {
    let names = names(ip);
    ip.out.begin(ip.opt.json, ip.opt.pretty);
    for (id, name) in names {
        ip.out.open_object(None);
        ip.out.string("name", &name, &name);
        if let Some(nsid) = ip.stack()?.links.known_nsid(id) {
            ip.out.number("id", u64::from(nsid), &format!(" (id: {nsid})"));
        }
        ip.out.fp("\n");
        ip.out.close_object();
    }
    ip.out.end();
    Ok(())
}

fn list_id(ip: &mut Ip<'_, '_>, args: &mut Args<'_>) -> Done {
    if args.peek().is_some() {
        return Err(not_modelled("ip netns list-id with a filter"));
    }
    let mut known: Vec<(u32, String)> = Vec::new();
    for (id, name) in names(ip) {
        if let Some(nsid) = ip.stack()?.links.known_nsid(id) {
            known.push((nsid, name));
        }
    }
    if let Some(nsid) = ip.stack()?.links.known_nsid(NsId(0)) {
        known.push((nsid, String::new()));
    }
    known.order();
    ip.out.begin(ip.opt.json, ip.opt.pretty);
    for (nsid, name) in known {
        ip.out.open_object(None);
        ip.out.number("nsid", u64::from(nsid), &format!("nsid {nsid} "));
        if !name.is_empty() {
            ip.out.string("name", &name, &format!("(iproute2 netns name: {name})"));
        }
        ip.out.fp("\n");
        ip.out.close_object();
    }
    ip.out.end();
    Ok(())
}

fn name<'w>(args: &mut Args<'w>) -> Result<&'w str, End> {
    args.next().ok_or_else(|| End::fail(1, "No netns name specified\n"))
}

fn add(ip: &mut Ip<'_, '_>, args: &mut Args<'_>) -> Done {
    let name = name(args)?;
    match ip.cx.lab.add_ns(name) {
        Ok(_) => Ok(()),
        Err(error) => {
            let why = match error {
                NsError::Exists => "File exists",
                NsError::NotFound => "No such file or directory",
                NsError::BadName => "Invalid argument",
                NsError::Full => "No space left on device",
            };
            Err(End::fail(1, format!("Cannot create namespace file \"/run/netns/{name}\": {why}\n")))
        }
    }
}

fn delete_one(ip: &mut Ip<'_, '_>, name: &str) -> Done {
    let id = ip.cx.lab.listed_ns(name);
    ip.cx.lab.del_ns(name).map_err(|_| {
        let why = "No such file or directory";
        End::fail(1, format!("Cannot remove namespace file \"/run/netns/{name}\": {why}\n"))
    })?;
    if let Some(gone) = id {
        forget(ip.cx, gone);
    }
    Ok(())
}

/// No namespace has a number for one that is gone.
pub(in crate::tools) fn forget(cx: &mut Cx<'_>, gone: NsId) {
    let all: Vec<NsId> = cx.lab.spaces().map(|(id, _)| id).collect();
    for ns in all {
        if let Some(stack) = cx.lab.stack_mut(ns) {
            stack.links.forget_ns(gone);
        }
    }
}

fn delete(ip: &mut Ip<'_, '_>, args: &mut Args<'_>) -> Done {
    if ip.opt.all {
        for (_, name) in names(ip) {
            delete_one(ip, &name)?;
        }
        return Ok(());
    }
    let name = name(args)?;
    delete_one(ip, name)
}

fn set(ip: &mut Ip<'_, '_>, args: &mut Args<'_>) -> Done {
    let name = name(args)?;
    let word = args.next().ok_or_else(|| End::fail(1, "No nsid specified\n"))?;
    let wanted = match word {
        "auto" => None,
        _ => Some(number(word).ok_or_else(|| invarg("Invalid \"netnsid\" value", word))?),
    };
    let ns = find(ip.cx, name).ok_or_else(|| {
        End::fail(1, format!("Cannot open network namespace \"{name}\": No such file or directory\n"))
    })?;
    let links = &mut ip.stack()?.links;
    if links.known_nsid(ns).is_some() {
        return Err(End::kernel("Error: Peer netns already has a nsid assigned."));
    }
    match wanted {
        None => {
            links.nsid(ns);
            Ok(())
        }
        Some(wanted) if links.nsid(ns) == wanted => Ok(()),
        Some(_) => {
            links.forget_ns(ns);
            let _ = duparg;
            Err(not_modelled("ip netns set to a number out of order"))
        }
    }
}

fn exec(ip: &mut Ip<'_, '_>, args: &mut Args<'_>) -> Done {
    if ip.opt.all {
        return Err(not_modelled("ip -all netns exec"));
    }
    let name = name(args)?;
    let words = args.rest();
    if words.is_empty() {
        return Err(End::fail(1, "No command specified\n"));
    }
    let ns = find(ip.cx, name).ok_or_else(|| {
        End::fail(255, format!("Cannot open network namespace \"{name}\": No such file or directory\n"))
    })?;
    let skipped = ip.cx.args.len().saturating_sub(words.len());
    let raw: Vec<Vec<u8>> = ip.cx.args.get(skipped..).map(<[Vec<u8>]>::to_vec).unwrap_or_default();
    let text: Vec<Vec<u8>> = words.iter().map(|w| w.as_bytes().to_vec()).collect();
    let same =
        raw.len() == text.len() && raw.iter().zip(words).all(|(r, w)| String::from_utf8_lossy(r) == *w);
    ip.exec = Some((Some(ns), if same { raw } else { text }));
    Ok(())
}
