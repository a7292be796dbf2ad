# docker run -p 8080:80: a neighbour reaches container 1 by the host's address.
ip netns add neighbour
ip netns add c1
ip link add eth0 type veth peer name eth0 netns neighbour
ip addr add 192.168.0.128/24 dev eth0
ip link set eth0 up
ip netns exec neighbour ip addr add 192.168.0.50/24 dev eth0
ip netns exec neighbour ip link set eth0 up
ip link add docker0 type bridge mcast_snooping 0
ip addr add 172.17.42.1/16 dev docker0
ip link set docker0 up
sysctl -q -w net.ipv4.ip_forward=1
ip link add veth1 type veth peer name eth0 netns c1
ip link set veth1 master docker0 up
ip netns exec c1 ip addr add 172.17.0.2/16 dev eth0
ip netns exec c1 ip link set eth0 up
ip netns exec c1 ip route add default via 172.17.42.1

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
-A DOCKER ! -i docker0 -p tcp -m tcp --dport 8080 -j DNAT --to-destination 172.17.0.2:80
COMMIT
*filter
:INPUT ACCEPT [0:0]
:FORWARD DROP [0:0]
:OUTPUT ACCEPT [0:0]
:DOCKER - [0:0]
-A FORWARD -o docker0 -j DOCKER
-A FORWARD -o docker0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A FORWARD -i docker0 ! -o docker0 -j ACCEPT
-A FORWARD -i docker0 -o docker0 -j ACCEPT
-A DOCKER -d 172.17.0.2/32 ! -i docker0 -o docker0 -p tcp -m tcp --dport 80 -j ACCEPT
COMMIT
RULES

ip netns exec c1 nc -l 80 &
sleep 0.2
echo "GET /" | ip netns exec neighbour nc -N -n -p 40000 192.168.0.128 8080
sleep 0.1
conntrack -L
iptables -t nat -L DOCKER -n -v
iptables -L DOCKER -n -v
