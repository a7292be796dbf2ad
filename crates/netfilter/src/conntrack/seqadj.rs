//! Sequence numbers after a payload that grew or shrank.

use packetwalk_wire::{Tcp, TcpFlags};

use super::tcp_window::{after, before};

/// The shift of one direction (`struct nf_ct_seqadj`).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct SeqAdj {
    correction_pos: u32,
    offset_before: i32,
    offset_after: i32,
}

impl SeqAdj {
    /// The payload of the segment at `seq` grew by `off` bytes.
    ///
    /// # Source
    /// Linux v6.18, `nf_conntrack_seqadj.c`: `nf_ct_seqadj_set`.
    pub(super) const fn set(&mut self, seq: u32, off: i32) {
        if self.offset_before == self.offset_after || before(self.correction_pos, seq) {
            self.correction_pos = seq;
            self.offset_before = self.offset_after;
            self.offset_after = self.offset_after.wrapping_add(off);
        }
    }

    /// Every number is shifted.
    ///
    /// # Source
    /// Linux v6.18, `nf_conntrack_seqadj.c`: `nf_ct_seqadj_init`.
    pub(super) const fn init(&mut self, off: i32) {
        self.offset_before = off;
        self.offset_after = off;
    }

    /// Linux v6.18, `nf_conntrack_seqadj.c`: `nf_ct_seq_offset`.
    pub(super) const fn offset(&self, seq: u32) -> i32 {
        if after(seq, self.correction_pos) { self.offset_after } else { self.offset_before }
    }

    /// Of the other direction: what its acknowledgements are shifted by.
    const fn of_ack(&self, ack: u32) -> i32 {
        self.offset(ack.wrapping_sub(self.offset_before as u32))
    }
}

/// Shifts a segment's numbers, its own direction first.
///
/// # Source
/// Linux v6.18, `nf_conntrack_seqadj.c`: `nf_ct_seq_adjust`.
pub(super) const fn adjust(tcp: &mut Tcp, this_way: &SeqAdj, other_way: &SeqAdj) {
    tcp.seq = tcp.seq.wrapping_add(this_way.offset(tcp.seq) as u32);
    if tcp.flags.has(TcpFlags::ACK) {
        tcp.ack = tcp.ack.wrapping_sub(other_way.of_ack(tcp.ack) as u32);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Linux v6.18, `nf_ct_seqadj_set`: a retransmission counts once, a later change adds up.
    #[test]
    fn a_retransmission_is_no_second_change() {
        let mut adj = SeqAdj::default();
        adj.set(100, 5);
        adj.set(100, 5);
        assert_eq!((adj.offset(100), adj.offset(101)), (0, 5));
        adj.set(200, -2);
        assert_eq!((adj.offset(200), adj.offset(201)), (5, 3));
    }
}
