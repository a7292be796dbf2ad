# ip route get, with a source, an interface and a mark.
ip netns add a
ip link add eth0 type veth peer name eth0 netns a
ip link add eth1 type veth peer name eth1 netns a
ip addr add 10.0.0.1/24 dev eth0
ip addr add 10.0.1.1/24 dev eth1
ip link set eth0 up
ip link set eth1 up
ip netns exec a ip link set eth0 up
ip netns exec a ip link set eth1 up
ip link set lo up
ip route add default via 10.0.0.254
sysctl -q -w net.ipv4.ip_forward=1
ip route get 8.8.8.8
ip route get to 8.8.8.8 oif eth1
ip route get 8.8.8.8 from 10.0.1.1
ip route get 8.8.8.8 from 10.0.1.2 iif eth1
ip route get 10.0.0.1 from 10.0.1.2 iif eth1
ip route get 8.8.8.8 from 10.7.7.7
ip route get 127.0.0.1
ip route get 255.255.255.255
