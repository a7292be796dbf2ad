# MASQUERADE on the way out, with its counters and the two faces of the flow.
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
ip netns exec b nc -l -k 80 &
sleep 0.2

ip netns exec a ping -c3 -i 0.2 -q 10.0.2.2
ip netns exec a nc -z -v -n -p 40000 10.0.2.2 80
sleep 0.1
conntrack -L | sort
iptables -t nat -L POSTROUTING -n -v
iptables -t nat -Z POSTROUTING
iptables -t nat -L POSTROUTING -n -v
