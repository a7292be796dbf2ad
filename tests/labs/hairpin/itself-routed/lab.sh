# The same without bridge-nf: the packet is routed back, so MASQUERADE suffices and no hairpin mode is needed.
ip link set lo up
ip netns add c1
ip link add docker0 type bridge mcast_snooping 0
ip addr add 172.17.0.1/16 dev docker0
ip link set docker0 up
sysctl -q -w net.ipv4.ip_forward=1
sysctl -q -w net.ipv4.conf.all.send_redirects=0
sysctl -q -w net.ipv4.conf.docker0.send_redirects=0
sysctl -w net.bridge.bridge-nf-call-iptables=0
ip link add veth1 type veth peer name eth0 netns c1
ip link set veth1 master docker0 up
ip netns exec c1 ip addr add 172.17.0.2/16 dev eth0
ip netns exec c1 ip link set eth0 up
ip netns exec c1 ip route add default via 172.17.0.1
iptables -t nat -A PREROUTING -d 172.17.0.1 -p tcp --dport 8080 -j DNAT --to-destination 172.17.0.2:80
ip netns exec c1 nc -l -k 80 &
sleep 0.2

echo "no masquerade:"
ip netns exec c1 nc -z -v -n -w 1 -p 40000 172.17.0.1 8080
echo "masquerade:"
iptables -t nat -A POSTROUTING -s 172.17.0.2/32 -d 172.17.0.2/32 -p tcp --dport 80 -j MASQUERADE
ip netns exec c1 nc -z -v -n -w 1 -p 40001 172.17.0.1 8080
sleep 0.1
conntrack -L | grep 40001
