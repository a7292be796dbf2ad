//! Random settings of a host.

use super::random::Random;
use crate::kernel_case::topology::Topology;

/// Keys and values that packets can show. Not IPv6's forwarding: a router joins groups and says so.
const KEYS: &[(&str, &[&str])] = &[
    ("net.ipv4.ip_forward", &["0", "1"]),
    ("net.ipv4.conf.all.rp_filter", &["1", "2", "1"]),
    ("net.ipv4.conf.eth0.rp_filter", &["1", "2", "1"]),
    ("net.ipv4.conf.eth1.rp_filter", &["1", "2"]),
    ("net.ipv4.conf.eth2.rp_filter", &["1", "2"]),
    ("net.ipv4.conf.all.route_localnet", &["1"]),
    ("net.ipv4.conf.eth0.route_localnet", &["1"]),
    ("net.ipv4.conf.all.accept_local", &["1"]),
    ("net.ipv4.conf.all.src_valid_mark", &["1"]),
    ("net.ipv4.ip_default_ttl", &["100", "2"]),
    ("net.ipv4.icmp_echo_ignore_all", &["1"]),
    ("net.ipv4.icmp_echo_ignore_broadcasts", &["0"]),
    ("net.ipv4.icmp_errors_use_inbound_ifaddr", &["1"]),
    ("net.ipv4.fwmark_reflect", &["1"]),
    ("net.ipv6.fwmark_reflect", &["1"]),
    ("net.ipv6.icmp.echo_ignore_all", &["1"]),
    ("net.ipv6.conf.eth0.hop_limit", &["100", "2"]),
    ("net.ipv4.conf.all.rp_filter", &["2"]),
    ("net.netfilter.nf_conntrack_timestamp", &["1"]),
    ("net.netfilter.nf_conntrack_icmpv6_timeout", &["1"]),
    ("net.netfilter.nf_conntrack_tcp_timeout_syn_recv", &["1"]),
    ("net.netfilter.nf_conntrack_tcp_timeout_close", &["1", "100"]),
    ("net.netfilter.nf_conntrack_tcp_timeout_fin_wait", &["1"]),
    ("net.netfilter.nf_conntrack_tcp_timeout_unacknowledged", &["1", "20"]),
    ("net.netfilter.nf_conntrack_tcp_timeout_max_retrans", &["1", "20"]),
    ("net.ipv4.ip_nonlocal_bind", &["1"]),
    ("net.netfilter.nf_conntrack_tcp_loose", &["0"]),
    ("net.netfilter.nf_conntrack_tcp_be_liberal", &["1"]),
    ("net.netfilter.nf_conntrack_tcp_ignore_invalid_rst", &["1"]),
    ("net.netfilter.nf_conntrack_acct", &["1"]),
    ("net.netfilter.nf_conntrack_checksum", &["0"]),
    ("net.netfilter.nf_conntrack_udp_timeout", &["1", "60"]),
    ("net.netfilter.nf_conntrack_udp_timeout_stream", &["1", "600"]),
    ("net.netfilter.nf_conntrack_icmp_timeout", &["1"]),
    ("net.netfilter.nf_conntrack_gre_timeout", &["1", "500"]),
    ("net.netfilter.nf_conntrack_gre_timeout_stream", &["400"]),
    ("net.netfilter.nf_conntrack_sctp_timeout_cookie_wait", &["1", "60"]),
    ("net.netfilter.nf_conntrack_sctp_timeout_established", &["900"]),
    ("net.netfilter.nf_conntrack_generic_timeout", &["1", "1200"]),
    ("net.netfilter.nf_conntrack_tcp_timeout_syn_sent", &["1"]),
    ("net.netfilter.nf_conntrack_tcp_timeout_established", &["1", "1000"]),
    ("net.netfilter.nf_conntrack_tcp_max_retrans", &["1"]),
];

/// What a host with a bridge has besides.
const BRIDGE: &[(&str, &[&str])] =
    &[("net.bridge.bridge-nf-call-iptables", &["1"]), ("net.bridge.bridge-nf-call-ip6tables", &["1"])];

/// Settings of one host.
pub fn settings(random: &mut Random, topology: &Topology, host: &str) -> Vec<(String, String, String)> {
    let mut out = Vec::new();
    let mut add = |key: &str, value: &str| out.push((host.to_owned(), key.to_owned(), value.to_owned()));
    if topology.bridges.iter().any(|b| b.0 == host) {
        for (key, values) in BRIDGE {
            if random.chance(65) {
                add(key, random.text(values));
            }
        }
    }
    for _ in 0..*random.pick(&[0, 0, 1, 1, 2]) {
        let (key, values) = random.pick(KEYS);
        let interface = key.strip_prefix("net.ipv4.conf.").and_then(|rest| rest.split('.').next());
        let known = interface.is_none_or(|i| i == "all" || topology.interfaces(host).contains(&i));
        if known {
            add(key, random.text(values));
        }
    }
    out
}
