//! `-j SYNPROXY`.

/// Answers for a server until the client has shown that it is there.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Synproxy {
    /// `--sack-perm`.
    pub sack: bool,
    /// `--timestamp`.
    pub timestamp: bool,
    /// `--wscale`.
    pub wscale: Option<u8>,
    /// `--mss`.
    pub mss: Option<u16>,
    /// `--ecn`.
    pub ecn: bool,
}
