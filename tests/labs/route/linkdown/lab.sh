# A cable without the other end up: the route stays, marked linkdown.
ip netns add a
ip link add eth0 type veth peer name eth0 netns a
ip addr add 10.0.1.1/24 dev eth0
ip link set eth0 up
ip route add default via 10.0.1.254
ip route
route -n
ip netns exec a ip link set eth0 up
ip route
