# A mark set in mangle is seen by filter.
ip netns add a
ip link add eth0 type veth peer name eth0 netns a
ip netns exec a ip addr add 10.0.1.2/24 dev eth0
ip netns exec a ip link set eth0 up
ip addr add 10.0.1.1/24 dev eth0
ip link set eth0 up
iptables -t mangle -A PREROUTING -p icmp -j MARK --set-mark 0x10
iptables -t mangle -A PREROUTING -p icmp -j MARK --or-mark 0x3
iptables -t mangle -A PREROUTING -p icmp -j MARK --set-xmark 0x100/0xf
iptables -A INPUT -m mark --mark 0x10 -j DROP
iptables -A INPUT -m mark --mark 0x10/0xf0 -j ACCEPT
iptables -A INPUT -m mark ! --mark 0x110
ip netns exec a ping -c1 -W1 -q 10.0.1.1
iptables -L INPUT -n -v
iptables-save -t mangle
