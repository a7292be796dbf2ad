//! One file per `-m`.

pub mod addrtype;
pub mod ah;
pub mod bpf;
pub mod cgroup;
pub mod cluster;
pub mod comment;
pub mod connbytes;
pub mod connlabel;
pub mod connlimit;
pub mod connmark;
pub mod conntrack;
pub mod cpu;
pub mod dccp;
pub mod devgroup;
pub mod dscp;
pub mod ecn;
pub mod esp;
pub mod eui64;
pub mod frag;
pub mod hashlimit;
pub mod helper;
pub mod icmp;
pub mod ipcomp;
pub mod iprange;
pub mod ipv6header;
pub mod length;
pub mod limit;
pub mod mac;
pub mod mark;
pub mod mh;
pub mod multiport;
pub mod nfacct;
pub mod options;
pub mod osf;
pub mod owner;
pub mod physdev;
pub mod pkttype;
pub mod policy;
pub mod quota;
pub mod range;
pub mod rateest;
pub mod realm;
pub mod recent;
pub mod rpfilter;
pub mod rt;
pub mod sctp;
pub mod set;
pub mod socket;
pub mod spi;
pub mod srh;
pub mod statistic;
pub mod string;
pub mod tcp;
pub mod tcpmss;
pub mod time;
pub mod tos;
pub mod ttl;
pub mod u32;
pub mod udp;

use crate::context::{Cx, Met, Scope};
use crate::env::Host;
use crate::extension::{Info, info};
use crate::shared::{Named, Wanted};
use crate::xtables::RuleError;
use packetwalk_wire::Family;

/// Every match, a line each: its variant and type, its name after `-m`, the families that have it, what
/// it looks at (or `unmodelled`, when a packet that reaches it stops as not modelled), and its source in
/// Linux v6.18. What follows `but` tells where it differs from Linux.
#[macro_export]
macro_rules! each_match {
    ($then:ident) => {
        $then! {
            /// Types of the addresses as the routing table sees them.
            Addrtype(addrtype::Addrtype) = "addrtype", both, cx, "net/netfilter/xt_addrtype.c";
            /// Index of an authentication header.
            Ah(ah::Ah) = "ah", v4, cx, "net/ipv4/netfilter/ipt_ah.c";
            /// Authentication header: index, length, reserved bits.
            Ah6(ah::Ah6) = "ah", v6, cx, "net/ipv6/netfilter/ip6t_ah.c";
            /// A program that looks at the packet.
            Bpf(bpf::Bpf) = "bpf", both, cx, "net/netfilter/xt_bpf.c"
                but "checksums are filled in already; of what is not in the packet only mark, type, protocol and CPU are known";
            /// Control group of the process that sent the packet.
            Cgroup(Box<cgroup::Cgroup>) = "cgroup", both, cx, "net/netfilter/xt_cgroup.c"
                but "every process is in the root group, of class 0; not modelled in INPUT";
            /// Whether this node of a cluster is to handle the connection.
            Cluster(cluster::Cluster) = "cluster", both, cx, "net/netfilter/xt_cluster.c";
            /// Always met: a remark in the rule.
            Comment(comment::Comment) = "comment", both, always, "net/netfilter/xt_comment.c";
            /// How much the connection has carried.
            Connbytes(connbytes::Connbytes) = "connbytes", both, cx, "net/netfilter/xt_connbytes.c";
            /// Labels of the connection.
            Connlabel(connlabel::Connlabel) = "connlabel", both, cx, "net/netfilter/xt_connlabel.c";
            /// How many connections an address or network has.
            Connlimit(Box<connlimit::Connlimit>) = "connlimit", both, cx, "net/netfilter/xt_connlimit.c";
            /// Mark of the connection.
            Connmark(connmark::Connmark) = "connmark", both, cx, "net/netfilter/xt_connmark.c";
            /// State, addresses, ports, status, direction and expiry of the connection.
            Conntrack(Box<conntrack::Conntrack>) = "conntrack", both, cx, "net/netfilter/xt_conntrack.c";
            /// Which CPU handles the packet.
            Cpu(cpu::Cpu) = "cpu", both, skb, "net/netfilter/xt_cpu.c" but "there is one CPU, number 0";
            /// Ports, types and options of a DCCP header.
            Dccp(dccp::Dccp) = "dccp", both, cx, "net/netfilter/xt_dccp.c";
            /// Groups of the interfaces in and out.
            Devgroup(devgroup::Devgroup) = "devgroup", both, cx, "net/netfilter/xt_devgroup.c";
            /// Differentiated services code point.
            Dscp(dscp::Dscp) = "dscp", both, packet, "net/netfilter/xt_dscp.c";
            /// Length and options of a destination options header.
            Dst(options::Destination) = "dst", v6, cx, "net/ipv6/netfilter/ip6t_hbh.c";
            /// Bits of explicit congestion notification.
            Ecn(ecn::Ecn) = "ecn", both, cx, "net/netfilter/xt_ecn.c";
            /// Index of an encrypted payload.
            Esp(esp::Esp) = "esp", both, cx, "net/netfilter/xt_esp.c";
            /// Source address that is made of the frame's.
            Eui64(eui64::Eui64) = "eui64", v6, skb, "net/ipv6/netfilter/ip6t_eui64.c";
            /// Fragment header.
            Frag(frag::Frag) = "frag", v6, cx, "net/ipv6/netfilter/ip6t_frag.c";
            /// Rate of packets or bytes of each address, network or port.
            Hashlimit(Box<hashlimit::Hashlimit>) = "hashlimit", both, cx, "net/netfilter/xt_hashlimit.c";
            /// Length and options of a hop-by-hop options header.
            Hbh(options::HopByHop) = "hbh", v6, cx, "net/ipv6/netfilter/ip6t_hbh.c";
            /// Which helper expected the connection.
            Helper(helper::Helper) = "helper", both, cx, "net/netfilter/xt_helper.c";
            /// Hop limit.
            Hl(ttl::Hl) = "hl", v6, packet, "net/netfilter/xt_hl.c";
            /// Type and code of an ICMP message.
            Icmp(icmp::Icmp) = "icmp", v4, packet, "net/netfilter/xt_tcpudp.c";
            /// Type and code of an ICMPv6 message.
            Icmp6(icmp::Icmp6) = "icmp6", v6, packet, "net/netfilter/xt_tcpudp.c";
            /// Index of a compressed payload.
            Ipcomp(ipcomp::Ipcomp) = "ipcomp", both, cx, "net/netfilter/xt_ipcomp.c";
            /// Ranges of addresses.
            Iprange(Box<iprange::Iprange>) = "iprange", both, packet, "net/netfilter/xt_iprange.c";
            /// Which extension headers there are.
            Ipv6header(ipv6header::Ipv6header) = "ipv6header", v6, cx, "net/ipv6/netfilter/ip6t_ipv6header.c";
            /// Length of the packet.
            Length(length::Length) = "length", both, packet, "net/netfilter/xt_length.c";
            /// Rate of packets.
            Limit(limit::Limit) = "limit", both, cx, "net/netfilter/xt_limit.c";
            /// Source address of the frame.
            Mac(mac::MacSource) = "mac", both, skb, "net/netfilter/xt_mac.c";
            /// Mark of the packet.
            Mark(mark::Mark) = "mark", both, skb, "net/netfilter/xt_mark.c";
            /// Type of a mobility header.
            Mh(mh::Mh) = "mh", v6, cx, "net/ipv6/netfilter/ip6t_mh.c";
            /// Lists of ports and of ranges of ports.
            Multiport(multiport::Multiport) = "multiport", both, cx, "net/netfilter/xt_multiport.c";
            /// Counts in an accounting object of nfnetlink.
            Nfacct(nfacct::Nfacct) = "nfacct", both, cx, "net/netfilter/xt_nfacct.c";
            /// Which system sent a SYN, told by its fingerprint.
            Osf(Box<osf::Osf>) = "osf", v4, skb, "net/netfilter/xt_osf.c" but "no fingerprints can be loaded";
            /// User and group of the process that sent the packet.
            Owner(owner::Owner) = "owner", both, skb, "net/netfilter/xt_owner.c";
            /// Ports of the bridge that a packet crosses.
            Physdev(physdev::Physdev) = "physdev", both, cx, "net/netfilter/xt_physdev.c";
            /// To whom the frame was addressed.
            Pkttype(pkttype::Pkttype) = "pkttype", both, skb, "net/netfilter/xt_pkttype.c";
            /// Whether IPsec carried the packet, or will.
            Policy(Box<policy::Policy>) = "policy", both, skb, "net/netfilter/xt_policy.c" but "there is no IPsec";
            /// A number of bytes that is used up.
            Quota(quota::Quota) = "quota", both, cx, "net/netfilter/xt_quota.c";
            /// Estimated rate of what RATEEST counted.
            Rateest(Box<rateest::Rateest>) = "rateest", both, cx, "net/netfilter/xt_rateest.c";
            /// Realm of the route.
            Realm(realm::Realm) = "realm", v4, skb, "net/netfilter/xt_realm.c";
            /// Addresses that were seen of late.
            Recent(Box<recent::Recent>) = "recent", both, cx, "net/netfilter/xt_recent.c";
            /// Whether an answer would leave where the packet came in.
            Rpfilter(rpfilter::Rpfilter) = "rpfilter", both, cx, "net/ipv4/netfilter/ipt_rpfilter.c";
            /// Routing header.
            Rt(Box<rt::Rt>) = "rt", v6, cx, "net/ipv6/netfilter/ip6t_rt.c";
            /// Ports and chunks of an SCTP packet.
            Sctp(sctp::Sctp) = "sctp", both, cx, "net/netfilter/xt_sctp.c";
            /// Membership in a set of `ipset`.
            Set(Box<set::Set>) = "set", both, cx, "net/netfilter/xt_set.c";
            /// Whether a socket of this host gets the packet.
            Socket(socket::Socket) = "socket", both, cx, "net/netfilter/xt_socket.c"
                but "no program here opens a transparent socket; fragments are not put together for it";
            /// Segment routing header.
            Srh(Box<srh::Srh>) = "srh", v6, cx, "net/ipv6/netfilter/ip6t_srh.c";
            /// State of the connection.
            State(conntrack::State) = "state", both, cx, "net/netfilter/xt_conntrack.c";
            /// Every nth packet, or some by chance.
            Statistic(statistic::Statistic) = "statistic", both, cx, "net/netfilter/xt_statistic.c";
            /// Text anywhere in the packet.
            String(Box<string::Text>) = "string", both, cx, "net/netfilter/xt_string.c"
                but "checksums are filled in already; text split between a socket's pages is found";
            /// Ports, flags and options of a TCP segment.
            Tcp(tcp::Tcp) = "tcp", both, cx, "net/netfilter/xt_tcpudp.c";
            /// Maximum segment size that a SYN offers.
            Tcpmss(tcpmss::TcpmssMatch) = "tcpmss", both, cx, "net/netfilter/xt_tcpmss.c";
            /// Time of day and date.
            Time(time::Time) = "time", both, cx, "net/netfilter/xt_time.c";
            /// Type of service, under a mask.
            Tos(tos::Tos) = "tos", both, packet, "net/netfilter/xt_dscp.c";
            /// Time to live.
            Ttl(ttl::Ttl) = "ttl", v4, packet, "net/netfilter/xt_hl.c";
            /// Words of the packet, computed and compared.
            U32(u32::U32) = "u32", both, cx, "net/netfilter/xt_u32.c"
                but "checksums are filled in already";
            /// Ports of a UDP datagram.
            Udp(udp::Udp) = "udp", both, cx, "net/netfilter/xt_tcpudp.c";
        }
    };
}

macro_rules! met {
    (always, $m:ident, $cx:ident) => {{
        let _ = $m;
        Met::Yes
    }};
    (unmodelled, $m:ident, $cx:ident) => {{
        let _ = $m;
        Met::NotModelled
    }};
    (packet, $m:ident, $cx:ident) => {
        $m.met(&$cx.skb.packet).into()
    };
    (skb, $m:ident, $cx:ident) => {
        $m.met($cx.skb).into()
    };
    (cx, $m:ident, $cx:ident) => {
        $m.met($cx).into()
    };
}

macro_rules! define {
    ($($(#[doc = $doc:literal])+ $v:ident($ty:ty) = $name:literal, $family:ident, $looks:ident, $source:literal
        $(but $differs:literal)?;)+) => {
        /// A condition given with `-m`.
        #[derive(Clone, PartialEq, Debug)]
        pub enum Match {
            $($(#[doc = $doc])+ $v($ty),)+
        }

        /// Every match, by name.
        pub const LIST: &[Info] =
            &[$(info!($name, $family, concat!($($doc),+), $looks, $source $(, $differs)?)),+];

        impl Match {
            /// Its name after `-m`.
            pub const fn name(&self) -> &'static str {
                match self {
                    $(Self::$v(_) => $name,)+
                }
            }

            /// Whether the packet meets it.
            #[inline]
            pub fn met<H: Host>(&mut self, cx: &mut Cx<'_, '_, H>) -> Met {
                match self {
                    $(Self::$v(m) => met!($looks, m, cx),)+
                }
            }
        }
    };
}
each_match!(define);

impl Match {
    /// It says the same of every packet with the same headers, length, marks, interfaces and connection, as long
    /// as the connection's status and mark and the namespace's settings are the same, and keeps nothing.
    pub const fn repeats(&self) -> bool {
        match self {
            Self::Conntrack(m) => m.expires.is_none(),
            Self::Addrtype(_)
            | Self::Comment(_)
            | Self::Connmark(_)
            | Self::Devgroup(_)
            | Self::Dscp(_)
            | Self::Hl(_)
            | Self::Icmp(_)
            | Self::Icmp6(_)
            | Self::Iprange(_)
            | Self::Length(_)
            | Self::Mac(_)
            | Self::Mark(_)
            | Self::Multiport(_)
            | Self::Physdev(_)
            | Self::Pkttype(_)
            | Self::State(_)
            | Self::Tcp(_)
            | Self::Tos(_)
            | Self::Ttl(_)
            | Self::Udp(_) => true,
            _ => false,
        }
    }

    /// Of those that repeat, whether it looks at the port that a connection comes from.
    pub fn asks_source_port(&self) -> bool {
        match self {
            Self::Conntrack(m) => m.orig_sport.is_some() || m.repl_dport.is_some(),
            Self::Multiport(m) => m.which != multiport::Which::Destination,
            Self::Tcp(m) => m.sport.is_some(),
            Self::Udp(m) => m.sport.is_some(),
            _ => false,
        }
    }

    /// Whether the packet meets it, of those that ask no more than the packet and its connection, and so can be asked
    /// again.
    pub(crate) fn met_by_packet<H: Host>(&self, cx: &mut Cx<'_, '_, H>) -> Option<Met> {
        Some(match self {
            Self::Comment(_) => Met::Yes,
            Self::Conntrack(m) => m.met(cx).into(),
            Self::Icmp(m) => m.met(&cx.skb.packet),
            Self::Multiport(m) => m.met(cx),
            Self::State(m) => m.met(cx).into(),
            Self::Tcp(m) => m.met(cx),
            Self::Udp(m) => m.met(cx),
            _ => return None,
        })
    }

    /// Conntrack must watch the family while a rule has it (`nf_ct_netns_get` in its `checkentry`).
    pub const fn needs_conntrack(&self) -> bool {
        matches!(
            self,
            Self::Cluster(_)
                | Self::Connbytes(_)
                | Self::Connlabel(_)
                | Self::Connlimit(_)
                | Self::Connmark(_)
                | Self::Conntrack(_)
                | Self::Helper(_)
                | Self::State(_)
        )
    }

    /// Where it may be used.
    pub fn scope(&self) -> Scope {
        match self {
            Self::Addrtype(m) => m.scope(),
            Self::Ah(_) => Scope::proto(&[packetwalk_wire::proto::AH]),
            Self::Cgroup(_) => cgroup::SCOPE,
            Self::Dccp(_) => Scope::proto(&[packetwalk_wire::proto::DCCP]),
            Self::Devgroup(m) => m.scope(),
            Self::Ecn(m) => m.scope(),
            Self::Esp(_) => Scope::proto(&[packetwalk_wire::proto::ESP]),
            Self::Eui64(_) => eui64::SCOPE,
            Self::Icmp(_) => Scope::proto(&[packetwalk_wire::proto::ICMP]),
            Self::Icmp6(_) => Scope::proto(&[packetwalk_wire::proto::ICMPV6]),
            Self::Ipcomp(_) => Scope::proto(&[packetwalk_wire::proto::IPCOMP]),
            Self::Mac(_) => mac::SCOPE,
            Self::Mh(_) => Scope::proto(&[packetwalk_wire::proto::MOBILITY]),
            Self::Multiport(_) => multiport::SCOPE,
            Self::Osf(_) => osf::SCOPE,
            Self::Owner(_) => owner::SCOPE,
            Self::Physdev(m) => m.scope(),
            Self::Policy(m) => m.scope(),
            Self::Realm(_) => realm::SCOPE,
            Self::Rpfilter(_) => rpfilter::Rpfilter::SCOPE,
            Self::Sctp(_) => Scope::proto(&[packetwalk_wire::proto::SCTP]),
            Self::Socket(_) => socket::Socket::SCOPE,
            Self::Tcp(_) | Self::Tcpmss(_) => Scope::proto(&[packetwalk_wire::proto::TCP]),
            Self::Udp(_) => Scope::proto(&[packetwalk_wire::proto::UDP]),
            _ => Scope::ANY,
        }
    }

    /// What else the kernel asks before a rule with it goes in (its `checkentry`).
    pub(crate) fn check(&self, family: Family, named: &Named) -> Result<(), RuleError> {
        match self {
            Self::Bpf(m) => m.check(),
            Self::Cgroup(m) => m.check(),
            Self::Connlabel(m) => m.check(),
            Self::Hashlimit(m) => m.check(family, named),
            Self::Limit(m) => m.check(),
            Self::Nfacct(m) => m.check(named),
            Self::Owner(m) => m.check(),
            Self::Rateest(m) => m.check(named),
            Self::Recent(m) => m.check(),
            Self::String(m) => m.check(),
            Self::U32(m) => m.check(),
            _ => Ok(()),
        }
    }

    /// Its own state begins anew, as the rule goes into the kernel anew.
    pub(crate) fn renew(&mut self) {
        match self {
            Self::Connlimit(m) => m.renew(),
            Self::Limit(m) => m.renew(),
            Self::Quota(m) => m.renew(),
            Self::Statistic(m) => m.renew(),
            _ => {}
        }
    }

    /// Whether [`Match::wants`] says anything.
    pub(crate) const fn shares(&self) -> bool {
        matches!(
            self,
            Self::Connbytes(_)
                | Self::Connlabel(_)
                | Self::Hashlimit(_)
                | Self::Nfacct(_)
                | Self::Rateest(_)
                | Self::Recent(_)
                | Self::Socket(_)
        )
    }

    /// What it names or asks of the namespace.
    pub(crate) fn wants(&self, family: Family, wanted: &mut Wanted) {
        match self {
            Self::Connbytes(_) => wanted.accounting += 1,
            Self::Connlabel(_) => wanted.labels += 1,
            Self::Hashlimit(m) => m.wants(family, wanted),
            Self::Nfacct(m) => m.wants(wanted),
            Self::Rateest(m) => m.wants(wanted),
            Self::Recent(m) => m.wants(wanted),
            // `socket_mt_enable_defrag`.
            Self::Socket(_) => wanted.whole[family as usize] = true,
            _ => {}
        }
    }
}

/// Whether a name may be a file's in `/proc` (`xt_check_proc_name`).
fn is_proc_name(name: &str) -> bool {
    !matches!(name, "" | "." | "..") && !name.contains('/')
}
