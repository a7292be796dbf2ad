# UDP still goes to the old container: the conntrack entry outlives the DNAT rule that made it.
ip netns add client
ip netns add c1
ip netns add c2
ip link add eth0 type veth peer name eth0 netns client
ip addr add 192.168.0.128/24 dev eth0
ip link set eth0 up
ip netns exec client ip addr add 192.168.0.50/24 dev eth0
ip netns exec client ip link set eth0 up
ip link add docker0 type bridge mcast_snooping 0
ip addr add 172.17.0.1/16 dev docker0
ip link set docker0 up
sysctl -q -w net.ipv4.ip_forward=1
ip link add veth1 type veth peer name eth0 netns c1
ip link add veth2 type veth peer name eth0 netns c2
ip link set veth1 master docker0 up
ip link set veth2 master docker0 up
ip netns exec c1 ip addr add 172.17.0.2/16 dev eth0
ip netns exec c2 ip addr add 172.17.0.3/16 dev eth0
ip netns exec c1 ip link set eth0 up
ip netns exec c2 ip link set eth0 up
ip netns exec c1 ip route add default via 172.17.0.1
ip netns exec c2 ip route add default via 172.17.0.1
iptables -A FORWARD -d 172.17.0.2/32 -j DROP
iptables -A FORWARD -d 172.17.0.3/32 -j DROP

iptables -t nat -A PREROUTING -p udp --dport 53 -j DNAT --to-destination 172.17.0.2
iptables -D FORWARD -d 172.17.0.2/32 -j DROP
iptables -I FORWARD -d 172.17.0.2/32 -j ACCEPT
echo one | ip netns exec client nc -u -n -p 40000 -w 1 192.168.0.128 53
iptables -t nat -F PREROUTING
iptables -t nat -A PREROUTING -p udp --dport 53 -j DNAT --to-destination 172.17.0.3
echo two | ip netns exec client nc -u -n -p 40000 -w 1 192.168.0.128 53
echo three | ip netns exec client nc -u -n -p 40001 -w 1 192.168.0.128 53
iptables -L FORWARD -n -v
