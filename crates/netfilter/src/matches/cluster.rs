//! `-m cluster`.

use packetwalk_wire::{Nfct, PacketType};

use crate::conntrack::Dir;
use crate::context::Cx;
use crate::env::Host;
use crate::nat::jhash::{jhash_1word, words};

/// Whether this node of a cluster is to handle the connection.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Cluster {
    /// `!` stands before the node.
    pub not: bool,
    /// `--cluster-local-nodemask`, or the bit of `--cluster-local-node`.
    pub nodes: u32,
    /// `--cluster-total-nodes`.
    pub total: u32,
    /// `--cluster-hash-seed`.
    pub seed: u32,
}

impl Cluster {
    /// # Source
    /// Linux v6.18, `net/netfilter/xt_cluster.c`: `xt_cluster_mt`, `xt_cluster_hash`.
    pub fn met<H: Host>(&self, cx: &mut Cx<'_, '_, H>) -> bool {
        if !cx.skb.packet.ip.dst.is_multicast() && cx.skb.pkt_type == PacketType::Multicast {
            cx.skb.pkt_type = PacketType::Host;
        }
        let Nfct::Tracked(r) = cx.skb.nfct else { return false };
        let Some(conn) = cx.ct.master(r).map(|(_, master)| master).or_else(|| cx.ct.get(r)) else {
            return false;
        };
        // Of an IPv6 address too only the first word counts.
        let [word, ..] = words(conn.tuple(Dir::Original).src);
        let hash = jhash_1word(word, self.seed);
        let node = (u64::from(hash) * u64::from(self.total)) >> 32;
        (u64::from(self.nodes) >> node & 1 != 0) != self.not
    }
}
