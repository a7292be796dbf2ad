# IPv6 looks at a fragment header after INPUT: rules there see every fragment, where IPv4 has the datagram whole.
ip netns add a
ip netns add b
for ns in a b; do
    ip netns exec $ns sysctl -q -w net.ipv6.conf.all.accept_dad=0 net.ipv6.conf.default.accept_dad=0
done
sysctl -q -w net.ipv6.conf.all.accept_dad=0 net.ipv6.conf.default.accept_dad=0
ip link add left address 02:00:00:00:00:01 type veth peer name eth0 netns a address 02:00:00:00:00:0a
ip link add right address 02:00:00:00:00:02 type veth peer name eth0 netns b address 02:00:00:00:00:0b
ip netns exec a ip addr add fd00:1::2/64 dev eth0 nodad
ip netns exec a ip link set eth0 up
ip addr add fd00:1::1/64 dev left nodad
ip addr add fd00:2::1/64 dev right nodad
ip link set left up
ip link set right up
ip netns exec b ip addr add fd00:2::2/64 dev eth0 nodad
ip netns exec b ip link set eth0 up
ip netns exec a ip route add ::/0 via fd00:1::1
ip netns exec b ip route add ::/0 via fd00:2::1
ip -6 neigh replace fd00:1::2 lladdr 02:00:00:00:00:0a dev left nud permanent
ip -6 neigh replace fd00:2::2 lladdr 02:00:00:00:00:0b dev right nud permanent
ip netns exec a ip -6 neigh replace fd00:1::1 lladdr 02:00:00:00:00:01 dev eth0 nud permanent
ip netns exec b ip -6 neigh replace fd00:2::1 lladdr 02:00:00:00:00:02 dev eth0 nud permanent
sysctl -q -w net.ipv6.conf.all.forwarding=1
sleep 3
ip6tables -A INPUT -p icmpv6
ip6tables -t mangle -A PREROUTING -p icmpv6

ip netns exec a ping -c1 -s 3000 fd00:1::1 | sed 's/time=.*//'
ip6tables -L INPUT -n -v
ip6tables -t mangle -L PREROUTING -n -v
