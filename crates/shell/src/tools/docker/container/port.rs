//! `docker port`.

use super::super::cli::{Bad, Given, Usage};
use super::super::view::ports::address;
use super::super::{Command, Then, with_engine};
use crate::Cx;
use packetwalk_wire::Order;

const USAGE: Usage = Usage {
    name: "docker port",
    args: "CONTAINER [PRIVATE_PORT[/PROTO]]",
    about: "List port mappings or a specific mapping for the container",
};

/// The command.
pub(in super::super) const PORT: Command = Command { usage: USAGE, flags: &[], mixed: true, run };

fn run(cx: &mut Cx<'_>, given: &Given) -> Result<Then, Bad> {
    if let Some(bad) = Bad::count(&USAGE, given.words.len(), 1, 2) {
        return Err(bad);
    }
    let name = given.words.first().cloned().unwrap_or_default();
    let wanted = given.words.get(1).map(|w| if w.contains('/') { w.clone() } else { format!("{w}/tcp") });
    if let Some(port) = given.words.get(1).and_then(|w| w.split('/').next())
        && port.parse::<u16>().is_err()
    {
        with_engine(cx, |engine, _, _| super::asked(engine, &name))?;
        let why = if port.is_empty() { "value is empty" } else { "invalid syntax" };
        return Err(Bad::Own(if super::super::is_new(cx) {
            format!("invalid port '{port}': {why}")
        } else {
            format!("strconv.ParseUint: parsing \"{port}\": invalid syntax")
        }));
    }
    let lines = with_engine(cx, |engine, _, _| {
        let id = super::asked(engine, &name)?;
        let c = engine.container(&id)?;
        let version = engine.daemon.version;
        let mut lines = Vec::new();
        for (port, bound) in engine.ports_of(c) {
            for b in bound {
                let mut at = address(version, b.host_ip, b.host_port);
                if b.host_port == 0 {
                    at.pop();
                }
                match &wanted {
                    None => lines.push(format!("{port} -> {at}")),
                    Some(one) if *one == port.to_string() => lines.push(at),
                    Some(_) => {}
                }
            }
        }
        Ok(lines)
    })?;
    if let (Some(wanted), true) = (&wanted, lines.is_empty()) {
        let asked = given.words.get(1).map_or("", String::as_str);
        return Err(Bad::Own(if super::super::is_new(cx) {
            format!("no public port '{asked}' published for {name}")
        } else {
            format!("Error: No public port '{wanted}' published for {name}")
        }));
    }
    let mut lines = lines;
    if super::super::is_new(cx) {
        lines.order_by(|a, b| super::super::view::natural(a, b));
    }
    for line in &lines {
        cx.stdout.line(line);
    }
    Ok(Then::Done(0))
}
