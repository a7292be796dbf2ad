# One machine on a home LAN, with a neighbour and a gateway to the internet.
# A lab is a script of Linux commands. The root namespace is the Docker host.

# mcast_snooping 0: no IGMP reports, which would count at random times.
# The home LAN: a switch, a gateway to the internet and a neighbour.
ip netns add gateway
ip netns add internet
ip netns add neighbour
ip netns add lan
ip netns exec lan ip link add switch type bridge mcast_snooping 0
ip netns exec lan ip link set switch up
ip link add eth0 type veth peer name port1 netns lan
ip link add eth0 netns neighbour type veth peer name port2 netns lan
ip link add eth0 netns gateway type veth peer name port3 netns lan
ip netns exec lan ip link set port1 master switch up
ip netns exec lan ip link set port2 master switch up
ip netns exec lan ip link set port3 master switch up
ip link add wan netns gateway type veth peer name eth0 netns internet

ip addr add 192.168.0.128/24 dev eth0
ip link set eth0 up
ip link set lo up
ip route add default via 192.168.0.1

ip netns exec neighbour ip addr add 192.168.0.50/24 dev eth0
ip netns exec neighbour ip link set eth0 up
ip netns exec neighbour ip route add default via 192.168.0.1

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

# Those on the LAN have met.
for to in 192.168.0.50 203.0.113.10; do ping -q -c1 $to; done >/dev/null
ip netns exec neighbour ping -q -c1 192.168.0.128 >/dev/null
ip netns exec gateway conntrack -F 2>/dev/null
