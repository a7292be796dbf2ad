# For a route error the kernel answers a source five times, and then once a second.
ip netns add a
ip link add left type veth peer name eth0 netns a
ip netns exec a ip addr add 10.0.1.2/24 dev eth0
ip netns exec a ip link set eth0 up
ip netns exec a ip route add default via 10.0.1.1
ip addr add 10.0.1.1/24 dev left
ip link set left up
sysctl -q -w net.ipv4.ip_forward=1
ip netns exec a ping -c 8 -i 0.05 -W1 10.0.9.9
