ip link set lo up
ip link add v0 address 02:00:00:00:00:01 type veth peer name v1 address 02:00:00:00:00:02
ip link set v0 up
ip link set v1 up
sleep 3
ip addr add fd00::1/64 dev v0 nodad
ip -6 route
ip -6 route show table all
ip -6 route add default via fd00::9
ip -6 route add default via fd00::9
ip -6 route add default via fe80::1 dev v0 metric 10
ip -6 route add fd01::/64 via fd00::9
ip -6 route add fd02::/64 dev v0 metric 5
ip -6 route add fd02::/64 dev v0
ip -6 route append fd03::/64 via fd00::8
ip -6 route append fd03::/64 via fd00::7
ip -6 route add fd04::/64 nexthop via fd00::8 weight 2 nexthop via fd00::9
ip -6 route add unreachable fd05::/64
ip -6 route add prohibit fd06::/64 metric 7
ip -6 route add blackhole fd07::/64
ip -6 route add fd08::1/64 dev v0
ip -6 route add fd09::/64 via fd00::9 src fd00::1 mtu 1300
ip -6 route add fd0a::/64 via fd00::9 expires 100
ip -6 route add fd0b::/64 via fd00::9 pref high
ip -6 route add local fd0c::/64 dev lo
ip -6 route add fd0d::5 via fd00::9
ip -6 route add fd01:0:0:0:1::/80 via fd00::9
ip -6 route
ip -6 route show table all
ip -d -6 route show fd01::/64
ip -j -6 route show fd01::/64
ip -j -6 route show fd04::/64
ip -6 route add fd11::/64 via fd00::1
ip -6 route add fd11::/64 via fd77::1
ip -6 route add fd11::/64 via fe80::1
ip -6 route add fd11::/64 via ff02::1 dev v0
ip -6 route add fd11::/64
ip -6 route add fd11::/64 src fd99::1 dev v0
ip -6 route change fd12::/64 via fd00::8
ip -6 route replace fd12::/64 via fd00::8
ip -6 route replace fd12::/64 via fd00::7
ip -6 route show fd12::/64
ip -6 route del fd13::/64
ip -6 route del fd03::/64 via fd00::8
ip -6 route show fd03::/64
ip -6 route del fd02::/64 metric 5
ip -6 route show fd02::/64
ip -6 route del fd04::/64
ip -6 route show fd04::/64
ip -6 route get fd00::2
ip -6 route get fd00::1
ip -6 route get ::1
ip -6 route get 2001:db8::1
ip -6 route get fd05::1
ip -6 route get fd06::1
ip -6 route get fd07::1
ip -6 route get fe80::5
ip -6 route get fe80::5 oif v0
ip -6 route get ff02::1 oif v0
ip -6 route get fd01::5 from fd00::1
ip -6 route get fd09::1
ip -6 route get fd01::1:0:0:5
ip -6 route flush fd01::/64
ip -6 route flush proto boot
ip -6 route
ip -6 route show table 77
sysctl -qw net.ipv6.conf.all.forwarding=1
ip -6 route show table local
ip link set v1 down
ip -6 route show table all
ip link set v0 down
ip -6 route show table all
ip -6 addr
