//! What is asked of interfaces, and what comes of it.

use packetwalk_wire::{IfIndex, IfName, Mac};

use crate::device::Kind;

/// Why a link operation was refused.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LinkError {
    /// EEXIST: the name or number is taken.
    Exists,
    /// ENODEV.
    NoDevice,
    /// EBUSY: for instance a port of another bridge.
    Busy,
    /// EINVAL.
    Inval,
    /// ELOOP, `Can not enslave a bridge to a bridge`.
    BridgeLoop,
    /// EOPNOTSUPP: `lo` cannot be deleted.
    NotSupported,
    /// EINVAL, `mtu less than device minimum`.
    MtuTooSmall,
    /// EINVAL, `mtu greater than device maximum`.
    MtuTooLarge,
    /// EADDRNOTAVAIL: a group address or zero as MAC.
    BadMac,
}

/// What an operation changed, in order: others have to follow (routes, the other end of a veth).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Change {
    /// Administratively up (`NETDEV_UP`).
    Up(IfIndex),
    /// Administratively down (`NETDEV_DOWN`).
    Down(IfIndex),
    /// Carrier came or went (`NETDEV_CHANGE`).
    Carrier(IfIndex, bool),
    /// Another MAC (`NETDEV_CHANGEADDR`).
    Mac(IfIndex),
    /// Another MTU (`NETDEV_CHANGEMTU`).
    Mtu(IfIndex),
}

/// What [`Devices::add`] needs to know.
#[derive(Clone, Debug)]
pub struct NewDevice {
    /// Name.
    pub name: IfName,
    /// What it is.
    pub kind: Kind,
    /// MAC: the user's, or one chosen at random.
    pub mac: Mac,
    /// The user chose the MAC.
    pub mac_set: bool,
    /// MTU, if the user chose one.
    pub mtu: Option<u32>,
    /// `index`, if the user chose one.
    pub index: Option<IfIndex>,
}
