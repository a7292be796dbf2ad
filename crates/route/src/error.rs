//! Why an address, route or rule was refused.

use core::fmt;

/// The kernel's refusals. [`fmt::Display`] gives the line that iproute2 prints.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RouteError {
    /// EEXIST.
    Exists,
    /// ENOENT.
    NoEntry,
    /// ESRCH.
    NoProcess,
    /// ENODEV.
    NoDevice,
    /// EADDRNOTAVAIL: no such address on the interface.
    NoAddress,
    /// EHOSTUNREACH, without an explanation (IPv6 gateway).
    HostUnreach,
    /// EINVAL, without an explanation.
    Inval,
    /// EACCES: IPv6 is off on the interface.
    Access,
    /// ESRCH, explained.
    NoTable,
    /// EEXIST, explained.
    AddressExists,
    /// EEXIST, explained (IPv6).
    AddressExists6,
    /// EINVAL, explained.
    AddressScope,
    /// EADDRNOTAVAIL, explained (IPv6).
    NoAddress6,
    /// EADDRNOTAVAIL, explained (IPv4).
    NoAddress4,
    /// EACCES, explained.
    Ipv6Disabled,
    /// EADDRNOTAVAIL: `::` cannot be set.
    BadAddress6,
    /// EADDRNOTAVAIL: a group address cannot be set (IPv6).
    MulticastAddress6,
    /// EADDRNOTAVAIL: `::1` belongs to `lo`.
    LoopbackAddress6,
    /// Host bits are set in a destination.
    PrefixBits,
    /// The gateway is not reached by an interface.
    Gateway,
    /// The interface of a gateway route is not up.
    GatewayDown,
    /// The interface is not up.
    DeviceDown,
    /// As [`RouteError::DeviceDown`], in IPv6's words.
    DeviceDown6,
    /// A route that goes nowhere has no way out.
    WayOutForReject,
    /// A host route has a gateway.
    HostGateway,
    /// A host route has several ways out.
    HostMultipath,
    /// `onlink` needs an interface.
    OnlinkDevice,
    /// `onlink` is for gateways.
    OnlinkFlags,
    /// A scope that this type of route cannot have.
    Scope,
    /// `src` is not an address of this host.
    Prefsrc,
    /// As [`RouteError::Prefsrc`], in IPv6's words.
    Prefsrc6,
    /// The gateway is one of our own addresses.
    GatewayLocal,
    /// A link-local gateway without an interface.
    EgressDevice,
    /// A group address as gateway.
    GatewayType,
    /// `change` of a route that is not there (IPv6).
    NoMatch6,
    /// `goto` to a rule before this one.
    BackwardGoto,
    /// ENETUNREACH: the gateway has no route.
    NetUnreach,
}

impl RouteError {
    /// The kernel's explanation (extack), where it gives one.
    pub const fn extack(self) -> Option<&'static str> {
        Some(match self {
            Self::NoTable => "FIB table does not exist",
            Self::AddressExists => "ipv4: Address already assigned",
            Self::AddressExists6 => "ipv6: address already assigned",
            Self::AddressScope => "ipv4: Invalid scope value",
            Self::NoAddress4 => "ipv4: Address not found",
            Self::NoAddress6 => "ipv6: address not found",
            Self::Ipv6Disabled => "ipv6: IPv6 is disabled on this device",
            Self::BadAddress6 => "ipv6: Invalid address",
            Self::MulticastAddress6 => {
                "ipv6: Cannot assign multicast address without \"IFA_F_MCAUTOJOIN\" flag"
            }
            Self::LoopbackAddress6 => "ipv6: Cannot assign loopback address on this device",
            Self::PrefixBits => "Invalid prefix for given prefix length",
            Self::Gateway | Self::NetUnreach => "Nexthop has invalid gateway",
            Self::GatewayDown | Self::DeviceDown6 => "Nexthop device is not up",
            Self::DeviceDown => "Device for nexthop is not up",
            Self::WayOutForReject => "Gateway, device and multipath can not be specified for this route type",
            Self::HostGateway => "Route with host scope can not have a gateway",
            Self::HostMultipath => "Route with host scope can not have multiple nexthops",
            Self::OnlinkDevice => "Nexthop device required for onlink",
            Self::OnlinkFlags => "Invalid flags for nexthop - PERVASIVE and ONLINK can not be set",
            Self::Scope => "Invalid scope",
            Self::Prefsrc => "Invalid prefsrc address",
            Self::Prefsrc6 => "Invalid source address",
            Self::GatewayLocal => "Gateway can not be a local address",
            Self::EgressDevice => "Egress device not specified",
            Self::GatewayType => "Invalid gateway address",
            Self::NoMatch6 => "Can not replace route - no match found",
            Self::BackwardGoto => "Backward goto not supported",
            _ => return None,
        })
    }

    /// `strerror` of its errno.
    pub const fn errno(self) -> &'static str {
        match self {
            Self::Exists | Self::AddressExists | Self::AddressExists6 => "File exists",
            Self::NoEntry | Self::NoMatch6 => "No such file or directory",
            Self::NoProcess | Self::NoTable => "No such process",
            Self::NoDevice | Self::OnlinkDevice | Self::EgressDevice => "No such device",
            Self::NoAddress
            | Self::NoAddress4
            | Self::NoAddress6
            | Self::BadAddress6
            | Self::MulticastAddress6
            | Self::LoopbackAddress6 => "Cannot assign requested address",
            Self::HostUnreach => "No route to host",
            Self::NetUnreach => "Network is unreachable",
            Self::GatewayDown | Self::DeviceDown | Self::DeviceDown6 => "Network is down",
            Self::Access | Self::Ipv6Disabled => "Permission denied",
            _ => "Invalid argument",
        }
    }
}

impl fmt::Display for RouteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.extack() {
            Some(text) => write!(f, "Error: {text}."),
            None => write!(f, "RTNETLINK answers: {}", self.errno()),
        }
    }
}
