//! Capture filters: pcap-filter(7) expressions.
//!
//! # Source
//! libpcap 1.10.3: `scanner.l`, `grammar.y.in`, `gencode.c`. Known, but refused by name: filters of other
//! link types (ATM, 802.11, SS7, LLC, pflog), `vlan`, `mpls`, `pppoed`, `pppoes`, `geneve`, `byte`,
//! `ifindex` and `protochain`.

mod arith;
mod code;
mod eval;
mod grammar;
mod lex;
mod primitive;
mod satisfiable;

use core::fmt;
use std::net::IpAddr;

use code::Code;

/// The link header that the filter will meet.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Link {
    /// Of one interface.
    Ethernet,
    /// `LINUX_SLL2`, of `-i any`.
    Cooked,
}

/// Names that a filter may use instead of numbers.
pub trait Names {
    /// Addresses of a host.
    fn host(&self, name: &str) -> Vec<IpAddr>;
    /// Port of a service of `tcp` or `udp`, as in `/etc/services`.
    fn service(&self, name: &str, protocol: &str) -> Option<u16>;
    /// Number of an IP protocol, as in `/etc/protocols`.
    fn protocol(&self, name: &str) -> Option<u8>;
}

/// What tcpdump prints behind `tcpdump: ` before it exits with status 1.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FilterError(String);

impl fmt::Display for FilterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for FilterError {}

impl FilterError {
    fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    fn syntax() -> Self {
        Self::new("can't parse filter expression: syntax error")
    }

    fn not_modelled(what: &str) -> Self {
        Self(format!("'{what}' is not simulated"))
    }
}

/// A filter expression, ready to be asked of packets.
#[derive(Clone, Debug)]
pub struct Filter {
    code: Option<Code>,
}

impl Filter {
    /// Reads an expression. An empty one takes every packet. `netmask` is that of the interface's IPv4
    /// network, which `ip broadcast` asks for; `None` when it is not known.
    ///
    /// # Errors
    /// [`FilterError`], with the text of the real tool.
    pub fn new(
        expression: &str,
        link: Link,
        netmask: Option<u32>,
        names: &dyn Names,
    ) -> Result<Self, FilterError> {
        let tokens = lex::tokens(expression)?;
        let code = grammar::parse(&tokens, primitive::Context { link, netmask, names })?;
        if code.as_ref().is_some_and(|code| !satisfiable::satisfiable(code)) {
            return Err(FilterError::new("expression rejects all packets"));
        }
        Ok(Self { code })
    }

    /// Whether the packet is taken; `bytes` begin with the link header, `outgoing` tells a packet that
    /// this host sent.
    pub fn takes(&self, bytes: &[u8], outgoing: bool) -> bool {
        self.code.as_ref().is_none_or(|code| eval::eval(code, bytes, outgoing).unwrap_or(false))
    }
}
