//! Files below `/proc/sys`: another face of `sysctl`.

use packetwalk_lab::Lab;
use packetwalk_stack::sysctl::SysctlError;
use packetwalk_trace::NsId;

use super::proc_net;
use crate::sys::Errno;

/// The setting's name of a path: its slashes are dots, and its dots slashes.
fn name(path: &[u8]) -> Option<String> {
    let swap = |byte: &u8| match byte {
        b'/' => b'.',
        b'.' => b'/',
        byte => *byte,
    };
    String::from_utf8(path.strip_prefix(b"/proc/sys/")?.iter().map(swap).collect()).ok()
}

fn errno(e: &SysctlError) -> Errno {
    match e {
        SysctlError::NotFound => Errno::NoEntry,
        SysctlError::Invalid => Errno::Invalid,
        SysctlError::ReadOnly => Errno::Access,
        SysctlError::NotModelled => Errno::NotModelled,
    }
}

/// What reading the file `path` gives in namespace `ns`.
pub(crate) fn read(lab: &mut Lab, ns: NsId, path: &[u8]) -> Result<Vec<u8>, Errno> {
    let Some(name) = name(path) else { return proc_net::read(lab, ns, path) };
    let now = lab.now();
    let stack = lab.stack_mut(ns).ok_or(Errno::NoEntry)?;
    match stack.sysctl_read(&name, now) {
        Ok(value) => Ok(format!("{value}\n").into_bytes()),
        Err(e) => {
            let below = format!("{name}.");
            if stack.sysctl_list(now).iter().any(|(n, _)| n.starts_with(&below)) {
                return Err(Errno::IsDirectory);
            }
            Err(errno(&e))
        }
    }
}

/// Writes the file `path` in namespace `ns`.
pub(crate) fn write(lab: &mut Lab, ns: NsId, path: &[u8], bytes: &[u8]) -> Result<(), Errno> {
    let Some(name) = name(path) else { return proc_net::write(lab, ns, path, bytes) };
    let value = std::str::from_utf8(bytes).map_err(|_| Errno::Invalid)?.trim();
    let stack = lab.stack_mut(ns).ok_or(Errno::NoEntry)?;
    stack.sysctl_write(&name, value).map_err(|e| errno(&e))
}
