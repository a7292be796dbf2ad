# Permanent and deleted entries, by ip neigh and by arp.
ip netns add a
ip link add eth0 address 02:00:00:00:00:01 type veth peer name eth0 address 02:00:00:00:00:02 netns a
ip addr add 10.0.0.1/24 dev eth0
ip link set eth0 up
ip netns exec a ip link set eth0 up
arp -s 10.0.0.2 02:00:00:00:00:02
ip neigh add 10.0.0.3 lladdr 02:00:00:00:00:03 dev eth0 nud stale
ip neigh add 10.0.0.4 lladdr 02:00:00:00:00:04 dev eth0 nud reachable
ip neigh | sort
arp -n | sort
arp -d 10.0.0.2
ip neigh add 10.0.0.3 lladdr 02:00:00:00:00:33 dev eth0
ip neigh replace 10.0.0.3 lladdr 02:00:00:00:00:33 dev eth0
ip neigh show nud permanent
ip neigh flush dev eth0
ip neigh
