# Container 1 pings the internet: two masquerades, one on the Docker host and one on the home gateway.
ip netns add gateway
ip netns add internet
ip netns add c1
ip link add eth0 type veth peer name eth0 netns gateway
ip link add wan netns gateway type veth peer name eth0 netns internet
ip addr add 192.168.0.128/24 dev eth0
ip link set eth0 up
ip route add default via 192.168.0.1
ip netns exec gateway ip addr add 192.168.0.1/24 dev eth0
ip netns exec gateway ip addr add 198.51.100.1/24 dev wan
ip netns exec gateway ip link set eth0 up
ip netns exec gateway ip link set wan up
ip netns exec gateway sysctl -q -w net.ipv4.ip_forward=1
ip netns exec gateway iptables -t nat -A POSTROUTING -o wan -j MASQUERADE
ip netns exec gateway ip route add default via 198.51.100.2
ip netns exec internet ip addr add 198.51.100.2/24 dev eth0
ip netns exec internet ip addr add 203.0.113.10/32 dev lo
ip netns exec internet ip link set eth0 up
ip netns exec internet ip link set lo up

ip link add docker0 type bridge mcast_snooping 0
ip addr add 172.17.42.1/16 dev docker0
ip link set docker0 up
sysctl -q -w net.ipv4.ip_forward=1
ip link add veth1 type veth peer name eth0 netns c1
ip link set veth1 master docker0 up
ip netns exec c1 ip addr add 172.17.0.2/16 dev eth0
ip netns exec c1 ip link set eth0 up
ip netns exec c1 ip route add default via 172.17.42.1
iptables -t nat -A POSTROUTING -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE

ip netns exec c1 ping -c1 203.0.113.10
ip netns exec c1 traceroute -n 203.0.113.10
echo "host:"
iptables -t nat -L POSTROUTING -n -v
sleep 0.1
conntrack -L | grep icmp
echo "gateway:"
ip netns exec gateway conntrack -L | grep icmp
