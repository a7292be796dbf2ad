//! `-j LOG`.

use super::Flow;
use crate::context::Cx;
use crate::env::Host;
use crate::log;

/// What is logged and how.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Log {
    /// `--log-level`, 0 to 7.
    pub level: u8,
    /// `--log-prefix`, at most 29 bytes.
    pub prefix: Box<str>,
    /// `XT_LOG_*`: TCP sequence 1, TCP options 2, IP options 4, uid 8, MAC decode 32.
    pub flags: u8,
}

impl Log {
    /// # Source
    /// Linux v6.18, `net/netfilter/xt_LOG.c`: `log_tg`.
    pub fn act<H: Host>(&self, cx: &mut Cx<'_, '_, H>) -> Flow {
        log::packet(cx, self.level, &self.prefix, self.flags);
        Flow::Continue
    }
}
