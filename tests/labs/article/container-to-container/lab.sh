# Container 1 pings container 2: one LAN, one bridge, and still the host's FORWARD chain is asked,
# because br_netfilter hands bridged frames to iptables.
ip netns add c1
ip netns add c2
ip link add docker0 type bridge mcast_snooping 0
ip addr add 172.17.42.1/16 dev docker0
ip link set docker0 up
ip link add veth1 type veth peer name eth0 netns c1
ip link add veth2 type veth peer name eth0 netns c2
ip link set veth1 master docker0 up
ip link set veth2 master docker0 up
ip netns exec c1 ip addr add 172.17.0.2/16 dev eth0
ip netns exec c2 ip addr add 172.17.0.3/16 dev eth0
ip netns exec c1 ip link set eth0 up
ip netns exec c2 ip link set eth0 up

iptables -A FORWARD -o docker0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
iptables -A FORWARD -i docker0 ! -o docker0 -j ACCEPT
iptables -A FORWARD -i docker0 -o docker0 -j ACCEPT

ip netns exec c1 ping -c2 -i 0.2 172.17.0.3
iptables-save -c
sleep 0.1
conntrack -L
