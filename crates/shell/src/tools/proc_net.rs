//! Files below `/proc/net`.

use packetwalk_lab::Lab;
use packetwalk_trace::NsId;

use crate::print::conntrack::{proc_expects, proc_table};

/// Whether there is a file of this name.
pub(crate) fn is_file(name: &[u8]) -> bool {
    matches!(name, b"nf_conntrack" | b"nf_conntrack_expect")
}

/// What reading the file `path` gives in namespace `ns`; `None` when it is none of these.
pub(crate) fn read(lab: &mut Lab, ns: NsId, path: &[u8]) -> Option<Vec<u8>> {
    let name = path.strip_prefix(b"/proc/net/").or_else(|| path.strip_prefix(b"/proc/self/net/"))?;
    let now = lab.now();
    let table = &mut lab.stack_mut(ns)?.nf.ct;
    Some(match name {
        b"nf_conntrack" => proc_table(table, now).into_bytes(),
        b"nf_conntrack_expect" => proc_expects(table, now).into_bytes(),
        _ => return None,
    })
}
