# What one ping leaves in the neighbour tables of both sides.
ip netns add a
ip link add eth0 address 02:00:00:00:00:01 type veth peer name eth0 address 02:00:00:00:00:02 netns a
ip addr add 10.0.0.1/24 dev eth0
ip link set eth0 up
ip netns exec a ip addr add 10.0.0.2/24 dev eth0
ip netns exec a ip link set eth0 up

ip neigh
arp -n
ping -c1 -q 10.0.0.2
ip neigh
arp -n
arp -n 10.0.0.2
arp -n 10.0.0.3
ip netns exec a ip neigh
