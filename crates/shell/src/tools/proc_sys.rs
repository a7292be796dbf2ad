//! Files below `/proc/sys`: another face of `sysctl`.

use packetwalk_lab::Lab;
use packetwalk_trace::NsId;

use crate::sys::Errno;

/// What reading the file `path` gives in namespace `ns`.
pub(crate) fn read(_lab: &mut Lab, _ns: NsId, _path: &[u8]) -> Result<Vec<u8>, Errno> {
    Err(Errno::NoEntry)
}

/// Writes the file `path` in namespace `ns`.
pub(crate) fn write(_lab: &mut Lab, _ns: NsId, _path: &[u8], _bytes: &[u8]) -> Result<(), Errno> {
    Err(Errno::NoEntry)
}
