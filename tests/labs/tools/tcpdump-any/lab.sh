# tcpdump -i any on a router: the same packet comes in by one interface and goes out by another, rewritten.
ip netns add a
ip netns add b
ip link add left type veth peer name eth0 netns a
ip link add right type veth peer name eth0 netns b
ip netns exec a ip addr add 10.0.1.2/24 dev eth0
ip netns exec a ip link set eth0 up
ip netns exec a ip route add default via 10.0.1.1
ip netns exec b ip addr add 10.0.2.2/24 dev eth0
ip netns exec b ip link set eth0 up
ip addr add 10.0.1.1/24 dev left
ip addr add 10.0.2.1/24 dev right
ip link set left up
ip link set right up
sysctl -q -w net.ipv4.ip_forward=1
iptables -t nat -A POSTROUTING -o right -j MASQUERADE
ip netns exec a ping -c1 -q 10.0.2.2 > /dev/null
timeout 3 tcpdump -n -i any -c 4 icmp 2>/dev/null &
sleep 0.3
ip netns exec a ping -c1 -q 10.0.2.2 > /dev/null
wait
