# The article's host pings its neighbour in the same LAN: no gateway is asked, the frame crosses the switch.
ip netns add lan
ip netns add neighbour
ip netns exec lan ip link add switch type bridge mcast_snooping 0
ip netns exec lan ip link set switch up
ip link add eth0 type veth peer name port1 netns lan
ip link add eth0 netns neighbour type veth peer name port2 netns lan
ip netns exec lan ip link set port1 master switch up
ip netns exec lan ip link set port2 master switch up
ip addr add 192.168.0.128/24 dev eth0
ip link set eth0 up
ip route add default via 192.168.0.1
ip netns exec neighbour ip addr add 192.168.0.50/24 dev eth0
ip netns exec neighbour ip link set eth0 up

ip route get 192.168.0.50
ping -c2 -i 0.2 192.168.0.50
ip neigh show dev eth0 | grep -c 192.168.0.50
ip neigh show dev eth0 | grep -c 192.168.0.1 
