//! `-j LOG`.

use packetwalk_wire::Skb;

use super::Flow;

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
    /// The line itself is made from the trace.
    pub const fn act(&self, _: &Skb) -> Flow {
        Flow::Continue
    }
}
