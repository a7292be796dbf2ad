# A port published by Docker 29, and a client: packets come in by eth0 and go to the container by docker0.
# IPTABLES chooses the face: iptables-legacy or iptables-nft.
ip netns add client
ip netns add c1
ip link set lo up
ip netns exec client ip link set lo up
ip netns exec c1 ip link set lo up

# The client has four addresses, so that there is room for 65,536 flows.
ip link add eth0 address 02:42:c0:a8:00:80 type veth peer name eth0 address 02:42:c0:a8:00:40 netns client
ip addr add 192.168.0.128/24 dev eth0
ip link set eth0 up
ip netns exec client ip link set eth0 up
ip netns exec client ip addr add 192.168.0.64/24 dev eth0
ip netns exec client ip addr add 192.168.0.65/24 dev eth0
ip netns exec client ip addr add 192.168.0.66/24 dev eth0
ip netns exec client ip addr add 192.168.0.67/24 dev eth0
# Nobody in the client waits for the answers, and nothing is said of that.
ip netns exec client $IPTABLES -A INPUT -p udp -j DROP

ip link add docker0 address 02:42:ac:11:00:01 type bridge mcast_snooping 0
ip addr add 172.17.0.1/16 brd + dev docker0
ip link set docker0 up
ip link add veth1 type veth peer name eth0 address 02:42:ac:11:00:02 netns c1
ip link set veth1 master docker0 up
ip netns exec c1 ip addr add 172.17.0.2/16 brd + dev eth0
ip netns exec c1 ip link set eth0 up
ip netns exec c1 ip route add default via 172.17.0.1
sysctl -q -w net.ipv4.ip_forward=1

$IPTABLES-restore <<'RULES'
*raw
:PREROUTING ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
-A PREROUTING -d 172.17.0.2/32 ! -i docker0 -j DROP
COMMIT
*filter
:INPUT ACCEPT [0:0]
:FORWARD DROP [0:0]
:OUTPUT ACCEPT [0:0]
:DOCKER - [0:0]
:DOCKER-BRIDGE - [0:0]
:DOCKER-CT - [0:0]
:DOCKER-FORWARD - [0:0]
:DOCKER-INTERNAL - [0:0]
:DOCKER-USER - [0:0]
-A FORWARD -j DOCKER-USER
-A FORWARD -j DOCKER-FORWARD
-A DOCKER -d 172.17.0.2/32 ! -i docker0 -o docker0 -p udp -m udp --dport 80 -j ACCEPT
-A DOCKER ! -i docker0 -o docker0 -j DROP
-A DOCKER-BRIDGE -o docker0 -j DOCKER
-A DOCKER-CT -o docker0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A DOCKER-FORWARD -j DOCKER-CT
-A DOCKER-FORWARD -j DOCKER-INTERNAL
-A DOCKER-FORWARD -j DOCKER-BRIDGE
-A DOCKER-FORWARD -i docker0 -j ACCEPT
COMMIT
*nat
:PREROUTING ACCEPT [0:0]
:INPUT ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
:DOCKER - [0:0]
-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER
-A OUTPUT ! -d 127.0.0.0/8 -m addrtype --dst-type LOCAL -j DOCKER
-A POSTROUTING -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE
-A DOCKER ! -i docker0 -p udp -m udp --dport 8080 -j DNAT --to-destination 172.17.0.2:80
COMMIT
RULES
ip netns exec client ping -q -c 1 -W 1 192.168.0.128 >/dev/null
ping -q -c 1 -W 1 172.17.0.2 >/dev/null
