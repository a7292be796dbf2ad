ip link set lo up
ip link add v0 address 02:00:00:00:00:01 type veth peer name v1 address 02:00:00:00:00:02
ip link set v0 up
ip link set v1 up
sysctl -qw net.ipv6.conf.all.disable_ipv6=1
ip addr add 10.0.0.1/24 brd + dev v0
ip route add default via 10.0.0.9
ip route add 10.1.0.0/16 via 10.0.0.8 metric 5
ip route add unreachable 10.2.0.0/16
ip route add prohibit 10.2.1.0/24
ip route add blackhole 10.4.0.0/16
ip route add 10.3.1.1 dev v0 mtu 1400 advmss 1000 window 5
route -n
route
route -e
route -ee -n
route -ne
route add -net 10.9.0.0/16 gw 10.0.0.7
route add -net 10.10.0.0 netmask 255.255.0.0 dev v0
route add default gw 10.0.0.6 metric 7
route add -host 10.11.0.1 gw 10.0.0.7
route add 10.13.0.1 dev v0
route add 192.168.7.0 dev v0
route add default gw 10.0.0.9
route add default gw 1.2.3.4
route add -net 10.9.0.0/16 dev nope
route add -net 10.14.0.0/16
route del default gw 10.0.0.6
route del -net 10.9.0.0/16
route del -net 10.99.0.0/16
route -n
route -n -C
route -F -n
route add -net 10.12.0.0/16 reject
route -n
ip route
ip neigh flush dev v0
ip neigh add 10.0.0.7 lladdr 2:0:0:0:0:7 dev v0
ip neigh add proxy 10.0.0.44 dev v0
arp -n
arp
arp -an
arp -a
arp -e -n
arp -n 10.0.0.7
arp -n 10.0.0.99
arp -s 10.0.0.12 02:00:00:00:00:12
arp -n 10.0.0.12
ip neigh show 10.0.0.12
arp -d 10.0.0.12
arp -d 10.0.0.13
arp -ni v0
arp -v -n
arp -i nope -n
ifconfig v0
ifconfig nope
ifconfig v0 10.0.0.55
ip addr show v0
ifconfig v0 10.0.0.66 netmask 255.255.0.0
ip -4 addr show v0
ip route
ifconfig v0 down
ip -br link
ifconfig v0 up
ifconfig v0 mtu 1400
ip -br link
ifconfig v1
sysctl net.ipv4.ip_forward
sysctl -n net.ipv4.ip_forward
sysctl -w net.ipv4.ip_forward=1
sysctl net.ipv4.ip_forward=0
sysctl -q -w net.ipv4.ip_forward=1
sysctl -qw net/ipv4/ip_forward=0
sysctl -n -w net.ipv4.ip_forward=1
sysctl net.foo
sysctl -w net.foo=1
sysctl -e net.foo
sysctl -w net.ipv4.ip_forward=abc
sysctl -w net.ipv4.ip_forward
sysctl -w
sysctl -N net.ipv4.ip_forward
sysctl net.ipv4.conf.v0.rp_filter net.ipv4.ip_default_ttl
sysctl net.ipv4.conf.v0
sysctl net.ipv4.neigh.v0
sysctl -w net.ipv4.ip_forward=1 net.foo=2 net.ipv4.ip_default_ttl=63
sysctl -a -r ip_forward
sysctl -V
