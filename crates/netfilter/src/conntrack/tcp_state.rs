//! TCP's states as a man in the middle guesses them.

use super::Dir;
use packetwalk_wire::TcpFlags;

/// `enum tcp_conntrack`, with the kernel's numbers.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum TcpState {
    /// No packet yet.
    #[default]
    None,
    /// A SYN was seen.
    SynSent,
    /// The SYN was answered by SYN-ACK.
    SynRecv,
    /// The handshake's ACK was seen.
    Established,
    /// A FIN was seen.
    FinWait,
    /// The FIN was acknowledged.
    CloseWait,
    /// FINs were seen both ways.
    LastAck,
    /// The last ACK was seen.
    TimeWait,
    /// A RST was seen.
    Close,
    /// A SYN was seen from either side.
    SynSent2,
}

impl TcpState {
    /// Every state, in the order of the kernel's numbers.
    pub(super) const ALL: [Self; 10] = [
        Self::None,
        Self::SynSent,
        Self::SynRecv,
        Self::Established,
        Self::FinWait,
        Self::CloseWait,
        Self::LastAck,
        Self::TimeWait,
        Self::Close,
        Self::SynSent2,
    ];

    /// As `conntrack -L` prints it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "NONE",
            Self::SynSent => "SYN_SENT",
            Self::SynRecv => "SYN_RECV",
            Self::Established => "ESTABLISHED",
            Self::FinWait => "FIN_WAIT",
            Self::CloseWait => "CLOSE_WAIT",
            Self::LastAck => "LAST_ACK",
            Self::TimeWait => "TIME_WAIT",
            Self::Close => "CLOSE",
            Self::SynSent2 => "SYN_SENT2",
        }
    }
}

/// Which of a segment's flags counts (`enum tcp_bit_set`).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub(super) enum Segment {
    Syn,
    SynAck,
    Fin,
    Ack,
    Rst,
    #[default]
    None,
}

impl Segment {
    /// Linux v6.18, `nf_conntrack_proto_tcp.c`: `get_conntrack_index`.
    pub(super) const fn of(flags: TcpFlags) -> Self {
        if flags.has(TcpFlags::RST) {
            Self::Rst
        } else if flags.has(TcpFlags::SYN) {
            if flags.has(TcpFlags::ACK) { Self::SynAck } else { Self::Syn }
        } else if flags.has(TcpFlags::FIN) {
            Self::Fin
        } else if flags.has(TcpFlags::ACK) {
            Self::Ack
        } else {
            Self::None
        }
    }

    /// Linux v6.18, `nf_conntrack_proto_tcp.c`: `tcp_valid_flags`; PSH, ECE and CWR may always be set.
    pub(super) const fn is_valid(flags: TcpFlags) -> bool {
        const FIN: u8 = TcpFlags::FIN.0;
        const SYN: u8 = TcpFlags::SYN.0;
        const RST: u8 = TcpFlags::RST.0;
        const ACK: u8 = TcpFlags::ACK.0;
        const URG: u8 = TcpFlags::URG.0;
        let bits = flags.0 & (FIN | SYN | RST | ACK | URG);
        if bits & URG != 0 {
            matches!(bits & !URG, SYN | ACK) || bits & !URG == FIN | ACK
        } else {
            matches!(bits, SYN | RST | ACK) || bits == SYN | ACK || bits == RST | ACK || bits == FIN | ACK
        }
    }
}

/// Where a segment leads.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Next {
    /// To this state.
    State(TcpState),
    /// It may be right or wrong: it passes, and its answer will tell.
    Ignore,
    /// INVALID.
    Invalid,
}

/// The state that a segment leads to.
///
/// # Source
/// Linux v6.18, `nf_conntrack_proto_tcp.c`: `tcp_conntracks`.
#[expect(clippy::match_same_arms, reason = "grouped by segment, as the table is read")]
pub(super) const fn next(dir: Dir, segment: Segment, old: TcpState) -> Next {
    use TcpState as S;
    let original = matches!(dir, Dir::Original);
    Next::State(match (segment, old) {
        (Segment::Syn, S::None | S::SynSent | S::Close) if original => S::SynSent,
        (Segment::Syn, S::TimeWait) => S::SynSent,
        (Segment::Syn, S::SynSent | S::SynSent2) => S::SynSent2,
        (Segment::Syn, _) if original => return Next::Ignore,

        (Segment::SynAck, S::SynSent) if !original => S::SynRecv,
        (Segment::SynAck, S::SynSent2) => S::SynRecv,
        (Segment::SynAck, S::SynRecv) if original => S::SynRecv,
        (Segment::SynAck, S::None) => return Next::Invalid,
        (Segment::SynAck, _) if !original => return Next::Ignore,

        (Segment::Fin, S::SynRecv | S::Established) => S::FinWait,
        (Segment::Fin, S::FinWait | S::CloseWait | S::LastAck) => S::LastAck,
        (Segment::Fin | Segment::Ack, S::TimeWait) => S::TimeWait,
        (Segment::Fin | Segment::Ack, S::Close) => S::Close,

        (Segment::Ack, S::None) if original => S::Established,
        (Segment::Ack, S::SynRecv) => {
            if original {
                S::Established
            } else {
                S::SynRecv
            }
        }
        (Segment::Ack, S::Established) => S::Established,
        (Segment::Ack, S::FinWait | S::CloseWait) => S::CloseWait,
        (Segment::Ack, S::LastAck) => S::TimeWait,
        (Segment::Ack, S::SynSent | S::SynSent2) if !original => return Next::Ignore,

        (Segment::Rst, S::None) => return Next::Invalid,
        (Segment::Rst, _) => S::Close,

        _ => return Next::Invalid,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Linux v6.18, `nf_conntrack_proto_tcp.c`: `tcp_conntracks`, a letter a state (`N` none, `S` SYN_SENT,
    /// `R` SYN_RECV, `E`, `F`, `C` CLOSE_WAIT, `L`, `T`, `X` CLOSE, `2`; `g` ignore, `-` invalid); columns
    /// are the old state.
    #[test]
    fn the_kernels_table() {
        const LETTERS: &str = "NSREFCLTX2";
        let rows = [
            (Dir::Original, Segment::Syn, "SSgggggSS2"),
            (Dir::Original, Segment::SynAck, "--R------R"),
            (Dir::Original, Segment::Fin, "--FFLLLTX-"),
            (Dir::Original, Segment::Ack, "E-EECCTTX-"),
            (Dir::Original, Segment::Rst, "-XXXXXXXXX"),
            (Dir::Original, Segment::None, "----------"),
            (Dir::Reply, Segment::Syn, "-2-----S-2"),
            (Dir::Reply, Segment::SynAck, "-RgggggggR"),
            (Dir::Reply, Segment::Fin, "--FFLLLTX-"),
            (Dir::Reply, Segment::Ack, "-gRECCTTXg"),
            (Dir::Reply, Segment::Rst, "-XXXXXXXXX"),
            (Dir::Reply, Segment::None, "----------"),
        ];
        for (dir, segment, row) in rows {
            let got: String = TcpState::ALL
                .iter()
                .map(|&old| match next(dir, segment, old) {
                    Next::State(s) => LETTERS.chars().nth(s as usize).unwrap(),
                    Next::Ignore => 'g',
                    Next::Invalid => '-',
                })
                .collect();
            assert_eq!(got, row, "{dir:?} {segment:?}");
        }
    }

    /// Linux v6.18, `nf_conntrack_proto_tcp.c`: `tcp_valid_flags`.
    #[test]
    fn valid_flags() {
        let valid = [0x02, 0x22, 0x12, 0x04, 0x14, 0x11, 0x31, 0x10, 0x30];
        for bits in 0..=0x3f_u8 {
            let expect = valid.contains(&(bits & 0x37));
            assert_eq!(Segment::is_valid(TcpFlags(bits)), expect, "{bits:#x}");
            assert_eq!(Segment::is_valid(TcpFlags(bits | 0xc8)), expect, "{bits:#x} with PSH, ECE, CWR");
        }
    }
}
