//! `-j CONNMARK`.

use packetwalk_wire::Nfct;

use super::Flow;
use crate::context::Cx;
use crate::env::Host;

/// Which way a mark goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mode {
    /// `--set-xmark VALUE/MASK` and what comes down to it: into the connection's.
    Set,
    /// `--save-mark`: the packet's into the connection's.
    Save,
    /// `--restore-mark`: the connection's into the packet's.
    Restore,
}

/// `--left-shift-mark`, `--right-shift-mark`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Shift {
    /// By so many bits.
    Left(u8),
    /// By so many bits.
    Right(u8),
}

impl Shift {
    /// None.
    pub const NONE: Self = Self::Left(0);

    /// A mark moved.
    const fn of(self, mark: u32) -> u32 {
        match self {
            Self::Left(bits) => mark.wrapping_shl(bits as u32),
            Self::Right(bits) => mark.wrapping_shr(bits as u32),
        }
    }

    /// The kernel takes less than the mark's width only.
    ///
    /// # Source
    /// Linux v6.18, `net/netfilter/xt_connmark.c`: `connmark_tg_check_v2`.
    pub(crate) const fn is_valid(self) -> bool {
        let (Self::Left(bits) | Self::Right(bits)) = self;
        bits < 32
    }
}

/// Sets the mark of the connection, or copies it from the packet or to it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Connmark {
    /// Which way.
    pub mode: Mode,
    /// Value of [`Mode::Set`].
    pub mark: u32,
    /// Bits of the connection's mark that are taken or cleared.
    pub ctmask: u32,
    /// Bits of the packet's mark that are taken or cleared.
    pub nfmask: u32,
    /// What is taken or set moves by this.
    pub shift: Shift,
}

impl Connmark {
    /// # Source
    /// Linux v6.18, `net/netfilter/xt_connmark.c`: `connmark_tg_shift`.
    pub fn act<H: Host>(&self, cx: &mut Cx<'_, '_, H>) -> Flow {
        let Nfct::Tracked(r) = cx.skb.nfct else { return Flow::Continue };
        let Some(old) = cx.ct.get(r).map(|conn| conn.mark) else { return Flow::Continue };
        match self.mode {
            Mode::Set => cx.ct.set_mark(r, self.shift.of((old & !self.ctmask) ^ self.mark)),
            Mode::Save => {
                let mark = (old & !self.ctmask) ^ self.shift.of(cx.skb.mark & self.nfmask);
                cx.ct.set_mark(r, mark);
            }
            Mode::Restore => {
                cx.skb.mark = (cx.skb.mark & !self.nfmask) ^ self.shift.of(old & self.ctmask);
            }
        }
        Flow::Continue
    }
}
