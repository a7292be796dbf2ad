//! Paths that a pattern names, of the files in memory.

use super::pattern::Pattern;
use super::split::Field;
use crate::sys::vfs::{Entry, Vfs, absolute};
use packetwalk_wire::Order;

/// The paths, sorted by bytes; none when nothing matches.
pub(super) fn glob(vfs: &Vfs, cwd: &[u8], field: &Field) -> Vec<Vec<u8>> {
    let rooted = field.text.first() == Some(&b'/');
    let mut found: Vec<Vec<u8>> = vec![if rooted { b"/".to_vec() } else { Vec::new() }];
    let mut from = 0;
    let parts: Vec<&[u8]> = field.text.split(|b| *b == b'/').collect();
    let last = parts.len() - 1;
    for (n, part) in parts.iter().enumerate() {
        let quoted = &field.quoted[from..from + part.len()];
        from += part.len() + 1;
        if part.is_empty() {
            continue;
        }
        let pattern = Pattern::new(part, |at| quoted.get(at) == Some(&true));
        let mut next = Vec::new();
        for base in &found {
            let dir = absolute(cwd, base);
            let join = |name: &[u8]| [base, name].concat();
            if let Some(name) = pattern.literal() {
                let path = join(&name);
                if vfs.get(&absolute(cwd, &path)).is_some() {
                    next.push(path);
                }
                continue;
            }
            for (name, entry) in vfs.list(&dir) {
                let hidden = name.first() == Some(&b'.') && part.first() != Some(&b'.');
                if !hidden && pattern.matches(name) && (n == last || entry == Entry::Dir) {
                    next.push(join(name));
                }
            }
        }
        if n < last {
            for path in &mut next {
                path.push(b'/');
            }
        }
        found = next;
    }
    found.order();
    found
}
