# MASQUERADE ignores the route's src: it takes the address in the next hop's subnet.
ip netns add a
ip netns add b
ip link add left type veth peer name eth0 netns a
ip link add right type veth peer name eth0 netns b
ip netns exec a ip addr add 10.0.1.2/24 dev eth0
ip netns exec a ip link set eth0 up
ip netns exec a ip route add default via 10.0.1.1
ip netns exec b ip addr add 10.0.2.2/24 dev eth0
ip netns exec b ip addr add 10.0.3.2/24 dev eth0
ip netns exec b ip addr add 203.0.113.1/32 dev eth0
ip netns exec b ip link set eth0 up
ip addr add 10.0.1.1/24 dev left
ip addr add 10.0.2.1/24 dev right
ip addr add 10.0.2.9/24 dev right
ip addr add 10.0.3.1/24 dev right
ip link set left up
ip link set right up
ip route add 203.0.113.0/24 via 10.0.3.2 src 10.0.2.9
sysctl -q -w net.ipv4.ip_forward=1
iptables -t nat -A POSTROUTING -o right -j MASQUERADE

ip route get 203.0.113.1
ping -c1 -q 203.0.113.1
ip netns exec a ping -c1 -q 203.0.113.1
ip netns exec a ping -c1 -q 10.0.2.2
sleep 0.1
conntrack -L | sort
