# Who answers for whom: an address of another interface, proxy_arp, arp_ignore.
ip netns add a
ip link add left address 02:00:00:00:00:01 type veth peer name eth0 netns a
ip addr add 10.0.1.1/24 dev left
ip link set left up
ip link add other type bridge mcast_snooping 0
ip addr add 10.0.2.1/24 dev other
ip link set other up
ip netns exec a ip addr add 10.0.1.2/8 dev eth0
ip netns exec a ip link set eth0 up
ip netns exec a sysctl -q -w net.ipv4.neigh.eth0.retrans_time_ms=100
sysctl -q -w net.ipv4.ip_forward=1

ip netns exec a ping -c1 -W1 -q 10.0.2.1
sysctl -w net.ipv4.conf.left.arp_ignore=1
ip netns exec a ip neigh flush dev eth0
ip netns exec a ping -c1 -W1 -q 10.0.2.1
ip netns exec a ping -c1 -W1 -q 10.0.2.9
sysctl -w net.ipv4.conf.left.proxy_arp=1
ip netns exec a ping -c1 -W1 -q 10.0.2.9
ip netns exec a ip neigh | sort
