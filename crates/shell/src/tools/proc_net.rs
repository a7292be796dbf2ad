//! Files below `/proc/net` that netfilter keeps: lists of `-m recent` and tables of `-m hashlimit`.

use packetwalk_lab::Lab;
use packetwalk_trace::NsId;
use packetwalk_wire::Family;

use crate::sys::Errno;

/// Folders whose files are here.
pub(crate) const FOLDERS: [&[u8]; 3] =
    [b"/proc/net/xt_recent/", b"/proc/net/ipt_hashlimit/", b"/proc/net/ip6t_hashlimit/"];

/// Folder and name of a path.
fn split(path: &[u8]) -> Option<(usize, &str)> {
    FOLDERS.iter().enumerate().find_map(|(i, folder)| {
        let name = path.strip_prefix(*folder)?;
        Some((i, std::str::from_utf8(name).ok()?))
    })
}

/// What reading the file `path` gives in namespace `ns`.
pub(crate) fn read(lab: &mut Lab, ns: NsId, path: &[u8]) -> Result<Vec<u8>, Errno> {
    let (folder, name) = split(path).ok_or(Errno::NoEntry)?;
    let now = lab.now();
    let shared = &mut lab.stack_mut(ns).ok_or(Errno::NoEntry)?.nf.shared;
    let text = match folder {
        0 => shared.recent(name).map(|list| list.show()),
        1 => shared.hashlimit(Family::V4, name).map(|table| table.show(now)),
        _ => shared.hashlimit(Family::V6, name).map(|table| table.show(now)),
    };
    text.map(String::into_bytes).ok_or(Errno::NoEntry)
}

/// Writes the file `path` in namespace `ns`.
pub(crate) fn write(lab: &mut Lab, ns: NsId, path: &[u8], bytes: &[u8]) -> Result<(), Errno> {
    let (folder, name) = split(path).ok_or(Errno::NoEntry)?;
    let now = lab.now();
    let shared = &mut lab.stack_mut(ns).ok_or(Errno::NoEntry)?.nf.shared;
    if folder != 0 {
        return Err(Errno::Access);
    }
    let list = shared.recent(name).ok_or(Errno::NoEntry)?;
    let line = std::str::from_utf8(bytes).map_err(|_| Errno::Invalid)?;
    list.write(line, now).map_err(|_| Errno::Invalid)
}
