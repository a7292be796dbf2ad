//! `-m tcpmss`.

use packetwalk_wire::Transport;

use super::range::Range;
use crate::context::{Cx, Met};
use crate::env::Host;
use crate::raw::{self, Missing};

/// `--mss`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TcpmssMatch {
    /// `!` stands before it.
    pub not: bool,
    /// Maximum segment sizes.
    pub mss: Range<u16>,
}

impl TcpmssMatch {
    /// # Source
    /// Linux v6.18, `net/netfilter/xt_tcpmss.c`: `tcpmss_mt`. A later fragment is read like any packet.
    pub fn met<H: Host>(self, cx: &mut Cx<'_, '_, H>) -> Met {
        let mss = match cx.skb.packet.transport {
            Transport::Tcp(tcp) => tcp.options.mss,
            _ => match mss_of(raw::fragment(cx)) {
                Ok(mss) => mss,
                Err(_) => return Met::Hotdrop,
            },
        };
        mss.map_or(self.not, |mss| self.mss.has(mss) != self.not).into()
    }
}

/// The MSS option among what stands where a TCP header should.
fn mss_of(bytes: &[u8]) -> Result<Option<u16>, Missing> {
    let offset = bytes.get(12).ok_or(Missing::CutShort)? >> 4;
    let options = bytes.get(20..usize::from(offset) * 4).ok_or(Missing::CutShort)?;
    let mut at = 0;
    while let Some(&op) = options.get(at) {
        if let Some([2, 4, high, low]) = raw::field(options, at) {
            return Ok(Some(u16::from_be_bytes([high, low])));
        }
        at += match options.get(at + 1) {
            Some(&len) if op >= 2 && len != 0 => usize::from(len),
            _ => 1,
        };
    }
    Ok(None)
}
