# ip_forward=0: a packet for somebody else is dropped without a word.
ip netns add a
ip netns add b
ip link add left type veth peer name eth0 netns a
ip link add right type veth peer name eth0 netns b
ip netns exec a ip addr add 10.0.1.2/24 dev eth0
ip netns exec a ip link set eth0 up
ip netns exec a ip route add default via 10.0.1.1
ip netns exec b ip addr add 10.0.2.2/24 dev eth0
ip netns exec b ip link set eth0 up
ip netns exec b ip route add default via 10.0.2.1
ip addr add 10.0.1.1/24 dev left
ip addr add 10.0.2.1/24 dev right
ip link set left up
ip link set right up
iptables -t raw -A PREROUTING -p icmp
iptables -A FORWARD -p icmp

sysctl net.ipv4.ip_forward
ip netns exec a ping -c1 -W1 10.0.2.2
sysctl -w net.ipv4.ip_forward=1
ip netns exec a ping -c1 -W1 10.0.2.2
echo "the router's other address answers in both cases:"
sysctl -q -w net.ipv4.ip_forward=0
ip netns exec a ping -c1 -W1 -q 10.0.2.1
iptables -t raw -L PREROUTING -n -v
iptables -L FORWARD -n -v
