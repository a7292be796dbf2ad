# Nobody answers ARP. The sender tells itself; a router tells the sender.
ip netns add a
ip link add left type veth peer name eth0 netns a
ip netns exec a ip addr add 10.0.1.2/24 dev eth0
ip netns exec a ip link set eth0 up
ip netns exec a ip route add default via 10.0.1.1
ip addr add 10.0.1.1/24 dev left
ip link set left up
ip link set lo up
ip netns exec a ip link set lo up
ip link add eth1 type bridge mcast_snooping 0
ip addr add 10.0.2.1/24 dev eth1
ip link set eth1 up
sysctl -q -w net.ipv4.ip_forward=1
sysctl -q -w net.ipv4.neigh.left.retrans_time_ms=100
sysctl -q -w net.ipv4.neigh.eth1.retrans_time_ms=100
ip netns exec a sysctl -q -w net.ipv4.neigh.eth0.retrans_time_ms=100

ping -c1 -W2 10.0.1.77
ip netns exec a ping -c1 -W2 10.0.1.77
ip netns exec a ping -c1 -W2 10.0.2.77
ip neigh | sort
ip netns exec a nc -z -v -n 10.0.2.77 80
