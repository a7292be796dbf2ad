//! `docker create`.

use packetwalk_docker::{Host, Mode, Place};

use super::super::cli::{Bad, Given, Usage};
use super::super::{Command, Then, with_engine};
use super::options::{FLAGS, config};
use crate::Cx;

const USAGE: Usage = Usage {
    name: "docker create",
    args: "[OPTIONS] IMAGE [COMMAND] [ARG...]",
    about: "Create a new container",
};

/// The command.
pub(in super::super) const CREATE: Command = Command { usage: USAGE, flags: FLAGS, mixed: false, run };

/// Makes a container; its id, or the exit status when it is said already why not.
pub(super) fn create(cx: &mut Cx<'_>, given: &Given, usage: &Usage) -> Result<String, Bad> {
    if let Some(bad) = Bad::count(usage, given.words.len(), 1, usize::MAX) {
        return Err(bad);
    }
    let version = cx.sys.docker.version;
    let refuse = |cx: &mut Cx<'_>, bad: Bad| Bad::Status(bad.say_run(cx, usage, version, true));
    let config = config(cx, given).map_err(|bad| refuse(cx, bad))?;
    with_engine(cx, |engine, machine, now| {
        if config.mode == Mode::Host && !config.published.is_empty() {
            machine.cx.stderr.line("WARNING: Published ports are discarded when using host network mode");
        }
        let forwarding = machine.sysctl(Place::Host, "net/ipv4/ip_forward");
        if config.mode != Mode::Host && forwarding.is_some_and(|v| v.trim() == "0") {
            machine.cx.stderr.line("WARNING: IPv4 forwarding is disabled. Networking will not work.");
        }
        let linked = config.mode == Mode::Default || matches!(&config.mode, Mode::Network(n) if n == "bridge");
        let links = config.networks.iter().any(|e| !e.config.links.is_empty());
        let id = engine.create_container(config, now)?;
        if linked && links && engine.daemon.version == packetwalk_docker::Version::V29 {
            machine.cx.stderr.line(
                "WARNING: Links on the default bridge network are deprecated and will be removed in a future release. \
                 Use a custom network instead.",
            );
        }
        if !given.has("detach") && usage.name == "docker run" {
            engine.note(&id, "attach", &[]);
        }
        Ok(id)
    })
    .map_err(|bad| refuse(cx, bad))
}

fn run(cx: &mut Cx<'_>, given: &Given) -> Result<Then, Bad> {
    let id = create(cx, given, &USAGE)?;
    cx.stdout.line(&id);
    Ok(Then::Done(0))
}
