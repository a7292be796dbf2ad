# DNAT by port: to one port, to the same port, and to a range.
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
sysctl -q -w net.ipv4.ip_forward=1
iptables -t nat -A PREROUTING -p tcp --dport 8080 -j DNAT --to-destination 10.0.2.2:80
iptables -t nat -A PREROUTING -p tcp --dport 443 -j DNAT --to-destination 10.0.2.2
iptables -t nat -A PREROUTING -p udp --dport 1000:1999 -j DNAT --to-destination 10.0.2.2:53
ip netns exec b nc -l -k 80 &
ip netns exec b nc -l -k 443 &
sleep 0.2

ip netns exec a nc -z -v -n -p 40000 10.0.1.1 8080
ip netns exec a nc -z -v -n -p 40001 10.0.1.1 443
echo x | ip netns exec a nc -u -n -w 1 -p 40002 10.0.1.1 1234
echo x | ip netns exec a nc -u -n -w 1 -p 40003 10.0.1.1 2000
sleep 0.1
conntrack -L | sort
iptables -t nat -S PREROUTING
