//! Files below `/proc/net` that netfilter keeps.

use packetwalk_lab::Lab;
use packetwalk_trace::NsId;
use packetwalk_wire::Family;

use crate::print::conntrack::{proc_expects, proc_table};
use crate::sys::Errno;

/// What a file of `/proc/net` shows.
#[derive(Clone, Copy)]
enum Of<'a> {
    Conntrack,
    Expectations,
    Synproxy,
    Recent(&'a str),
    Hashlimit(Family, &'a str),
}

fn of(path: &[u8]) -> Option<Of<'_>> {
    let path = path.strip_prefix(b"/proc/net/").or_else(|| path.strip_prefix(b"/proc/self/net/"))?;
    match (path, std::str::from_utf8(path).ok()?.split_once('/')) {
        (b"nf_conntrack", _) => Some(Of::Conntrack),
        (b"nf_conntrack_expect", _) => Some(Of::Expectations),
        (b"stat/synproxy", _) => Some(Of::Synproxy),
        (_, Some(("xt_recent", name))) => Some(Of::Recent(name)),
        (_, Some(("ipt_hashlimit", name))) => Some(Of::Hashlimit(Family::V4, name)),
        (_, Some(("ip6t_hashlimit", name))) => Some(Of::Hashlimit(Family::V6, name)),
        _ => None,
    }
}

/// Whether `path` may be a file that is here.
pub(crate) fn is_file(path: &[u8]) -> bool {
    of(path).is_some()
}

/// What reading the file `path` gives in namespace `ns`.
pub(crate) fn read(lab: &mut Lab, ns: NsId, path: &[u8]) -> Result<Vec<u8>, Errno> {
    let of = of(path).ok_or(Errno::NoEntry)?;
    let now = lab.now();
    let nf = &mut lab.stack_mut(ns).ok_or(Errno::NoEntry)?.nf;
    let text = match of {
        Of::Conntrack => Some(proc_table(&nf.ct, now)),
        Of::Expectations => Some(proc_expects(&mut nf.ct, now)),
        Of::Synproxy => nf.has_synproxy().then(|| nf.shared.synproxy.show()),
        Of::Recent(name) => nf.shared.recent(name).map(|list| list.show()),
        Of::Hashlimit(family, name) => nf.shared.hashlimit(family, name).map(|table| table.show(now)),
    };
    text.map(String::into_bytes).ok_or(Errno::NoEntry)
}

/// Writes the file `path` in namespace `ns`.
pub(crate) fn write(lab: &mut Lab, ns: NsId, path: &[u8], bytes: &[u8]) -> Result<(), Errno> {
    let of = of(path).ok_or(Errno::NoEntry)?;
    let now = lab.now();
    let nf = &mut lab.stack_mut(ns).ok_or(Errno::NoEntry)?.nf;
    let Of::Recent(name) = of else { return Err(Errno::Access) };
    let list = nf.shared.recent(name).ok_or(Errno::NoEntry)?;
    let line = std::str::from_utf8(bytes).map_err(|_| Errno::Invalid)?;
    list.write(line, now).map_err(|_| Errno::Invalid)
}
