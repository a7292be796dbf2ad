# ping: every option, message and status.
t() { echo "\$ $*"; timeout 15 "$@"; echo "= $?"; }
ip link set lo up
ip netns add a; ip netns add b
ip link add eth0 type veth peer name eth0 netns a
ip addr add 10.0.0.1/24 dev eth0; ip link set eth0 up
ip netns exec a ip addr add 10.0.0.2/24 dev eth0; ip netns exec a ip link set eth0 up
ip link add eth1 type veth peer name eth0 netns b
ip addr add 10.0.1.1/24 dev eth1; ip link set eth1 up
ip netns exec b ip addr add 10.0.1.2/24 dev eth0; ip netns exec b ip link set eth0 up
ip netns exec a ip route add default via 10.0.0.1
ip netns exec b ip route add default via 10.0.1.1
ip -6 addr add fd00::1/64 dev eth0 nodad; ip netns exec a ip -6 addr add fd00::2/64 dev eth0 nodad
ip netns exec a ip link set lo up
sysctl -qw net.ipv4.ip_forward=1
A="ip netns exec a"
t ping
t ping -c
t ping -z
t ping -Z
t ping -c 0 10.0.0.2
t ping -c x 10.0.0.2
t ping -c 1x 10.0.0.2
t ping -c -1 10.0.0.2
t ping -c 99999999999999999999 10.0.0.2
t ping -i 0.001 -c 2 10.0.0.2
t ping -i -1 -c 2 10.0.0.2
t ping -W -1 10.0.0.2
t ping -w x 10.0.0.2
t ping -w -1 10.0.0.2
t ping -t 256 10.0.0.2
t ping -t 0 -c 1 -W 1 10.0.0.2
t ping -s 65507 -c 1 -W 1 10.0.0.2
t ping -s -1 10.0.0.2
t ping -c 1 -s 0 10.0.0.2
t ping -c 1 -s 15 10.0.0.2
t ping -c 1 -s 16 10.0.0.2
t ping -c 1 nosuch
t ping -c 1 nosuch.example.com
t ping -c 1 10.0.0.300
t ping -c 1 10.2
t ping -c 1 8.8.8.8
t ping -c 1 -I nodev 10.0.0.2
t ping -c 1 -I 9.9.9.9 10.0.0.2
t ping -c 1 -I eth1 -W 1 10.0.0.2
t ping -c 1 -I lo -W 1 10.0.0.2
t ping -c 1 255.255.255.255
t ping -c 1 10.0.0.255
t ping -b -c 1 -W 1 10.0.0.255
t ping -c 1 0.0.0.0
t ping -c 1 0
t ping -c 1 127.1
t ping -c 1 224.0.0.1 -W 1
t ping -M do -s 1473 -c 1 10.0.0.2
t ping -M do -s 1473 -c 2 -i 0.2 10.0.0.2
t ping -M foo 10.0.0.2
t ping -M want -s 1473 -c 1 10.0.0.2
t ping -M dont -s 1473 -c 1 10.0.0.2
t ping -M probe -s 1473 -c 1 10.0.0.2
t ping -m x 10.0.0.2
t ping -m 5 -c 1 10.0.0.2
t ping -m 0x5 -c 1 10.0.0.2
t ping -Q x 10.0.0.2
t ping -Q 0x10 -c 1 10.0.0.2
t ping -Q 256 -c 1 10.0.0.2
t ping -p ff -c 1 10.0.0.2
t ping -p zz -c 1 10.0.0.2
t ping -p abcdef0123 -c 1 10.0.0.2
t ping -O -c 2 -i 0.2 -W 0.2 10.0.0.2
t ping -6 -c 1 10.0.0.2
t ping -4 -c 1 fd00::2
t ping -c 1 fd00::2
t ping6 -c 1 fd00::2
t ping -c 1 fd00::2%eth0
t ping -c 1 2001:db8::1
t ping -c 1 ::1
t ping -c 1 fd00::99 -W 4
t ping -c 3 -i 0.2 10.0.0.99
t $A ping -c 2 -i 0.2 -t 1 10.0.1.2
t $A ping -c 1 -n 10.9.9.9
ip link set eth1 mtu 1400
t $A ping -c 2 -i 0.2 -M do -s 1450 10.0.1.2
t $A ping -c 2 -i 0.2 -M do -s 1450 10.0.1.2
t $A ping -c 2 -i 0.2 -s 1450 10.0.1.2
ip netns exec b ip link set eth0 down
t $A ping -c 1 -W 5 10.0.1.2
ip netns exec b ip link set eth0 up
t $A ping -c 1 -V
t ping -c 1 10.0.0.2 10.0.0.3
t ping -c 1 1.1.1.1 10.0.0.2
t ping -l 3 -c 3 10.0.0.2
t ping -l x 10.0.0.2
t ping -L -c 1 10.0.0.2
t ping -U -c 1 10.0.0.2
t ping -B -c 1 10.0.0.2
t ping -d -c 1 10.0.0.2
t ping -S 100000 -c 1 10.0.0.2
t ping -e 300 -c 1 10.0.0.2
t ping -e x -c 1 10.0.0.2
t ping -q -c 1 10.0.0.99
t ping -h
t ping -c 2 -i 0.2 -W 0.3 -q 10.0.0.99
iptables -A OUTPUT -p icmp --icmp-type echo-request -j DROP
t ping -c 2 -i 0.2 -W 0.3 10.0.0.2
iptables -F OUTPUT
iptables -A OUTPUT -p icmp --icmp-type echo-request -j REJECT
t ping -c 2 -i 0.2 -W 0.3 10.0.0.2
iptables -F OUTPUT
for r in icmp-net-unreachable icmp-host-unreachable icmp-proto-unreachable icmp-port-unreachable icmp-net-prohibited icmp-host-prohibited icmp-admin-prohibited; do
iptables -A FORWARD -p icmp -j REJECT --reject-with $r
t $A ping -c 1 10.0.1.2
iptables -F FORWARD
done
ip route add unreachable 10.5.0.0/16; ip route add prohibit 10.6.0.0/16; ip route add blackhole 10.7.0.0/16
for n in 5 6 7; do t ping -c 1 -W 1 10.$n.0.1; t $A ping -c 1 -W 1 10.$n.0.1;done
