//! `-j NFQUEUE` and `-j QUEUE`.

use packetwalk_trace::DropReason;
use packetwalk_wire::Skb;

use super::Flow;
use crate::env::Verdict;

/// Hands the packet to a program that decides about it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Nfqueue {
    /// `--queue-num`, or the first of `--queue-balance`.
    pub first: u16,
    /// Queues among which packets are spread.
    pub total: u16,
    /// `--queue-bypass`.
    pub bypass: bool,
    /// `--queue-cpu-fanout`.
    pub fanout: bool,
}

impl Nfqueue {
    /// Nobody listens on any queue: the packet is lost without an error to its sender, or with
    /// `--queue-bypass` leaves the table as accepted.
    ///
    /// # Source
    /// Linux v6.18, `net/netfilter/xt_NFQUEUE.c`: `nfqueue_tg_v3`; `net/netfilter/nf_queue.c`: `nf_queue`.
    pub const fn act(self, _: &Skb) -> Flow {
        Flow::End(if self.bypass { Verdict::Bypass } else { Verdict::Drop(DropReason::NfQueue) })
    }

    /// Whether the kernel takes it.
    ///
    /// # Source
    /// Linux v6.18, `net/netfilter/xt_NFQUEUE.c`: `nfqueue_tg_check`.
    pub(crate) const fn is_valid(self) -> bool {
        self.total != 0 && self.first as u32 + self.total as u32 - 1 <= u16::MAX as u32
    }
}

/// `-j QUEUE`, of the legacy face: queue 0.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Queue;

impl Queue {
    /// As NFQUEUE without a listener.
    ///
    /// # Source
    /// Linux v6.18, `net/ipv4/netfilter/ip_tables.c`: `ipt_do_table` (a standard verdict).
    pub const fn act(self, _: &Skb) -> Flow {
        Flow::End(Verdict::Drop(DropReason::NfQueue))
    }
}
