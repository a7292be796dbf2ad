//! `docker exec`.

use packetwalk_docker::Version;

use super::super::cli::{Bad, Given, Usage, list, on, real, real_short};
use super::super::{Command, Then, image, task, with_engine};
use crate::Cx;

const USAGE: Usage = Usage {
    name: "docker exec",
    args: "[OPTIONS] CONTAINER COMMAND [ARG...]",
    about: "Execute a command in a running container",
};

/// The command.
pub(in super::super) const EXEC: Command = Command {
    usage: USAGE,
    flags: &[
        on("detach", 'd'),
        real("detach-keys"),
        list("env", 'e'),
        on("interactive", 'i'),
        on("privileged", '-'),
        on("tty", 't'),
        real_short("user", 'u'),
        real_short("workdir", 'w'),
    ],
    mixed: false,
    run,
};

/// What `exec` says of a command that is not there.
pub(in super::super) fn not_found(version: Version, name: &str) -> String {
    let text =
        format!("unable to start container process: exec: \"{name}\": executable file not found in $PATH");
    match version {
        Version::V29 => format!("OCI runtime exec failed: exec failed: {text}"),
        _ => format!("OCI runtime exec failed: exec failed: {text}: unknown"),
    }
}

/// The status of `exec` then: the daemon of 20.10 looks for other words.
pub(in super::super) const fn not_found_status(version: Version) -> u8 {
    match version {
        Version::V29 => 127,
        _ => 126,
    }
}

/// What `run` and `start` say of it.
pub(in super::super) fn not_found_in(version: Version, name: &str) -> String {
    let init = if version == Version::V29 { "error during container init: " } else { "" };
    let text = format!(
        "OCI runtime create failed: runc create failed: unable to start container process: {init}exec: \"{name}\": \
         executable file not found in $PATH"
    );
    match version {
        Version::V29 => format!("failed to create task for container: failed to create shim task: {text}"),
        _ => format!("failed to create shim task: {text}: unknown"),
    }
}

fn run(cx: &mut Cx<'_>, given: &Given) -> Result<Then, Bad> {
    if let Some(bad) = Bad::count(&USAGE, given.words.len(), 2, usize::MAX) {
        return Err(bad);
    }
    let (name, mut command) =
        given.words.split_first().map(|(n, c)| (n.clone(), task::words(c))).unwrap_or_default();
    let privileged = given.has("privileged");
    let (ns, userland, powers, own_env) = with_engine(cx, |engine, machine, _| {
        let id = super::asked(engine, &name)?;
        let c = engine.container(&id)?;
        if !c.is_running() {
            return Err(Bad::Daemon(match engine.daemon.version {
                Version::V29 => format!("container {} is not running", c.id),
                _ => format!("Container {} is not running", c.id),
            }));
        }
        let key = c.sandbox.as_ref().and_then(|s| s.key);
        let userland = image::userland(&c.config.image);
        let mut powers = task::powers(&c.config);
        if privileged {
            powers.net_admin = true;
        }
        let own_env = task::environment(&c.hostname, &[engine.link_env(c), c.config.env.clone()].concat());
        Ok((machine.state.sandbox_ns(key).ok_or(Bad::NoDaemon)?, userland, powers, own_env))
    })?;
    // What it starts has the image's programs.
    cx.userland = userland;
    cx.set_powers(powers);
    cx.set_env(own_env);
    let mut env: Vec<Vec<u8>> = given.all("env").map(|e| e.as_bytes().to_vec()).collect();
    if !env.is_empty() {
        env.insert(0, b"env".to_vec());
        command.splice(0..0, env);
    }
    if given.has("detach") {
        let spawn = crate::Spawn { args: command, ns: Some(ns), no_stdin: true };
        let _ = cx.spawn(spawn);
        return Ok(Then::Done(0));
    }
    if given.has("interactive") {
        return Ok(Then::Exec(ns, command));
    }
    let program = command.first().map(|a| String::from_utf8_lossy(a).into_owned()).unwrap_or_default();
    match cx.spawn(crate::Spawn { args: command, ns: Some(ns), no_stdin: true }) {
        Ok(pid) => Ok(Then::Child(pid)),
        Err(_) => {
            let text = not_found(cx.sys.docker.version, &program);
            cx.stdout.line(&text);
            Ok(Then::Done(not_found_status(cx.sys.docker.version)))
        }
    }
}
