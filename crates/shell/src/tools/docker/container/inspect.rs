//! `docker inspect` and `docker container inspect`.

use super::super::cli::{Bad, Given, Usage, on, value};
use super::super::json::Json;
use super::super::view::{container, network, print};
use super::super::{Command, Then, is_new, with_engine};
use crate::Cx;

const ANY: Usage = Usage {
    name: "docker inspect",
    args: "[OPTIONS] NAME|ID [NAME|ID...]",
    about: "Return low-level information on Docker objects",
};

/// `inspect`, of whatever has the name.
pub(in super::super) const INSPECT_ANY: Command = Command {
    usage: ANY,
    flags: &[value("format", 'f'), on("size", 's'), value("type", '-')],
    mixed: true,
    run: |cx, given| run(cx, given, &ANY, true),
};

const USAGE: Usage = Usage {
    name: "docker container inspect",
    args: "[OPTIONS] CONTAINER [CONTAINER...]",
    about: "Display detailed information on one or more containers",
};

/// `container inspect`.
pub(in super::super) const INSPECT: Command = Command {
    usage: USAGE,
    flags: &[value("format", 'f'), on("size", 's')],
    mixed: true,
    run: |cx, given| run(cx, given, &USAGE, false),
};

/// What `--type` takes.
const KINDS: [&str; 10] =
    ["config", "container", "image", "network", "node", "plugin", "secret", "service", "task", "volume"];

fn run(cx: &mut Cx<'_>, given: &Given, usage: &Usage, any: bool) -> Result<Then, Bad> {
    if let Some(bad) = Bad::count(usage, given.words.len(), 1, usize::MAX) {
        return Err(bad);
    }
    let kind = given.get("type").unwrap_or("");
    if !kind.is_empty() && !KINDS.contains(&kind) {
        let all = KINDS.map(|k| format!("\"{k}\"")).join(", ");
        return Err(Bad::Own(if is_new(cx) {
            format!("unknown type: \"{kind}\": must be one of {all}")
        } else {
            format!("\"{kind}\" is not a valid value for --type")
        }));
    }
    let (mut found, mut missing) = (Vec::new(), Vec::new());
    for name in &given.words {
        let one: Option<Json> = with_engine(cx, |engine, _, _| {
            let c = engine.container(name).ok().filter(|_| matches!(kind, "" | "container"));
            let net = || engine.network(name).ok().filter(|_| any && matches!(kind, "" | "network"));
            Ok(c.map(|c| container::inspect(engine, c))
                .or_else(|| net().map(|n| network::inspect(engine, n))))
        })?;
        match one {
            Some(json) => found.push(json),
            None => missing.push(name),
        }
    }
    print(cx, found, given.get("format"))?;
    let new = is_new(cx);
    for name in &missing {
        let what = if any && kind.is_empty() { "object" } else { kind };
        let what = if what.is_empty() { "container" } else { what };
        match what {
            "object" if new => writeln!(cx.stderr, "error: no such object: {name}"),
            "network" if new => writeln!(cx.stderr, "Error response from daemon: network {name} not found"),
            _ if new => writeln!(cx.stderr, "Error response from daemon: No such {what}: {name}"),
            _ => writeln!(cx.stderr, "Error: No such {what}: {name}"),
        }
    }
    Ok(Then::Done(u8::from(!missing.is_empty())))
}
