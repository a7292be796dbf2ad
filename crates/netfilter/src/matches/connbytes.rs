//! `-m connbytes`.

use packetwalk_wire::Nfct;

use crate::conntrack::{Counter, Dir};
use crate::context::Cx;
use crate::env::Host;

/// `--connbytes-mode`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum What {
    /// Packets.
    Packets,
    /// Bytes.
    Bytes,
    /// Bytes a packet.
    AvgPkt,
}

/// How much a connection has carried.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Connbytes {
    /// From here; greater than `to` when it is negated.
    pub from: u64,
    /// To here.
    pub to: u64,
    /// Of what.
    pub what: What,
    /// `--connbytes-dir`; `None` is both.
    pub dir: Option<Dir>,
}

impl Connbytes {
    /// # Source
    /// Linux v6.18, `net/netfilter/xt_connbytes.c`: `connbytes_mt`.
    pub fn met<H: Host>(&self, cx: &Cx<'_, '_, H>) -> bool {
        let Nfct::Tracked(r) = cx.skb.nfct else { return false };
        if cx.ct.of(cx.skb).is_none() {
            return false;
        }
        let (Some(a), Some(b)) = (cx.ct.counter(r, Dir::Original), cx.ct.counter(r, Dir::Reply)) else {
            return false;
        };
        let sum = match self.dir {
            Some(Dir::Original) => a,
            Some(Dir::Reply) => b,
            None => {
                Counter { packets: a.packets.wrapping_add(b.packets), bytes: a.bytes.wrapping_add(b.bytes) }
            }
        };
        let what = match self.what {
            What::Packets => sum.packets,
            What::Bytes => sum.bytes,
            What::AvgPkt => sum.bytes.checked_div(sum.packets).unwrap_or(0),
        };
        if self.to >= self.from {
            (self.from..=self.to).contains(&what)
        } else {
            what < self.to || what > self.from
        }
    }
}
