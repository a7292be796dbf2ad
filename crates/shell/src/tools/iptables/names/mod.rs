//! Names of protocols and ports.

pub(super) mod people;
pub(in crate::tools) mod protocols;
pub(in crate::tools) mod services;

use super::fail::Fail;
use super::number;
use protocols::PROTOCOLS;
use services::SERVICES;

/// Protocols that the tool itself knows, before `/etc/protocols` is asked.
///
/// # Source
/// iptables 1.8.9, `libxtables/xtables.c`: `xtables_chain_protos`.
const KNOWN: [(&str, u8); 13] = [
    ("tcp", 6),
    ("sctp", 132),
    ("udp", 17),
    ("udplite", 136),
    ("icmp", 1),
    ("ipv6-icmp", 58),
    ("icmpv6", 58),
    ("esp", 50),
    ("ah", 51),
    ("mobility-header", 135),
    ("ipv6-mh", 135),
    ("mh", 135),
    ("all", 0),
];

/// A protocol by name or number.
///
/// # Errors
/// Unknown names.
pub(super) fn protocol(text: &str) -> Result<u8, Fail> {
    if let Some(n) = number::whole(text, 0, 255) {
        return Ok(n as u8);
    }
    if let Some((_, n)) = KNOWN.iter().find(|(name, _)| *name == text) {
        return Ok(*n);
    }
    PROTOCOLS
        .iter()
        .find(|(_, name, others)| *name == text || others.contains(&text))
        .map(|(n, ..)| *n)
        .ok_or_else(|| Fail::param(format!("unknown protocol \"{text}\" specified")))
}

/// A protocol's name; `known` leaves `/etc/protocols` out.
pub(super) fn protocol_name(number: u8, known: bool) -> Option<&'static str> {
    if let Some((name, _)) = KNOWN.iter().find(|(_, n)| *n == number) {
        return Some(name);
    }
    if known {
        return None;
    }
    PROTOCOLS.iter().find(|(n, ..)| *n == number).map(|(_, name, _)| *name)
}

/// A port by its service's name; without a protocol, TCP's before UDP's.
pub(super) fn port(name: &str, protocol: Option<&str>) -> Option<u16> {
    let Some(protocol) = protocol else {
        return port(name, Some("tcp")).or_else(|| port(name, Some("udp")));
    };
    SERVICES
        .iter()
        .find(|(_, p, n, others)| *p == protocol && (*n == name || others.contains(&name)))
        .map(|(port, ..)| *port)
}

/// The name of a port.
pub(super) fn service(port: u16, protocol: &str) -> Option<&'static str> {
    SERVICES.iter().find(|(n, p, ..)| *n == port && *p == protocol).map(|(_, _, name, _)| *name)
}

/// `xtables_parse_port`: a number, or a service of the protocol.
///
/// # Errors
/// Unknown names.
pub(super) fn parse_port(text: &str, protocol: &str) -> Result<u16, Fail> {
    number::whole(text, 0, 65535)
        .map(|n| n as u16)
        .or_else(|| port(text, Some(protocol)))
        .ok_or_else(|| Fail::param(format!("invalid port/service `{text}' specified")))
}
