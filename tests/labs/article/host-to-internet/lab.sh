# The article's host pings the internet: its default route leads to the home gateway, which hides the LAN.
ip netns add gateway
ip netns add internet
ip link add eth0 type veth peer name eth0 netns gateway
ip link add wan netns gateway type veth peer name eth0 netns internet

ip addr add 192.168.0.128/24 dev eth0
ip link set eth0 up
ip route add default via 192.168.0.1

ip netns exec gateway ip addr add 192.168.0.1/24 dev eth0
ip netns exec gateway ip addr add 198.51.100.1/24 dev wan
ip netns exec gateway ip link set eth0 up
ip netns exec gateway ip link set wan up
ip netns exec gateway ip route add default via 198.51.100.2
ip netns exec gateway sysctl -q -w net.ipv4.ip_forward=1
ip netns exec gateway iptables -t nat -A POSTROUTING -o wan -j MASQUERADE

ip netns exec internet ip addr add 198.51.100.2/24 dev eth0
ip netns exec internet ip addr add 203.0.113.10/32 dev lo
ip netns exec internet ip link set eth0 up
ip netns exec internet ip link set lo up

ip route get 203.0.113.10
ping -c1 203.0.113.10
sleep 0.1
ip netns exec gateway conntrack -L
ip netns exec gateway iptables -t nat -L POSTROUTING -n -v
