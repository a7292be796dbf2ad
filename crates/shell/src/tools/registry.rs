//! Finds the command behind a name.

use super::{TOOLS, names as debian};
use crate::Cx;
use crate::process::{Function, Poll, Process};
use crate::sys::proc::Userland;

/// How a command of the registry starts.
#[derive(Clone, Copy)]
pub(super) enum Tool {
    /// A function that does everything at once: `fn main(cx: &mut Cx<'_>) -> Poll`.
    Function(fn(&mut Cx<'_>) -> Poll),
    /// A state machine; its words are in `cx.args` when it is polled.
    Process(fn() -> Box<dyn Process>),
}

/// What a name stands for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Known {
    /// It is simulated.
    Simulated,
    /// A real Debian has it; this machine has not.
    Real,
    /// Nobody has it.
    Unknown,
}

/// The name without the directories in which Debian keeps commands.
fn base(name: &[u8]) -> &[u8] {
    let dirs: [&[u8]; 6] =
        [b"/usr/local/sbin/", b"/usr/sbin/", b"/usr/bin/", b"/sbin/", b"/bin/", b"/usr/local/bin/"];
    dirs.iter().find_map(|d| name.strip_prefix(*d)).unwrap_or(name)
}

fn find(name: &[u8]) -> Option<Tool> {
    let name = std::str::from_utf8(base(name)).ok()?;
    TOOLS.binary_search_by_key(&name, |(n, _)| n).ok().and_then(|at| TOOLS.get(at)).map(|(_, tool)| *tool)
}

/// A command as a process of an image finds it.
fn find_in(name: &[u8], userland: Userland) -> Option<Tool> {
    let own = match userland {
        Userland::Machine | Userland::Image => &[][..],
        Userland::Busybox => super::busybox::APPLETS,
    };
    let own = own.iter().find(|(n, _)| n.as_bytes() == base(name)).map(|(_, tool)| *tool);
    own.or_else(|| find(name))
}

/// The path of a command on a Debian machine.
pub(crate) fn path_of(name: &[u8]) -> Option<String> {
    const SBIN: [&str; 22] = [
        "arp",
        "arptables",
        "bridge",
        "conntrack",
        "dockerd",
        "ebtables",
        "ethtool",
        "ifconfig",
        "ip",
        "ip6tables",
        "ip6tables-restore",
        "ip6tables-save",
        "ipset",
        "iptables",
        "iptables-restore",
        "iptables-save",
        "nft",
        "route",
        "sysctl",
        "tc",
        "xtables-monitor",
        "iptables-nft",
    ];
    if known(name) == Known::Unknown || name.contains(&b'/') {
        return None;
    }
    let name = std::str::from_utf8(name).ok()?;
    Some(format!("/usr/{}/{name}", if SBIN.contains(&name) { "sbin" } else { "bin" }))
}

/// Whether a path is a command's.
pub(crate) fn is_path_of_tool(path: &[u8]) -> bool {
    base(path) != path && known(base(path)) != Known::Unknown
}

/// Names of the commands and of the shell's own.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    TOOLS.iter().map(|(name, _)| *name).chain(crate::lang::builtins::names())
}

/// What a command's name stands for.
pub(crate) fn known(name: &[u8]) -> Known {
    if find(name).is_some() {
        Known::Simulated
    } else if debian::is_real(base(name)) {
        Known::Real
    } else {
        Known::Unknown
    }
}

/// The process for a command; `None` when a real machine has no such command either.
pub(crate) fn start(name: &[u8], cx: &Cx<'_>) -> Option<Box<dyn Process>> {
    match find_in(name, cx.userland) {
        Some(Tool::Function(f)) => Some(Box::new(Function(f))),
        Some(Tool::Process(new)) => Some(new()),
        None if debian::is_real(base(name))
            || cx.userland != Userland::Machine && debian::is_of_images(base(name)) =>
        {
            Some(Box::new(Function(refuse)))
        }
        None => None,
    }
}

/// Stands for a command that Debian has and this machine has not: status 127.
fn refuse(cx: &mut Cx<'_>) -> Poll {
    let name = cx.args.first().map(|n| String::from_utf8_lossy(base(n)).into_owned()).unwrap_or_default();
    writeln!(cx.stderr, "packetwalk: {name} is not simulated");
    Poll::Exit(127)
}

#[cfg(test)]
mod tests {
    use super::super::TOOLS;

    #[test]
    fn the_registry_is_sorted() {
        assert!(TOOLS.is_sorted_by_key(|(name, _)| name));
    }
}
