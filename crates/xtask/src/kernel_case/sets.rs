//! The sets of ipset that a host has whose rules name one.

/// IPv4's, as `ipset restore` reads them. Each has its `initval`: the kernel would choose one.
const FOUR: &str = "\
create hosts hash:ip family inet hashsize 64 maxelem 64 counters initval 0x00000001
add hosts 10.1.0.10
add hosts 10.1.0.1
add hosts 172.17.0.2
create nets hash:net family inet hashsize 64 maxelem 64 initval 0x00000002
add nets 10.2.0.0/24
add nets 10.1.0.0/16
add nets 10.1.0.2 nomatch
create pairs hash:ip,port family inet hashsize 64 maxelem 64 initval 0x00000003
add pairs 10.2.0.10,tcp:80
add pairs 10.1.0.2,udp:53
add pairs 10.1.0.1,icmp:echo-request
create links hash:net,iface family inet hashsize 64 maxelem 64 initval 0x00000004
add links 10.0.0.0/8,eth0
add links 172.17.0.0/24,br0
create ports bitmap:port range 0-65535
add ports 53
add ports 80
create all list:set size 8
add all hosts
add all nets
create empty hash:ip family inet hashsize 64 maxelem 64 initval 0x00000005
create trips hash:ip,port,ip family inet hashsize 64 maxelem 64 initval 0x00000007
add trips 10.1.0.10,tcp:80,10.2.0.10
add trips 10.1.0.1,udp:53,10.1.0.2
create netports hash:net,port family inet hashsize 64 maxelem 64 initval 0x00000008
add netports 10.0.0.0/8,udp:53
add netports 10.2.0.0/24,tcp:80
create portnets hash:ip,port,net family inet hashsize 64 maxelem 64 initval 0x00000009
add portnets 10.1.0.10,tcp:80,10.2.0.0/24
add portnets 10.1.0.1,udp:53,10.0.0.0/8
create timed hash:ip family inet hashsize 64 maxelem 64 timeout 9000 initval 0x0000000b
add timed 10.1.0.10
add timed 10.2.0.1 timeout 0
create some bitmap:ip range 10.1.0.0-10.1.0.255
add some 10.1.0.10
create somemacs bitmap:ip,mac range 10.1.0.0-10.1.0.255
add somemacs 10.1.0.10,02:00:00:00:00:00
add somemacs 10.1.0.1
";

/// IPv6's.
const SIX: &str = "\
create hosts hash:ip family inet6 hashsize 64 maxelem 64 counters initval 0x00000001
add hosts fd00:10:1::10
add hosts fd00:10:1::1
add hosts fd00:172:17::2
create nets hash:net family inet6 hashsize 64 maxelem 64 initval 0x00000002
add nets fd00:10:2::/64
add nets fd00:10::/32
add nets fd00:10:1::2 nomatch
create pairs hash:ip,port family inet6 hashsize 64 maxelem 64 initval 0x00000003
add pairs fd00:10:2::10,tcp:80
add pairs fd00:10:1::2,udp:53
create links hash:net,iface family inet6 hashsize 64 maxelem 64 initval 0x00000004
add links fd00::/16,eth0
create ports bitmap:port range 0-65535
add ports 53
add ports 80
create all list:set size 8
add all hosts
add all nets
create empty hash:ip family inet6 hashsize 64 maxelem 64 initval 0x00000005
create trips hash:ip,port,ip family inet6 hashsize 64 maxelem 64 initval 0x00000007
add trips fd00:10:1::10,tcp:80,fd00:10:2::10
add trips fd00:10:1::1,udp:53,fd00:10:1::2
create netports hash:net,port family inet6 hashsize 64 maxelem 64 initval 0x00000008
add netports fd00::/16,udp:53
add netports fd00:10:2::/64,tcp:80
create portnets hash:ip,port,net family inet6 hashsize 64 maxelem 64 initval 0x00000009
add portnets fd00:10:1::10,tcp:80,fd00:10:2::/64
add portnets fd00:10:1::1,udp:53,fd00::/16
create timed hash:ip family inet6 hashsize 64 maxelem 64 timeout 9000 initval 0x0000000b
add timed fd00:10:1::10
add timed fd00:10:2::1 timeout 0
";

/// The sets of a family.
pub const fn text(six: bool) -> &'static str {
    if six { SIX } else { FOUR }
}

/// Where an outcome keeps a host's sets, beside its rules.
pub fn place(rules: &str) -> String {
    format!("{rules} sets")
}
