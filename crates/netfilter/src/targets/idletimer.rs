//! `-j IDLETIMER`.

use packetwalk_wire::Skb;

use super::Flow;

/// Tells user space when no packet came for some time.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Idletimer {
    /// `--timeout`, in seconds.
    pub timeout: u32,
    /// `--label`, at most 27 bytes: rules of one label share a timer.
    pub label: Box<str>,
    /// `--alarm`: the timer runs while the machine sleeps.
    pub alarm: bool,
}

impl Idletimer {
    /// Starts the timer anew, which no packet sees.
    ///
    /// # Source
    /// Linux v6.18, `net/netfilter/xt_IDLETIMER.c`: `idletimer_tg_target`.
    pub const fn act(&self, _: &Skb) -> Flow {
        Flow::Continue
    }

    /// Whether the kernel takes it: its label becomes a file's name under `/sys`.
    ///
    /// # Source
    /// Linux v6.18, `net/netfilter/xt_IDLETIMER.c`: `idletimer_tg_helper`, `idletimer_check_sysfs_name`.
    pub(crate) fn is_valid(&self) -> bool {
        let taken = ["", ".", "..", "power", "subsystem", "uevent"];
        self.timeout != 0
            && self.timeout < i32::MAX as u32 / 1000
            && !taken.contains(&&*self.label)
            && !self.label.contains('/')
    }

    /// Whether two rules may stand beside each other: one label has one kind of timer.
    pub(crate) fn agrees(&self, other: &Self) -> bool {
        self.label != other.label || self.alarm == other.alarm
    }
}
