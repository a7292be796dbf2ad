# A rule in DOCKER-USER sees the packet after DNAT: --dport 8080 never matches, --dport 80 and --ctorigdstport 8080 do.
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
iptables -t nat -A PREROUTING ! -i docker0 -p tcp --dport 8080 -j DNAT --to-destination 172.17.0.2:80
iptables -N DOCKER-USER
iptables -A FORWARD -j DOCKER-USER
iptables -A DOCKER-USER -i eth0 -p tcp --dport 8080 -j DROP
iptables -A DOCKER-USER -j RETURN
ip netns exec c1 nc -l -k 80 &
sleep 0.2

ip netns exec neighbour nc -z -v -n -w 1 192.168.0.128 8080
iptables -I DOCKER-USER 1 -i eth0 -p tcp --dport 80 -j REJECT
ip netns exec neighbour nc -z -v -n -w 1 192.168.0.128 8080
iptables -R DOCKER-USER 1 -i eth0 -p tcp -m conntrack --ctorigdstport 8080 -j REJECT --reject-with tcp-reset
ip netns exec neighbour nc -z -v -n -w 1 192.168.0.128 8080
iptables -S DOCKER-USER
