//! Targets that iptables 1.8.9 has and Linux 6.18 as it is built here has not: every rule with one is refused.

use packetwalk_wire::Mac;

/// `-j LED`, which asks for a kernel with LED triggers.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Led {
    /// `--led-trigger-id`.
    pub id: Box<str>,
    /// `--led-delay` in milliseconds; all ones is `inf`.
    pub delay: u32,
    /// `--led-always-blink`.
    pub always_blink: bool,
}

/// `-j CLUSTERIP`, which left the kernel with 6.2.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Clusterip {
    /// `--new`.
    pub new: bool,
    /// `--hashmode`, by place in its list.
    pub mode: u8,
    /// `--clustermac`.
    pub mac: Mac,
    /// `--total-nodes`.
    pub total: u16,
    /// `--local-node`.
    pub local: u16,
    /// `--hash-init`.
    pub init: u32,
}

/// `-j ULOG`, which left the kernel with 3.17.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Ulog {
    /// `--ulog-nlgroup`, 1 to 32.
    pub group: u8,
    /// `--ulog-prefix`, at most 31 bytes.
    pub prefix: Box<str>,
    /// `--ulog-cprange`.
    pub range: u64,
    /// `--ulog-qthreshold`.
    pub threshold: u64,
}
