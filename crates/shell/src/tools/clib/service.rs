//! `getservbyname`, `getservbyport` and `getprotobyname`.

use crate::tools::iptables::names::{protocols, services};

/// The port of a service.
pub(in crate::tools) fn port_of(name: &str, protocol: &str) -> Option<u16> {
    let found = services::SERVICES
        .iter()
        .find(|(_, p, n, others)| *p == protocol && (*n == name || others.contains(&name)));
    found.map(|(port, ..)| *port)
}

/// The service at a port.
pub(in crate::tools) fn service_at(port: u16, protocol: &str) -> Option<&'static str> {
    services::SERVICES.iter().find(|(n, p, ..)| *n == port && *p == protocol).map(|(_, _, name, _)| *name)
}

/// `getprotobyname`.
pub(in crate::tools) fn protocol_of(name: &str) -> Option<u8> {
    protocols::PROTOCOLS.iter().find(|(_, n, others)| *n == name || others.contains(&name)).map(|(n, ..)| *n)
}
