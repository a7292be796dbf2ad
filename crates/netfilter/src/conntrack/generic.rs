//! Protocols without a tracker of their own.

use super::input::{Action, Seen};
use super::time::Jiffies;

/// Linux v6.18, `nf_conntrack_core.c`: `generic_packet`.
pub(super) const fn packet(seen: Seen<'_>) -> Action {
    Action::Refresh(Jiffies::secs(seen.sysctls.generic_timeout))
}
