# docker run -p 192.168.0.128:8080:80 on a host with two addresses.
ip netns add neighbour
ip netns add c1
ip link add eth0 type veth peer name eth0 netns neighbour
ip addr add 192.168.0.128/24 dev eth0
ip addr add 192.168.0.129/24 dev eth0
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
iptables -t nat -A PREROUTING -d 192.168.0.128/32 ! -i docker0 -p tcp -m tcp --dport 8080 -j DNAT --to-destination 172.17.0.2:80
ip netns exec c1 nc -l -k 80 &
sleep 0.2

ip netns exec neighbour nc -z -v -n 192.168.0.128 8080
ip netns exec neighbour nc -z -v -n 192.168.0.129 8080
iptables -t nat -S PREROUTING
