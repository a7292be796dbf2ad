# A host moves to another MAC: the neighbours' entries go stale, are probed, and follow.
ip netns add a
ip link add eth0 type veth peer name eth0 address 02:00:00:00:00:02 netns a
ip addr add 10.0.0.1/24 dev eth0
ip link set eth0 up
ip netns exec a ip addr add 10.0.0.2/24 dev eth0
ip netns exec a ip link set eth0 up
ping -c1 -q 10.0.0.2
ip neigh
ip netns exec a ip link set eth0 address 02:00:00:00:00:22
ping -c1 -W1 -q 10.0.0.2
ip neigh
ip netns exec a ping -c1 -q 10.0.0.1
ip neigh
ping -c1 -W1 -q 10.0.0.2
