//! Busybox's own programs, in containers whose images have them: 1.35.0 of Debian 12.

mod nc;
mod ping;
mod wget;

use super::registry::Tool;

/// What Busybox has of its own; everything else is the machine's.
pub(super) const APPLETS: &[(&str, Tool)] = &[
    ("nc", Tool::Process(nc::new)),
    ("nslookup", Tool::Process(super::nslookup::busybox)),
    ("ping", Tool::Process(ping::new)),
    ("ping6", Tool::Process(ping::new)),
    ("wget", Tool::Process(wget::new)),
];

/// What a program says of itself.
pub(super) fn usage(text: &str) -> String {
    format!("BusyBox v1.35.0 (Debian 1:1.35.0-4+deb12u1+b1) multi-call binary.\n\n{text}")
}
