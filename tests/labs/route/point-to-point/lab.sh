# Two /32 hosts on a wire, and a route through an on-link gateway.
ip netns add a
ip link add eth0 type veth peer name eth0 netns a
ip addr add 10.0.0.1 peer 10.0.0.2 dev eth0
ip link set eth0 up
ip netns exec a ip addr add 10.0.0.2/32 dev eth0
ip netns exec a ip link set eth0 up
ip netns exec a ip route add 192.168.1.1 via 10.0.0.1 dev eth0
ip netns exec a ip route add 192.168.1.1 via 10.0.0.1 dev eth0 onlink
ip netns exec a ip route add 10.0.0.1 dev eth0
ip netns exec a ip route
ip route
ip -4 addr show eth0
ping -c1 -q 10.0.0.2
ip link set lo up
ip addr add 192.168.1.1/32 dev lo
ip netns exec a ping -c1 -q 192.168.1.1
