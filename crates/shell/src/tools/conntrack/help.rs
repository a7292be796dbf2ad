//! What `-h` prints.

use packetwalk_wire::proto;

/// The help of conntrack 1.4.7.
pub(super) const TEXT: &str = "\
Command line interface for the connection tracking system. Version 1.4.7
Usage: conntrack [commands] [options]

Commands:
  -L [table] [options]\t\tList conntrack or expectation table
  -G [table] parameters\t\tGet conntrack or expectation
  -D [table] parameters\t\tDelete conntrack or expectation
  -I [table] parameters\t\tCreate a conntrack or expectation
  -U [table] parameters\t\tUpdate a conntrack
  -E [table] [options]\t\tShow events
  -F [table]\t\t\tFlush table
  -C [table]\t\t\tShow counter
  -S\t\t\t\tShow statistics

Tables: conntrack, expect, dying, unconfirmed

Conntrack parameters and options:
  -n, --src-nat ip\t\t\tsource NAT ip
  -g, --dst-nat ip\t\t\tdestination NAT ip
  -j, --any-nat ip\t\t\tsource or destination NAT ip
  -m, --mark mark\t\t\tSet mark
  -c, --secmark secmark\t\t\tSet selinux secmark
  -e, --event-mask eventmask\t\tEvent mask, eg. NEW,DESTROY
  -z, --zero \t\t\t\tZero counters while listing
  -o, --output type[,...]\t\tOutput format, eg. xml
  -l, --label label[,...]\t\tconntrack labels

Expectation parameters and options:
  --tuple-src ip\tSource address in expect tuple
  --tuple-dst ip\tDestination address in expect tuple

Updating parameters and options:
  --label-add label\tAdd label
  --label-del label\tDelete label

Common parameters and options:
  -s, --src, --orig-src ip\t\tSource address from original direction
  -d, --dst, --orig-dst ip\t\tDestination address from original direction
  -r, --reply-src ip\t\tSource addres from reply direction
  -q, --reply-dst ip\t\tDestination address from reply direction
  -p, --protonum proto\t\tLayer 4 Protocol, eg. 'tcp'
  -f, --family proto\t\tLayer 3 Protocol, eg. 'ipv6'
  -t, --timeout timeout\t\tSet timeout
  -u, --status status\t\tSet status, eg. ASSURED
  -w, --zone value\t\tSet conntrack zone
  --orig-zone value\t\tSet zone for original direction
  --reply-zone value\t\tSet zone for reply direction
  -b, --buffer-size\t\tNetlink socket buffer size
  --mask-src ip\t\t\tSource mask address
  --mask-dst ip\t\t\tDestination mask address

";

/// What follows for `-p`.
pub(super) const fn of_protocol(protocol: u8) -> &'static str {
    match protocol {
        proto::TCP => {
            "\
\x20 --orig-port-src\t\toriginal source port
\x20 --orig-port-dst\t\toriginal destination port
\x20 --reply-port-src\t\treply source port
\x20 --reply-port-dst\t\treply destination port
\x20 --mask-port-src\t\tmask source port
\x20 --mask-port-dst\t\tmask destination port
\x20 --tuple-port-src\t\texpectation tuple src port
\x20 --tuple-port-src\t\texpectation tuple dst port
\x20 --state\t\t\tTCP state, fe. ESTABLISHED
"
        }
        proto::UDP | proto::UDPLITE => {
            "\
\x20 --orig-port-src\t\toriginal source port
\x20 --orig-port-dst\t\toriginal destination port
\x20 --reply-port-src\t\treply source port
\x20 --reply-port-dst\t\treply destination port
\x20 --mask-port-src\t\tmask source port
\x20 --mask-port-dst\t\tmask destination port
\x20 --tuple-port-src\t\texpectation tuple src port
\x20 --tuple-port-src\t\texpectation tuple dst port
"
        }
        proto::ICMP => {
            "\
\x20 --icmp-type\t\t\ticmp type
\x20 --icmp-code\t\t\ticmp code
\x20 --icmp-id\t\t\ticmp id
"
        }
        proto::ICMPV6 => {
            "\
\x20 --icmpv6-type\t\t\ticmpv6 type
\x20 --icmpv6-code\t\t\ticmpv6 code
\x20 --icmpv6-id\t\t\ticmpv6 id
"
        }
        proto::SCTP => {
            "\
\x20 --orig-port-src\t\toriginal source port
\x20 --orig-port-dst\t\toriginal destination port
\x20 --reply-port-src\t\treply source port
\x20 --reply-port-dst\t\treply destination port
\x20 --mask-port-src\t\tmask source port
\x20 --mask-port-dst\t\tmask destination port
\x20 --tuple-port-src\t\texpectation tuple src port
\x20 --tuple-port-src\t\texpectation tuple dst port
\x20 --state\t\t\tSCTP state, fe. ESTABLISHED
\x20 --orig-vtag\t\toriginal verification tag
\x20 --reply-vtag\t\treply verification tag
"
        }
        33 => {
            "\
\x20 --orig-port-src\t\toriginal source port
\x20 --orig-port-dst\t\toriginal destination port
\x20 --reply-port-src\t\treply source port
\x20 --reply-port-dst\t\treply destination port
\x20 --mask-port-src\t\tmask source port
\x20 --mask-port-dst\t\tmask destination port
\x20 --tuple-port-src\t\texpectation tuple src port
\x20 --tuple-port-src\t\texpectation tuple dst port
\x20 --state\t\t\tDCCP state, fe. RESPOND
"
        }
        proto::GRE => {
            "\
\x20 --orig-key-src\t\toriginal source key
\x20 --orig-key-dst\t\toriginal destination key
\x20 --reply-key-src\t\treply source key
\x20 --reply-key-dst\t\treply destination key
\x20 --mask-key-src\t\tmask source key
\x20 --mask-key-dst\t\tmask destination key
\x20 --tuple-key-src\t\texpectation tuple src key
\x20 --tuple-key-src\t\texpectation tuple dst key
"
        }
        _ => "\x20 no options (unsupported)\n",
    }
}
