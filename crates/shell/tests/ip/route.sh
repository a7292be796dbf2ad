ip link set lo up
ip link add v0 address 02:00:00:00:00:01 type veth peer name v1 address 02:00:00:00:00:02
ip link add w0 address 02:00:00:00:00:03 type veth peer name w1 address 02:00:00:00:00:04
ip link set v0 up
ip link set v1 up
ip link set w0 up
ip link set w1 up
sleep 3
ip addr add 10.0.0.1/24 dev v0
ip addr add 10.0.9.1/24 dev w0
ip route
ip route add default via 10.0.0.9
ip route add default via 10.0.0.8
ip route add default via 10.0.0.8 metric 100
ip route add 10.1.0.0/16 via 10.0.0.9 src 10.0.0.1 mtu 1400 advmss 1300
ip route add 10.2.0.0/16 dev w0
ip route add 10.3.0.0/16 dev w0 scope link proto static
ip route add 10.4.0.0/16 nexthop via 10.0.0.8 weight 2 nexthop dev w0
ip route add blackhole 10.5.0.0/16
ip route add unreachable 10.6.0.0/16 metric 50
ip route add prohibit 10.7.0.0/16
ip route add throw 10.8.0.0/16 table 100
ip route add local 10.9.0.0/16 dev lo
ip route add 10.10.0.0/16 via 99.0.0.1 dev w0 onlink
ip route add 10.11.0.0/16 via 10.0.0.9 tos 0x10
ip route add 10.12.1.1 via 10.0.0.9 table 200
ip route add 10.13.0.0/16 via inet6 fe80::1 dev v0
ip route add broadcast 10.14.0.255 dev v0
ip route add 10.15.0.0/16 via 10.0.0.9 rtt 100ms window 1000 initcwnd 20 hoplimit 5 quickack 1 mtu lock 1300 rto_min 20ms
ip route add 10.16/16 dev v0 metric 5
ip route
ip route show table all
ip -d route
ip -j route
ip -j -p route show 10.4.0.0/16
ip -c route show 10.1.0.0/16
ip route show table 100
ip route show table 77
ip route show table local
ip route show 10.0.0.0/8
ip route show root 10.0.0.0/8
ip route show match 10.1.2.3
ip route show exact 10.1.0.0/16
ip route show via 10.0.0.9
ip route show dev w0
ip route show proto kernel
ip route show proto static
ip route show scope link
ip route show type blackhole
ip route show src 10.0.0.1
ip route show metric 100
ip route show tos 0x10
ip route show default
ip route show cache
ip route list table main dev v0 proto kernel
ip route append default via 10.0.0.7
ip route prepend default via 10.0.0.6
ip route append default via 10.0.0.7
ip route show default
ip route replace default via 10.0.0.5
ip route show default
ip route change 10.2.0.0/16 dev v0
ip route change 10.99.0.0/16 dev v0
ip route replace 10.99.0.0/16 dev v0
ip route add 10.1.0.0/16 via 10.0.0.9
ip route add 10.1.0.1/16 via 10.0.0.9
ip route add 10.98.0.0/16 via 1.2.3.4
ip route add 10.98.0.0/16 via 10.0.0.1
ip route add 10.98.0.0/16 via 10.0.0.255
ip route add 10.98.0.0/16 via 10.0.0.9 dev w0
ip route add 10.97.0.0/16 dev nope
ip route add 10.97.0.0/16
ip route add 10.97.0.0/16 dev v0 src 1.2.3.4
ip route add 10.97.0.0/16 via 10.0.0.9 scope host
ip route add 10.97.0.0/16 via 10.0.0.9 scope link
ip route add 10.97.0.0/16 dev v0 scope 255
ip route add 10.97.0.0/16 dev v0 scope nowhere
ip route add blackhole 10.97.0.0/16 dev v0
ip route add 10.97.0.0/16 dev v0 onlink
ip route add 10.97.0.0/16 via 10.0.0.9 via 10.0.0.8
ip route add 10.97.0.0/16 10.96.0.0/16 dev v0
ip route add 10.97.0.0/16 via x
ip route add x/16 via 10.0.0.9
ip route add 10.97.0.0/16 via
ip route add 10.97.0.0/16 dev v0 metric x
ip route add 10.97.0.0/16 dev v0 table x
ip route add 10.97.0.0/16 dev v0 proto x
ip route add 10.97.0.0/16 nexthop via 10.0.0.8 weight 999
ip route add 10.97.0.0/16 nexthop via 10.0.0.8 foo
ip route add 10.97.0.0/16 nexthop
ip route del 10.1.0.0/16 via 10.0.0.77
ip route del 10.1.0.0/16 dev w0
ip route del 10.1.0.0/16 metric 7
ip route del 10.1.0.0/16
ip route del 10.1.0.0/16
ip route del 10.5.0.0/16
ip route del unreachable 10.6.0.0/16
ip route del 10.9.0.0/16
ip route del local 10.9.0.0/16
ip route del default table 77
ip route del 10.4.0.0/16
ip route del 10.2.0.1/16
ip route
ip route flush 10.10.0.0/16
ip route flush root 10.7.0.0/16
ip route flush table 100
ip route flush proto static
ip route flush
ip -s route flush dev w0
ip -s route flush dev w0
ip route
ip route foo
ip route get 10.0.0.77
ip route get 8.8.8.8
ip route get 127.0.0.1
ip route get 10.0.0.1
ip route get 10.0.0.255
ip route get 255.255.255.255
ip route get 224.0.0.1
ip route get 10.15.0.3
ip route get 10.13.0.3
ip route get 8.8.8.8 from 10.0.0.1
ip route get 8.8.8.8 from 10.0.0.77
ip route get 8.8.8.8 oif w0
ip route get 8.8.8.8 mark 5
ip route get 8.8.8.8 mark 50 uid 7
ip route get 10.0.0.1 from 10.0.0.2 iif v0
ip route get 8.8.8.8 from 10.0.0.2 iif v0
sysctl -qw net.ipv4.ip_forward=1
ip route get 8.8.8.8 from 10.0.0.2 iif v0
ip route get 10.0.9.5 from 10.0.0.2 iif v0
ip route get 10.0.0.1 from 10.0.0.1 iif v0
ip -j route get 10.0.0.77
ip -d route get 8.8.8.8
ip route get fibmatch 10.0.0.3
ip route get
ip route get 10.0.0.0/24
ip route get 8.8.8.8 oif nope
ip link set v1 down
ip route
ip link set v0 down
ip route
ip link set v0 up
ip link set v1 up
ip route
