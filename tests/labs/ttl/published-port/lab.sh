# A published port reached with a TTL of 1: DNAT happens, the routing decision is to forward, and the time is up.
ip netns add neighbour
ip netns add c1
ip link add eth0 type veth peer name eth0 netns neighbour
ip addr add 192.168.0.128/24 dev eth0
ip link set eth0 up
ip netns exec neighbour ip addr add 192.168.0.50/24 dev eth0
ip netns exec neighbour ip link set eth0 up
ip link add docker0 type bridge mcast_snooping 0
ip addr add 172.17.0.1/16 dev docker0
ip link set docker0 up
sysctl -q -w net.ipv4.ip_forward=1
ip link add veth1 type veth peer name eth0 netns c1
ip link set veth1 master docker0 up
ip netns exec c1 ip addr add 172.17.0.2/16 dev eth0
ip netns exec c1 ip link set eth0 up
ip netns exec c1 ip route add default via 172.17.0.1
iptables -t nat -A PREROUTING -p icmp -j DNAT --to-destination 172.17.0.2

ip netns exec neighbour ping -c1 -W1 -t1 192.168.0.128
ip netns exec neighbour ping -c1 -W1 -t2 192.168.0.128
iptables -t nat -L PREROUTING -n -v
sleep 0.1
conntrack -L
