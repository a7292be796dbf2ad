# docker run -p 8000-8001:80-81, and one port published twice on different addresses.
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
iptables -t nat -N DOCKER
iptables -t nat -A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER
iptables -t nat -A DOCKER ! -i docker0 -p tcp --dport 8001 -j DNAT --to-destination 172.17.0.2:81
iptables -t nat -A DOCKER ! -i docker0 -p tcp --dport 8000 -j DNAT --to-destination 172.17.0.2:80
iptables -t nat -A DOCKER -d 192.168.0.128 ! -i docker0 -p tcp --dport 443 -j DNAT --to-destination 172.17.0.2:80
iptables -t nat -A DOCKER -d 192.168.0.129 ! -i docker0 -p tcp --dport 443 -j DNAT --to-destination 172.17.0.2:81
ip netns exec c1 nc -l -k 80 &
sleep 0.2
for to in "192.168.0.128 8000" "192.168.0.128 8001" "192.168.0.128 443" "192.168.0.129 443" "192.168.0.128 8002"; do
  ip netns exec neighbour nc -z -v -n $to
done
iptables -t nat -L DOCKER -n -v
