//! `-j TCPOPTSTRIP`.

use packetwalk_trace::DropReason;
use packetwalk_wire::{Skb, Transport};

use super::Flow;
use crate::env::Verdict;
use crate::raw;

/// `--strip-options`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Tcpoptstrip {
    /// Kinds: a bit each.
    pub kinds: [u64; 4],
}

impl Tcpoptstrip {
    /// Whether options of this kind go.
    pub fn has(self, kind: u8) -> bool {
        self.kinds.get(usize::from(kind) / 64).is_some_and(|word| word >> (kind % 64) & 1 != 0)
    }

    /// Takes a kind in.
    pub fn add(&mut self, kind: u8) {
        if let Some(word) = self.kinds.get_mut(usize::from(kind) / 64) {
            *word |= 1 << (kind % 64);
        }
    }

    /// # Source
    /// Linux v6.18, `net/netfilter/xt_TCPOPTSTRIP.c`: `tcpoptstrip_mangle_packet`.
    pub fn act(self, skb: &mut Skb) -> Flow {
        if raw::is_later_fragment(&skb.packet) {
            return Flow::Continue;
        }
        let Transport::Tcp(tcp) = &mut skb.packet.transport else {
            return Flow::End(Verdict::Drop(DropReason::NetfilterDrop));
        };
        for kind in [2, 3, 4, 8].into_iter().filter(|kind| self.has(*kind)) {
            tcp.options.strip(kind);
        }
        Flow::Continue
    }
}
