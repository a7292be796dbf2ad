# ip addr: scopes, secondaries, labels, and what del and flush do.
sysctl -q -w net.ipv6.conf.all.disable_ipv6=1
sysctl -q -w net.ipv6.conf.default.disable_ipv6=1
ip link add eth0 address 02:00:00:00:00:01 type bridge
ip addr add 10.0.0.1/24 dev eth0
ip addr add 10.0.0.2/24 brd + dev eth0
ip addr add 10.0.1.1/24 broadcast 10.0.1.255 dev eth0 label eth0:web
ip addr add 169.254.7.7/16 scope link dev eth0
ip addr add 192.0.2.1 dev eth0
ip addr
ip link set eth0 up
ip link set lo up
ip addr show eth0
ip a s lo
ip -4 -o addr
ip -br addr
ip addr show to 10.0.0.0/24
ip addr del 10.0.0.1/24 dev eth0
ip -br a show eth0
ip addr flush dev eth0
ip addr show dev eth0
