# SNAT to a fixed address, and to one with a port range.
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
ip addr add 10.0.2.77/24 dev right
ip link set left up
ip link set right up
sysctl -q -w net.ipv4.ip_forward=1
iptables -t nat -A POSTROUTING -o right -p tcp -j SNAT --to-source 10.0.2.77:5000
iptables -t nat -A POSTROUTING -o right -j SNAT --to-source 10.0.2.77
ip netns exec b nc -l -k 80 &
sleep 0.2

ip netns exec a ping -c1 -q 10.0.2.2
ip netns exec a nc -z -v -n -p 40000 10.0.2.2 80
sleep 0.1
conntrack -L | sort
iptables -t nat -S POSTROUTING
