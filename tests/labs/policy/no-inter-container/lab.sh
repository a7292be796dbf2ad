# docker daemon --icc=false: containers on one bridge cannot talk to each other, but can reach their host.
ip netns add c1
ip netns add c2
ip link add docker0 type bridge mcast_snooping 0
ip addr add 172.17.0.1/16 dev docker0
ip link set docker0 up
ip link add veth1 type veth peer name eth0 netns c1
ip link add veth2 type veth peer name eth0 netns c2
ip link set veth1 master docker0 up
ip link set veth2 master docker0 up
ip netns exec c1 ip addr add 172.17.0.2/16 dev eth0
ip netns exec c2 ip addr add 172.17.0.3/16 dev eth0
ip netns exec c1 ip link set eth0 up
ip netns exec c2 ip link set eth0 up
iptables -A FORWARD -i docker0 -o docker0 -j DROP

ip netns exec c1 ping -c1 -W1 -q 172.17.0.3
ip netns exec c1 ping -c1 -W1 -q 172.17.0.1
iptables -L FORWARD -n -v
sleep 0.1
conntrack -L
