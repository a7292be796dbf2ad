//! `docker network inspect`.

use super::super::cli::{Bad, Given, Usage, on, value};
use super::super::view::{network, print};
use super::super::{Command, Then, is_new, with_engine};
use crate::Cx;

const USAGE: Usage = Usage {
    name: "docker network inspect",
    args: "[OPTIONS] NETWORK [NETWORK...]",
    about: "Display detailed information on one or more networks",
};

/// The command.
pub(in super::super) const INSPECT: Command =
    Command { usage: USAGE, flags: &[value("format", 'f'), on("verbose", 'v')], mixed: true, run };

fn run(cx: &mut Cx<'_>, given: &Given) -> Result<Then, Bad> {
    if let Some(bad) = Bad::count(&USAGE, given.words.len(), 1, usize::MAX) {
        return Err(bad);
    }
    let (mut found, mut missing) = (Vec::new(), Vec::new());
    for name in &given.words {
        let one = with_engine(cx, |engine, _, _| {
            Ok(engine.network(name).map(|net| network::inspect(engine, net)))
        })?;
        match one {
            Ok(json) => found.push(json),
            Err(error) => missing.push((name.clone(), error)),
        }
    }
    print(cx, found, given.get("format"))?;
    for (name, error) in &missing {
        if is_new(cx) {
            writeln!(cx.stderr, "Error response from daemon: {error}");
        } else {
            writeln!(cx.stderr, "Error: No such network: {name}");
        }
    }
    Ok(Then::Done(u8::from(!missing.is_empty())))
}
