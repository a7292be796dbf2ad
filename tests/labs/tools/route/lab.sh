# net-tools: route.
ip netns add a
ip link add eth0 type veth peer name eth0 netns a
ip link set eth0 up
ip netns exec a ip link set eth0 up
ip addr add 10.0.0.1/24 dev eth0
route -n
route add default gw 10.0.0.254
route add -net 10.5.0.0 netmask 255.255.0.0 gw 10.0.0.2
route add -net 10.6.0.0/16 gw 10.0.0.2 metric 7
route add -host 10.7.0.1 gw 10.0.0.3
route add -host 10.7.0.2 dev eth0
route add -net 10.8.0.0/16 reject
route -n
route del -net 10.5.0.0 netmask 255.255.0.0
route del default
route del -host 10.7.0.1
route -n
ip route
route del -host 10.7.0.1
route add -net 10.5.0.0 gw 10.0.0.2
route add default gw 192.0.2.1
