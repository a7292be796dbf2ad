//! Namespaces and what connects them.

use serde::Serialize;
use tsify::Tsify;

/// What a device is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub enum DeviceKind {
    /// `lo`.
    Loopback,
    /// One end of a cable.
    Veth,
    /// A bridge.
    Bridge,
    /// A dummy.
    Dummy,
    /// It shares another device.
    Macvlan,
}

/// The other end of a cable.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct Peer {
    /// Its namespace's id.
    pub ns: u32,
    /// Its name there.
    pub device: String,
}

/// A network device.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct Device {
    /// Interface index.
    pub index: u32,
    /// Name.
    pub name: String,
    /// What it is.
    pub kind: DeviceKind,
    /// Administratively up.
    pub up: bool,
    /// Hardware address.
    pub mac: String,
    /// The bridge that it is a port of.
    pub master: Option<String>,
    /// The other end, for a veth.
    pub peer: Option<Peer>,
    /// Addresses with their prefix length: `172.17.42.1/16`.
    pub addresses: Vec<String>,
}

/// A network namespace.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct Namespace {
    /// Its number in the lab; 0 is where the script runs.
    pub id: u32,
    /// Name; empty for number 0.
    pub name: String,
    /// The container of Docker's whose it is.
    pub container: Option<String>,
    /// Whether it forwards IPv4.
    pub forwards: bool,
    /// Its devices, by index.
    pub devices: Vec<Device>,
}

/// Every namespace of the lab.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct Topology {
    /// In order of creation.
    pub namespaces: Vec<Namespace>,
}
