//! `update-alternatives --set iptables|ip6tables PATH`: which face `iptables` has.
//!
//! # Source
//! dpkg 1.21, `utils/update-alternatives.c`; Debian's iptables, `debian/iptables.postinst`.

use std::borrow::Cow;

use crate::{Cx, Poll};

/// The programs whose plain names follow a choice, and those of the legacy face.
fn legacy(name: &str) -> Option<String> {
    let (tool, rest) = match name.split_once('-') {
        Some((tool, rest @ ("save" | "restore"))) => (tool, format!("-{rest}")),
        Some(_) => return None,
        None => (name, String::new()),
    };
    matches!(tool, "iptables" | "ip6tables").then(|| format!("{tool}-legacy{rest}"))
}

/// The program that a name of `iptables` stands for.
pub(in crate::tools) fn program<'n>(cx: &Cx<'_>, name: &'n str) -> Cow<'n, str> {
    let six = name.starts_with("ip6");
    if cx.sys.legacy_iptables.get(usize::from(six)) != Some(&true) {
        return name.into();
    }
    legacy(name).map_or(name.into(), Cow::Owned)
}

pub(in crate::tools) fn main(cx: &mut Cx<'_>) -> Poll {
    let words = cx.strings();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let ["--set", name @ ("iptables" | "ip6tables"), path] = words.as_slice() else {
        writeln!(cx.stderr, "packetwalk: of update-alternatives only --set iptables is simulated");
        return Poll::Exit(2);
    };
    let face = path.strip_prefix("/usr/sbin/").and_then(|p| p.strip_prefix(name));
    let legacy = match face {
        Some("-legacy") => true,
        Some("-nft") => false,
        _ => {
            writeln!(
                cx.stderr,
                "update-alternatives: error: alternative {path} for {name} not registered; not setting"
            );
            return Poll::Exit(2);
        }
    };
    if let Some(chosen) = cx.sys.legacy_iptables.get_mut(usize::from(*name == "ip6tables")) {
        if *chosen != legacy {
            writeln!(
                cx.stdout,
                "update-alternatives: using {path} to provide /usr/sbin/{name} ({name}) in manual mode"
            );
        }
        *chosen = legacy;
    }
    Poll::Exit(0)
}
