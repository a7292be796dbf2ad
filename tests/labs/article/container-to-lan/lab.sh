# Container 1 pings the neighbour of its host. Without MASQUERADE the neighbour does not know the way back.
ip netns add c1
ip netns add neighbour
ip link add eth0 type veth peer name eth0 netns neighbour
ip addr add 192.168.0.128/24 dev eth0
ip link set eth0 up
ip netns exec neighbour ip addr add 192.168.0.50/24 dev eth0
ip netns exec neighbour ip link set eth0 up
ip link add docker0 type bridge mcast_snooping 0
ip addr add 172.17.42.1/16 dev docker0
ip link set docker0 up
sysctl -q -w net.ipv4.ip_forward=1
ip link add veth1 type veth peer name eth0 netns c1
ip link set veth1 master docker0 up
ip netns exec c1 ip addr add 172.17.0.2/16 dev eth0
ip netns exec c1 ip link set eth0 up
ip netns exec c1 ip route add default via 172.17.42.1

echo "without masquerade:"
ip netns exec c1 ping -c1 -W1 192.168.0.50
iptables -t nat -A POSTROUTING -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE
echo "with masquerade:"
ip netns exec c1 ping -c1 -W1 192.168.0.50
sleep 0.1
conntrack -L -p icmp
