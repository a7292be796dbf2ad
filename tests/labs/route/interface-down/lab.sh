# Routes follow their interface: gone when it goes down, and not all back when it comes up.
ip netns add a
ip link add eth0 type veth peer name eth0 netns a
ip netns exec a ip link set eth0 up
ip addr add 10.0.1.1/24 dev eth0
ip route
ip link set eth0 up
ip route add default via 10.0.1.254
ip route
ip link set eth0 down
ip route
ip link set eth0 up
ip route
ip addr del 10.0.1.1/24 dev eth0
ip route
