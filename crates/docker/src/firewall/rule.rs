//! A rule and a chain as the engine hands them to `iptables`.

use std::net::IpAddr;

use packetwalk_wire::Family;

use super::Change;
use crate::{Host, Op, Place, Words};

/// Table `filter`.
pub const FILTER: &str = "filter";
/// Table `nat`.
pub const NAT: &str = "nat";
/// Table `raw`.
pub const RAW: &str = "raw";

/// One rule of one chain.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Rule {
    family: Family,
    table: &'static str,
    chain: &'static str,
    /// Its arguments, as words.
    text: String,
}

/// Runs `iptables` in the daemon's namespace; whether it went well.
pub(crate) fn run(host: &mut dyn Host, family: Family, text: String) -> bool {
    host.apply(Place::Host, Op::Rules(family, Words::new(text))).is_ok()
}

impl Rule {
    /// A rule whose arguments are the words of `text`.
    pub fn new(family: Family, table: &'static str, chain: &'static str, text: &str) -> Self {
        Self { family, table, chain, text: text.to_owned() }
    }

    /// The same rule of another chain.
    #[must_use]
    pub fn of_chain(&self, chain: &'static str) -> Self {
        Self { chain, ..self.clone() }
    }

    fn run(&self, host: &mut dyn Host, action: &str) -> bool {
        run(host, self.family, ["-t ", self.table, " ", action, " ", self.chain, " ", &self.text].concat())
    }

    /// Whether it is there, as `iptables -C` says.
    pub fn exists(&self, host: &mut dyn Host) -> bool {
        self.run(host, "-C")
    }

    fn ensure(&self, host: &mut dyn Host, action: &str) {
        if !self.exists(host) {
            self.run(host, action);
        }
    }

    /// Adds it at the chain's end unless it is there already; or removes it.
    pub fn append(&self, host: &mut dyn Host, change: Change) {
        match change {
            Change::Add => self.ensure(host, "-A"),
            Change::Remove => self.delete(host),
        }
    }

    /// Adds it at the chain's head unless it is there already; or removes it.
    pub fn insert(&self, host: &mut dyn Host, change: Change) {
        match change {
            Change::Add => self.ensure(host, "-I"),
            Change::Remove => self.delete(host),
        }
    }

    /// Removes it where it is there.
    pub fn delete(&self, host: &mut dyn Host) {
        if self.exists(host) {
            self.run(host, "-D");
        }
    }

    /// Makes it the first rule of its chain.
    ///
    /// # Source
    /// moby b985e231, `libnetwork/iptables/iptables.go`: `EnsureJumpRule`.
    pub fn on_top(&self, host: &mut dyn Host) {
        self.delete(host);
        self.run(host, "-I");
    }

    /// Adds it, there or not.
    pub fn add_again(&self, host: &mut dyn Host, change: Change) {
        self.run(host, if change == Change::Add { "-A" } else { "-D" });
    }
}

/// Makes a chain unless it is there.
///
/// # Source
/// moby b985e231, `libnetwork/iptables/iptables.go`: `NewChain`.
pub fn new_chain(host: &mut dyn Host, family: Family, table: &str, name: &str) {
    if !run(host, family, format!("-t {table} -n -L {name}")) {
        run(host, family, format!("-t {table} -N {name}"));
    }
}

/// Removes a chain; of table `nat`, the jumps to it too.
///
/// # Source
/// moby b985e231, `libnetwork/iptables/iptables.go`: `ChainInfo.Remove`.
pub fn remove_chain(host: &mut dyn Host, family: Family, table: &str, name: &str, loopback: &str) {
    if table == NAT {
        let local = "-m addrtype --dst-type LOCAL";
        run(host, family, format!("-t nat -D PREROUTING {local} -j {name}"));
        run(host, family, format!("-t nat -D OUTPUT {local} ! --dst {loopback} -j {name}"));
        run(host, family, format!("-t nat -D OUTPUT {local} -j {name}"));
        run(host, family, "-t nat -D PREROUTING".to_owned());
        run(host, family, "-t nat -D OUTPUT".to_owned());
    }
    run(host, family, format!("-t {table} -F {name}"));
    run(host, family, format!("-t {table} -X {name}"));
}

/// The loopback prefix of a family as the engine writes it.
pub const fn loopback(family: Family) -> &'static str {
    match family {
        Family::V4 => crate::host::LOOPBACK4,
        Family::V6 => "::1/128",
    }
}

/// The jumps from `PREROUTING` and `OUTPUT` of table `nat` to `DOCKER`.
///
/// # Source
/// moby b985e231, `iptabler/network.go`: `addNATJumpRules`; v20.10.24, `iptables.go`: `ProgramChain`.
pub fn nat_jumps(host: &mut dyn Host, family: Family, hairpin: bool) {
    let local = "-m addrtype --dst-type LOCAL -j DOCKER";
    Rule::new(family, NAT, "PREROUTING", local).append(host, Change::Add);
    let not_loopback = if hairpin { String::new() } else { format!("! --dst {}", loopback(family)) };
    Rule::new(family, NAT, "OUTPUT", &format!("{local} {not_loopback}")).append(host, Change::Add);
}

/// What leaves a network, and in hairpin mode what the host sends into it, gets another source.
pub struct SourceNat {
    /// From the network to elsewhere.
    pub out: Rule,
    /// From the host to the network.
    pub hairpin: Rule,
}

/// # Source
/// moby b985e231, `iptabler/network.go`: `setupNonInternalNetworkRules`; the same in v20.10.24.
pub fn source_nat(bridge: &str, family: &super::FamilyRules) -> SourceNat {
    let target = match family.snat {
        Some(addr) => format!("SNAT --to-source {addr}"),
        None => "MASQUERADE".to_owned(),
    };
    let new = |text: String| Rule::new(family.family(), NAT, "POSTROUTING", &text);
    SourceNat {
        out: new(format!("-s {} ! -o {bridge} -j {target}", family.prefix)),
        hairpin: new(format!("-m addrtype --src-type LOCAL -o {bridge} -j {target}")),
    }
}

/// An address as text.
pub fn address(addr: IpAddr) -> String {
    let IpAddr::V4(addr) = addr else { return addr.to_string() };
    // Four times the formatter would cost more than all else of a rule's text.
    let mut text = Vec::with_capacity(15);
    for octet in addr.octets() {
        if !text.is_empty() {
            text.push(b'.');
        }
        for unit in [100, 10, 1] {
            if octet >= unit || unit == 1 {
                text.push(b'0' + octet / unit % 10);
            }
        }
    }
    String::from_utf8(text).unwrap_or_default()
}

/// The destination as `iptables` must get it: `0/0` for any address, as `0.0.0.0` were one address.
pub fn destination(addr: IpAddr) -> String {
    if addr.is_unspecified() { "0/0".to_owned() } else { address(addr) }
}

/// `ADDRESS:PORT`, with brackets for IPv6.
pub fn socket(addr: IpAddr, port: u16) -> String {
    match addr {
        IpAddr::V4(_) => format!("{}:{port}", address(addr)),
        IpAddr::V6(addr) => format!("[{addr}]:{port}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_written_as_ever() {
        for text in ["0.0.0.0", "1.20.100.255", "10.0.9.99", "127.0.0.11", "200.109.110.101", "fd00::1", "::"]
        {
            let addr: IpAddr = text.parse().expect(text);
            assert_eq!(address(addr), text);
            assert_eq!(socket(addr, 80), std::net::SocketAddr::new(addr, 80).to_string());
        }
    }
}
