//! Settings per interface: `net.ipv4.conf.*` and `net.ipv6.conf.*`.

/// Makes an enum of keys with their sysctl names and the kernel's defaults.
macro_rules! keys {
    ($(#[$doc:meta])* $name:ident { $($key:ident = $text:literal, $default:literal, $modelled:literal;)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        #[allow(missing_docs)]
        pub enum $name { $($key),* }

        impl $name {
            /// Every key, in the order of the names.
            pub const ALL: &'static [Self] = &[$(Self::$key),*];
            /// Sysctl names.
            pub const NAMES: &'static [&'static str] = &[$($text),*];
            /// The kernel's defaults in a new namespace.
            pub const DEFAULTS: [i64; Self::NAMES.len()] = [$($default),*];
            /// Whether a value other than the default changes what the simulator does.
            pub const MODELLED: &'static [bool] = &[$($modelled),*];

            /// The key of a sysctl name.
            pub fn of(name: &str) -> Option<Self> {
                Self::NAMES.iter().position(|&n| n == name).and_then(|i| Self::ALL.get(i)).copied()
            }
        }
    };
}

keys! {
    /// Linux v6.18, `net/ipv4/devinet.c`: `devinet_sysctl`, `ipv4_devconf`.
    Conf4 {
        AcceptLocal = "accept_local", 0, true;
        AcceptRedirects = "accept_redirects", 1, true;
        AcceptSourceRoute = "accept_source_route", 0, true;
        ArpAccept = "arp_accept", 0, true;
        ArpAnnounce = "arp_announce", 0, true;
        ArpEvictNocarrier = "arp_evict_nocarrier", 1, false;
        ArpFilter = "arp_filter", 0, true;
        ArpIgnore = "arp_ignore", 0, true;
        ArpNotify = "arp_notify", 0, false;
        BcForwarding = "bc_forwarding", 0, false;
        BootpRelay = "bootp_relay", 0, false;
        DisablePolicy = "disable_policy", 0, true;
        DisableXfrm = "disable_xfrm", 0, true;
        DropGratuitousArp = "drop_gratuitous_arp", 0, false;
        DropUnicastInL2Multicast = "drop_unicast_in_l2_multicast", 0, true;
        ForceIgmpVersion = "force_igmp_version", 0, true;
        Forwarding = "forwarding", 0, true;
        Igmpv2UnsolicitedReportInterval = "igmpv2_unsolicited_report_interval", 10_000, true;
        Igmpv3UnsolicitedReportInterval = "igmpv3_unsolicited_report_interval", 1000, true;
        IgnoreRoutesWithLinkdown = "ignore_routes_with_linkdown", 0, false;
        LogMartians = "log_martians", 0, true;
        McForwarding = "mc_forwarding", 0, false;
        MediumId = "medium_id", 0, false;
        PromoteSecondaries = "promote_secondaries", 0, true;
        ProxyArp = "proxy_arp", 0, true;
        ProxyArpPvlan = "proxy_arp_pvlan", 0, false;
        RouteLocalnet = "route_localnet", 0, true;
        RpFilter = "rp_filter", 0, true;
        SecureRedirects = "secure_redirects", 1, true;
        SendRedirects = "send_redirects", 1, true;
        SharedMedia = "shared_media", 1, true;
        SrcValidMark = "src_valid_mark", 0, true;
        Tag = "tag", 0, true;
    }
}

keys! {
    /// Linux v6.18, `net/ipv6/addrconf.c`: `addrconf_sysctl`, `ipv6_devconf`.
    Conf6 {
        AcceptDad = "accept_dad", 1, true;
        AcceptRa = "accept_ra", 1, true;
        AcceptRaDefrtr = "accept_ra_defrtr", 1, true;
        AcceptRedirects = "accept_redirects", 1, true;
        AcceptSourceRoute = "accept_source_route", 0, true;
        AddrGenMode = "addr_gen_mode", 0, true;
        Autoconf = "autoconf", 1, true;
        DadTransmits = "dad_transmits", 1, true;
        DisableIpv6 = "disable_ipv6", 0, true;
        DisablePolicy = "disable_policy", 0, true;
        DropUnicastInL2Multicast = "drop_unicast_in_l2_multicast", 0, true;
        Forwarding = "forwarding", 0, true;
        HopLimit = "hop_limit", 64, true;
        IgnoreRoutesWithLinkdown = "ignore_routes_with_linkdown", 0, false;
        KeepAddrOnDown = "keep_addr_on_down", 0, false;
        MaxAddresses = "max_addresses", 16, true;
        Mtu = "mtu", 1280, true;
        NdiscNotify = "ndisc_notify", 0, false;
        OptimisticDad = "optimistic_dad", 0, false;
        ProxyNdp = "proxy_ndp", 0, false;
        RouterSolicitations = "router_solicitations", -1, true;
        UseTempaddr = "use_tempaddr", 0, false;
    }
}

keys! {
    /// Settings of a whole namespace that are one number each.
    Global {
        BridgeNfCallArptables = "net.bridge.bridge-nf-call-arptables", 1, true;
        BridgeNfCallIp6tables = "net.bridge.bridge-nf-call-ip6tables", 1, true;
        BridgeNfCallIptables = "net.bridge.bridge-nf-call-iptables", 1, true;
        BridgeNfFilterPppoeTagged = "net.bridge.bridge-nf-filter-pppoe-tagged", 0, false;
        BridgeNfFilterVlanTagged = "net.bridge.bridge-nf-filter-vlan-tagged", 0, false;
        BridgeNfPassVlanInputDev = "net.bridge.bridge-nf-pass-vlan-input-dev", 0, false;
        Somaxconn = "net.core.somaxconn", 4096, true;
        FibMultipathHashPolicy = "net.ipv4.fib_multipath_hash_policy", 0, false;
        FwmarkReflect = "net.ipv4.fwmark_reflect", 0, true;
        IcmpEchoIgnoreAll = "net.ipv4.icmp_echo_ignore_all", 0, true;
        IcmpEchoIgnoreBroadcasts = "net.ipv4.icmp_echo_ignore_broadcasts", 1, true;
        IcmpErrorsUseInboundIfaddr = "net.ipv4.icmp_errors_use_inbound_ifaddr", 0, true;
        IcmpIgnoreBogusErrorResponses = "net.ipv4.icmp_ignore_bogus_error_responses", 1, true;
        IcmpMsgsBurst = "net.ipv4.icmp_msgs_burst", 50, true;
        IcmpMsgsPerSec = "net.ipv4.icmp_msgs_per_sec", 1000, true;
        IcmpRatelimit = "net.ipv4.icmp_ratelimit", 1000, true;
        IcmpRatemask = "net.ipv4.icmp_ratemask", 6168, true;
        IpDefaultTtl = "net.ipv4.ip_default_ttl", 64, true;
        IpForward = "net.ipv4.ip_forward", 0, true;
        IpForwardUpdatePriority = "net.ipv4.ip_forward_update_priority", 1, true;
        IpForwardUsePmtu = "net.ipv4.ip_forward_use_pmtu", 0, false;
        IpNoPmtuDisc = "net.ipv4.ip_no_pmtu_disc", 0, false;
        IpNonlocalBind = "net.ipv4.ip_nonlocal_bind", 0, true;
        IpUnprivilegedPortStart = "net.ipv4.ip_unprivileged_port_start", 1024, true;
        TcpEcn = "net.ipv4.tcp_ecn", 2, true;
        TcpFinTimeout = "net.ipv4.tcp_fin_timeout", 60, true;
        TcpSack = "net.ipv4.tcp_sack", 1, true;
        TcpSynLinearTimeouts = "net.ipv4.tcp_syn_linear_timeouts", 4, true;
        TcpSynRetries = "net.ipv4.tcp_syn_retries", 6, true;
        TcpSynackRetries = "net.ipv4.tcp_synack_retries", 5, true;
        TcpSyncookies = "net.ipv4.tcp_syncookies", 1, true;
        TcpTimestamps = "net.ipv4.tcp_timestamps", 1, true;
        TcpTwReuse = "net.ipv4.tcp_tw_reuse", 2, false;
        TcpWindowScaling = "net.ipv4.tcp_window_scaling", 1, true;
        Bindv6only = "net.ipv6.bindv6only", 0, true;
        Fwmark6Reflect = "net.ipv6.fwmark_reflect", 0, true;
        Icmp6EchoIgnoreAll = "net.ipv6.icmp.echo_ignore_all", 0, true;
        Icmp6Ratelimit = "net.ipv6.icmp.ratelimit", 1000, true;
        Ip6NonlocalBind = "net.ipv6.ip_nonlocal_bind", 0, true;
    }
}

/// One interface's settings, or `all`, or `default`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DevConf {
    v4: [i64; Conf4::NAMES.len()],
    v6: [i64; Conf6::NAMES.len()],
}

impl DevConf {
    /// The kernel's `all` in a new namespace.
    pub const ALL: Self = Self { v4: Conf4::DEFAULTS, v6: Conf6::DEFAULTS };

    /// The kernel's `default`: as `all`, but source routes are accepted (`all` must agree).
    pub const fn default_template() -> Self {
        let mut conf = Self::ALL;
        conf.v4[Conf4::AcceptSourceRoute as usize] = 1;
        conf
    }

    /// An IPv4 setting.
    #[inline]
    pub const fn v4(&self, key: Conf4) -> i64 {
        self.v4[key as usize]
    }

    /// An IPv6 setting.
    #[inline]
    pub const fn v6(&self, key: Conf6) -> i64 {
        self.v6[key as usize]
    }

    /// Sets an IPv4 setting.
    pub const fn set4(&mut self, key: Conf4, value: i64) {
        self.v4[key as usize] = value;
    }

    /// Sets an IPv6 setting.
    pub const fn set6(&mut self, key: Conf6, value: i64) {
        self.v6[key as usize] = value;
    }
}
