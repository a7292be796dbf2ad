# ping -s with DF set: what is too large for the interface, and for a link on the way.
ip netns add r
ip netns add b
ip link add eth0 type veth peer name left netns r
ip link add right netns r type veth peer name eth0 netns b
ip addr add 10.0.1.2/24 dev eth0
ip link set eth0 up
ip route add default via 10.0.1.1
ip netns exec r ip addr add 10.0.1.1/24 dev left
ip netns exec r ip addr add 10.0.2.1/24 dev right
ip netns exec r ip link set left up
ip netns exec r ip link set right up mtu 1400
ip netns exec r sysctl -q -w net.ipv4.ip_forward=1
ip netns exec b ip addr add 10.0.2.2/24 dev eth0
ip netns exec b ip link set eth0 up mtu 1400
ip netns exec b ip route add default via 10.0.2.1
ping -c1 -W1 -M do -s 1472 10.0.1.1
ping -c1 -W1 -M do -s 1473 10.0.1.1
ping -c1 -W1 -M do -s 1400 10.0.2.2
ping -c1 -W1 -M do -s 1372 10.0.2.2
ip route get 10.0.2.2 | grep -o 'mtu [0-9]*'
