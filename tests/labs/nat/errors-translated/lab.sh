# An ICMP error about a translated packet is translated back: the client never sees the inner address.
ip netns add a
ip netns add b
ip link add left type veth peer name eth0 netns a
ip link add right type veth peer name eth0 netns b
ip netns exec a ip addr add 10.0.1.2/24 dev eth0
ip netns exec a ip link set eth0 up
ip netns exec b ip addr add 10.0.2.2/24 dev eth0
ip netns exec b ip link set eth0 up
ip netns exec b ip route add default via 10.0.2.1
ip addr add 10.0.1.1/24 dev left
ip addr add 10.0.2.1/24 dev right
ip link set left up
ip link set right up
sysctl -q -w net.ipv4.ip_forward=1
iptables -t nat -A PREROUTING -p udp --dport 7777 -j DNAT --to-destination 10.0.2.2:9999
timeout 3 ip netns exec a tcpdump -n -i eth0 -c 2 udp or icmp 2>/dev/null &
sleep 0.3
echo question | ip netns exec a nc -u -n -w 1 -p 40000 10.0.1.1 7777
wait
timeout 3 ip netns exec b tcpdump -n -i eth0 -c 2 udp or icmp 2>/dev/null &
sleep 0.3
echo question | ip netns exec a nc -u -n -w 1 -p 40000 10.0.1.1 7777
wait
