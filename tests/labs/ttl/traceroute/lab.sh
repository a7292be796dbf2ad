# Three routers in a row; each names itself by the address of the interface that the packet came in by.
ip netns add a
ip netns add r1
ip netns add r2
ip netns add b
ip link add eth0 netns a type veth peer name left netns r1
ip link add right netns r1 type veth peer name left netns r2
ip link add right netns r2 type veth peer name eth0 netns b
ip netns exec a ip addr add 10.0.1.2/24 dev eth0
ip netns exec r1 ip addr add 10.0.1.1/24 dev left
ip netns exec r1 ip addr add 10.0.2.1/24 dev right
ip netns exec r2 ip addr add 10.0.2.2/24 dev left
ip netns exec r2 ip addr add 10.0.3.1/24 dev right
ip netns exec b ip addr add 10.0.3.2/24 dev eth0
ip netns exec a ip link set eth0 up
ip netns exec r1 ip link set left up
ip netns exec r1 ip link set right up
ip netns exec r2 ip link set left up
ip netns exec r2 ip link set right up
ip netns exec b ip link set eth0 up
ip netns exec a ip route add default via 10.0.1.1
ip netns exec r1 ip route add 10.0.3.0/24 via 10.0.2.2
ip netns exec r2 ip route add 10.0.1.0/24 via 10.0.2.1
ip netns exec b ip route add default via 10.0.3.1
ip netns exec r1 sysctl -q -w net.ipv4.ip_forward=1
ip netns exec r2 sysctl -q -w net.ipv4.ip_forward=1

ip netns exec a traceroute -n 10.0.3.2
ip netns exec a traceroute -n -I 10.0.3.2
