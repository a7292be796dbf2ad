# Nobody outside knows 172.17.0.0/16: the internet has no route, and the gateway would send it to its own default.
ip netns add gateway
ip netns add internet
ip link add eth0 type veth peer name eth0 netns gateway
ip link add wan netns gateway type veth peer name eth0 netns internet
ip addr add 192.168.0.128/24 dev eth0
ip link set eth0 up
ip netns exec gateway ip addr add 192.168.0.1/24 dev eth0
ip netns exec gateway ip addr add 198.51.100.1/24 dev wan
ip netns exec gateway ip link set eth0 up
ip netns exec gateway ip link set wan up
ip netns exec gateway sysctl -q -w net.ipv4.ip_forward=1
ip netns exec internet ip addr add 198.51.100.2/24 dev eth0
ip netns exec internet ip link set eth0 up

ip netns exec internet ping -c1 -W1 172.17.0.2
echo "the same with a route to the gateway, which has none itself:"
ip netns exec internet ip route add 172.17.0.0/16 via 198.51.100.1
ip netns exec internet ping -c1 -W1 172.17.0.2
