# The article's host pings container 1 through docker0.
ip netns add c1
ip link add docker0 type bridge mcast_snooping 0
ip addr add 172.17.42.1/16 dev docker0
ip link set docker0 up
ip link add veth1 type veth peer name eth0 netns c1
ip link set veth1 master docker0 up
ip netns exec c1 ip addr add 172.17.0.2/16 dev eth0
ip netns exec c1 ip link set eth0 up
ip netns exec c1 ip route add default via 172.17.42.1

iptables -A FORWARD -o docker0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
iptables -A FORWARD -i docker0 -o docker0 -j ACCEPT

ip route get 172.17.0.2
ping -c1 172.17.0.2
ip netns exec c1 ip route get 172.17.42.1
ip netns exec c1 ping -c1 172.17.42.1
iptables -L FORWARD -n -v
sleep 0.1
conntrack -L | sort
