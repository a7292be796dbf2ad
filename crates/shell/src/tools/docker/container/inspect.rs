//! `docker inspect` and `docker container inspect`.

use super::super::cli::{Bad, Given, Usage, on, value};
use super::super::json::Json;
use super::super::view::{container, network, print};
use super::super::{Command, Then, with_engine};
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

fn run(cx: &mut Cx<'_>, given: &Given, usage: &Usage, any: bool) -> Result<Then, Bad> {
    if let Some(bad) = Bad::count(usage, given.words.len(), 1, usize::MAX) {
        return Err(bad);
    }
    let kind = given.get("type").unwrap_or("");
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
    let text = print(found, given.get("format"))?;
    cx.stdout.push(text.as_bytes());
    for name in &missing {
        let what = if any && kind.is_empty() { "object" } else { "container" };
        writeln!(cx.stderr, "Error: No such {what}: {name}");
    }
    Ok(Then::Done(u8::from(!missing.is_empty())))
}
