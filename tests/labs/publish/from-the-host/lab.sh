# The host reaches a published port by its own LAN address: the OUTPUT chain of nat rewrites it.
ip link set lo up
ip netns add lan
ip netns add c1
ip link add eth0 type veth peer name port1 netns lan
ip netns exec lan ip link set port1 up
ip addr add 192.168.0.128/24 dev eth0
ip link set eth0 up
ip link add docker0 type bridge mcast_snooping 0
ip addr add 172.17.42.1/16 dev docker0
ip link set docker0 up
ip link add veth1 type veth peer name eth0 netns c1
ip link set veth1 master docker0 up
ip netns exec c1 ip addr add 172.17.0.2/16 dev eth0
ip netns exec c1 ip link set eth0 up
ip netns exec c1 ip route add default via 172.17.42.1
iptables -t nat -N DOCKER
iptables -t nat -A OUTPUT ! -d 127.0.0.0/8 -m addrtype --dst-type LOCAL -j DOCKER
iptables -t nat -A DOCKER ! -i docker0 -p tcp -m tcp --dport 8080 -j DNAT --to-destination 172.17.0.2:80

ip netns exec c1 nc -l -k 80 &
sleep 0.2
nc -z -v -n -p 40000 192.168.0.128 8080
nc -z -v -n -p 40001 172.17.0.2 80
echo "127.0.0.1 is not rewritten, and nobody listens there:"
nc -z -v -n -p 40002 127.0.0.1 8080
sleep 0.1
conntrack -L
