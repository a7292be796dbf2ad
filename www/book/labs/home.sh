# Docker's default bridge in April 2015 (Docker 1.5): one machine on a home LAN, three containers.
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

# docker0 and three containers
ip link add docker0 type bridge mcast_snooping 0
ip addr add 172.17.42.1/16 dev docker0
ip link set docker0 up
sysctl -q -w net.ipv4.ip_forward=1
ip netns add c1
ip netns add c2
ip netns add c3
ip link add veth1 type veth peer name eth0 netns c1
ip link add veth2 type veth peer name eth0 netns c2
ip link add veth3 type veth peer name eth0 netns c3
ip link set veth1 master docker0 up
ip link set veth2 master docker0 up
ip link set veth3 master docker0 up
ip netns exec c1 ip addr add 172.17.0.2/16 dev eth0
ip netns exec c2 ip addr add 172.17.0.3/16 dev eth0
ip netns exec c3 ip addr add 172.17.0.4/16 dev eth0
ip netns exec c1 ip link set eth0 up
ip netns exec c2 ip link set eth0 up
ip netns exec c3 ip link set eth0 up
ip netns exec c1 ip route add default via 172.17.42.1
ip netns exec c2 ip route add default via 172.17.42.1
ip netns exec c3 ip route add default via 172.17.42.1

iptables-restore <<'RULES'
*nat
:PREROUTING ACCEPT [0:0]
:INPUT ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
:DOCKER - [0:0]
-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER
-A OUTPUT ! -d 127.0.0.0/8 -m addrtype --dst-type LOCAL -j DOCKER
-A POSTROUTING -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE
COMMIT
*filter
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:DOCKER - [0:0]
-A FORWARD -o docker0 -j DOCKER
-A FORWARD -o docker0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A FORWARD -i docker0 ! -o docker0 -j ACCEPT
-A FORWARD -i docker0 -o docker0 -j ACCEPT
COMMIT
RULES

# Everybody has met: the neighbour tables are filled. Then the counters and the connections start anew.
for ns in c1 c2 c3 neighbour; do
  for to in 172.17.42.1 172.17.0.2 172.17.0.3 172.17.0.4 192.168.0.128 192.168.0.50 203.0.113.10; do
    ip netns exec $ns ping -q -c1 -W0.1 $to
  done
done >/dev/null
ping -q -c1 192.168.0.50 >/dev/null
ping -q -c1 203.0.113.10 >/dev/null
for ns in gateway neighbour; do ip netns exec $ns conntrack -F 2>/dev/null; done
conntrack -F 2>/dev/null
iptables -Z
iptables -t nat -Z
