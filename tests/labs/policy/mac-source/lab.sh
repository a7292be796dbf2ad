# -m mac looks at who sent the frame, in FORWARD as in PREROUTING; what is made here has no MAC.
ip netns add a
ip netns add b
ip link add left address 02:00:00:00:00:01 type veth peer name eth0 netns a address 02:00:00:00:00:0a
ip link add right address 02:00:00:00:00:02 type veth peer name eth0 netns b address 02:00:00:00:00:0b
ip netns exec a ip addr add 10.0.1.2/24 dev eth0
ip netns exec a ip link set eth0 up
ip netns exec a ip route add default via 10.0.1.1
ip netns exec b ip addr add 10.0.2.2/24 dev eth0
ip netns exec b ip link set eth0 up
ip netns exec b ip route add default via 10.0.2.1
ip addr add 10.0.1.1/24 dev left
ip addr add 10.0.2.1/24 dev right
ip link set left up
ip link set right up
ip link set lo up
sysctl -q -w net.ipv4.ip_forward=1
for mac in 02:00:00:00:00:01 02:00:00:00:00:02 02:00:00:00:00:0a 02:00:00:00:00:0b; do
    iptables -A FORWARD -p icmp -m mac --mac-source $mac
done
iptables -A FORWARD -p icmp -m mac ! --mac-source 02:00:00:00:00:0a
iptables -t mangle -A PREROUTING -p icmp -m mac --mac-source 02:00:00:00:00:0a
iptables -A INPUT -p icmp -m mac ! --mac-source 02:00:00:00:00:0a

ip netns exec a ping -c1 10.0.2.2 > /dev/null
ping -c1 10.0.1.1 > /dev/null
iptables -t mangle -L PREROUTING -n -v
iptables -L FORWARD -n -v
iptables -L INPUT -n -v
