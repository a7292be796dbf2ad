# A published UDP port: the reply comes back from the host's address.
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
iptables -t nat -A PREROUTING -p udp --dport 5353 -m addrtype --dst-type LOCAL -j DNAT --to-destination 172.17.0.2:53

echo "answer" | ip netns exec c1 nc -u -l -n -W 1 53 > /dev/null &
sleep 0.2
echo "question" | ip netns exec neighbour nc -u -n -p 40000 -w 1 -W 1 192.168.0.128 5353
conntrack -L
iptables -t nat -L PREROUTING -n -v
