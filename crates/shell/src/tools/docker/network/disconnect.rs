//! `docker network disconnect`.

use super::super::cli::{Bad, Given, Usage, on};
use super::super::{Command, Then, with_engine};
use crate::Cx;

const USAGE: Usage = Usage {
    name: "docker network disconnect",
    args: "[OPTIONS] NETWORK CONTAINER",
    about: "Disconnect a container from a network",
};

/// The command.
pub(in super::super) const DISCONNECT: Command =
    Command { usage: USAGE, flags: &[on("force", 'f')], mixed: true, run };

fn run(cx: &mut Cx<'_>, given: &Given) -> Result<Then, Bad> {
    if let Some(bad) = Bad::count(&USAGE, given.words.len(), 2, 2) {
        return Err(bad);
    }
    let [network, container] = given.words.as_slice() else { return Ok(Then::Done(1)) };
    with_engine(cx, |engine, machine, _| {
        engine.disconnect(machine, network, container, given.has("force"))?;
        Ok(())
    })?;
    Ok(Then::Done(0))
}
