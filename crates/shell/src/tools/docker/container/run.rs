//! `docker run`.

use super::super::cli::{Bad, Given, Usage};
use super::super::task::Streams;
use super::super::{Command, Then, image};
use super::create::create;
use super::options::FLAGS;
use super::start::launch;
use crate::Cx;

const USAGE: Usage = Usage {
    name: "docker run",
    args: "[OPTIONS] IMAGE [COMMAND] [ARG...]",
    about: "Create and run a new container from an image",
};

/// The command.
pub(in super::super) const RUN: Command = Command { usage: USAGE, flags: FLAGS, mixed: false, run };

fn run(cx: &mut Cx<'_>, given: &Given) -> Result<Then, Bad> {
    if given.has("detach") && given.get("attach").is_some() {
        return Err(Bad::Own(
            if super::super::is_new(cx) {
                "conflicting options: cannot specify both --attach and --detach"
            } else {
                "Conflicting options: -a and -d"
            }
            .to_owned(),
        ));
    }
    let id = create(cx, given, &USAGE)?;
    if let Some(note) = given.words.first().and_then(|name| image::unknown(name, given)) {
        cx.stderr.line(&note);
    }
    let detached = given.has("detach");
    let version = cx.sys.docker.version;
    if detached {
        cx.stdout.line(&id);
    }
    let streams = match (detached, given.has("interactive")) {
        (true, _) => Streams::Log,
        (false, false) => Streams::Output,
        (false, true) => Streams::Both,
    };
    match launch(cx, &id, streams) {
        Ok(()) if detached => Ok(Then::Done(0)),
        Ok(()) => Ok(Then::Attached(id)),
        Err(bad) => {
            let status = bad.say_run(cx, &USAGE, version, false);
            Err(Bad::Status(status))
        }
    }
}
