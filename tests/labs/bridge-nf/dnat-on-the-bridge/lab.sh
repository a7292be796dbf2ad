# A packet that DNAT sends back to its own bridge is bridged, so its TTL stays; without bridge-nf it is routed.
ip netns add c1
ip netns add c2
ip link add docker0 type bridge mcast_snooping 0
ip addr add 172.17.0.1/16 dev docker0
ip link set docker0 up
sysctl -q -w net.ipv4.ip_forward=1
sysctl -q -w net.ipv4.conf.all.send_redirects=0
sysctl -q -w net.ipv4.conf.docker0.send_redirects=0
ip link add veth1 type veth peer name eth0 netns c1
ip link add veth2 type veth peer name eth0 netns c2
ip link set veth1 master docker0 up
ip link set veth2 master docker0 up
ip netns exec c1 ip addr add 172.17.0.2/16 dev eth0
ip netns exec c2 ip addr add 172.17.0.3/16 dev eth0
ip netns exec c1 ip link set eth0 up
ip netns exec c2 ip link set eth0 up
iptables -t nat -A PREROUTING -d 172.17.0.1 -p icmp -j DNAT --to-destination 172.17.0.3

ip netns exec c1 ping -c1 -W1 -t1 172.17.0.1
sysctl -q -w net.bridge.bridge-nf-call-iptables=0
ip netns exec c1 ping -c1 -W1 -t1 172.17.0.1
sleep 0.1
conntrack -L | wc -l
