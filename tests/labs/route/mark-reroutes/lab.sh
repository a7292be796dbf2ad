# A mark set in mangle OUTPUT makes the kernel route again; one set in FORWARD comes too late.
ip netns add a
ip netns add b
ip netns add c
ip link add one type veth peer name eth0 netns a
ip link add two type veth peer name eth0 netns b
ip link add inner type veth peer name eth0 netns c
ip addr add 10.0.1.1/24 dev one
ip addr add 10.0.2.1/24 dev two
ip addr add 10.0.3.1/24 dev inner
ip link set one up
ip link set two up
ip link set inner up
ip netns exec a ip addr add 10.0.1.2/24 dev eth0
ip netns exec b ip addr add 10.0.2.2/24 dev eth0
ip netns exec c ip addr add 10.0.3.2/24 dev eth0
for ns in a b c; do ip netns exec $ns ip link set eth0 up; done
ip netns exec a ip addr add 203.0.113.1/32 dev eth0
ip netns exec b ip addr add 203.0.113.1/32 dev eth0
ip netns exec a ip route add default via 10.0.1.1
ip netns exec b ip route add default via 10.0.2.1
ip netns exec c ip route add default via 10.0.3.1
sysctl -q -w net.ipv4.ip_forward=1
ip route add default via 10.0.1.2
ip route add default via 10.0.2.2 table 7
ip rule add fwmark 7 table 7
ip netns exec a iptables -A INPUT -d 203.0.113.1
ip netns exec b iptables -A INPUT -d 203.0.113.1

ping -c1 -q 203.0.113.1
iptables -t mangle -A OUTPUT -d 203.0.113.1 -j MARK --set-mark 7
ping -c1 -q 203.0.113.1
iptables -t mangle -A FORWARD -d 203.0.113.1 -j MARK --set-mark 7
ip netns exec c ping -c1 -q 203.0.113.1
iptables -t mangle -A PREROUTING -d 203.0.113.1 -j MARK --set-mark 7
ip netns exec c ping -c1 -q 203.0.113.1
ip netns exec a iptables -L INPUT -n -v
ip netns exec b iptables -L INPUT -n -v
