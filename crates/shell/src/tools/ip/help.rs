//! What is printed instead of iproute2's usage texts: their first line. The exit status is the tool's.

pub(super) const IP: &str = "Usage: ip [ OPTIONS ] OBJECT { COMMAND | help }\n";
pub(super) const LINK: &str = "Usage: ip link { add | delete | set | show } …\n";
pub(super) const ADDRESS: &str = "Usage: ip address {add|change|replace} IFADDR dev IFNAME [ LIFETIME ]\n";
pub(super) const ROUTE: &str = "Usage: ip route { list | flush } SELECTOR\n";
pub(super) const RULE: &str = "Usage: ip rule { add | del } SELECTOR ACTION\n";
pub(super) const NEIGH: &str = "Usage: ip neigh { add | del | change | replace }\n";
pub(super) const NETNS: &str = "Usage: ip netns list\n";
pub(super) const BRIDGE: &str = "Usage: ... bridge [ fdb_flush ]\n";
pub(super) const BRIDGE_SLAVE: &str = "Usage: ... bridge_slave [ fdb_flush ]\n";

/// iproute2 6.1.0, `ip/iplink_macvlan.c`: `print_explain`.
pub(super) const MACVLAN: &str = "\
Usage: ... macvlan mode MODE [flag MODE_FLAG] MODE_OPTS [bcqueuelen BC_QUEUE_LEN]

MODE: private | vepa | bridge | passthru | source
MODE_FLAG: null | nopromisc | nodst
MODE_OPTS: for mode \"source\":
\tmacaddr { { add | del } <macaddr> | set [ <macaddr> [ <macaddr>  ... ] ] | flush }
BC_QUEUE_LEN: Length of the rx queue for broadcast/multicast: [0-4294967295]
";
