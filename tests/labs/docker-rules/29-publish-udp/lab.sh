# 29: a port published for UDP.
# `cargo xtask docker-labs` wrote this from docker.sh.
ip netns add lan1
ip link set lo up
ip netns exec lan1 ip link set lo up
ip link add eth0 type veth peer name eth0 netns lan1
ip link set eth0 up
ip addr add 192.168.0.128/24 dev eth0
ip netns exec lan1 ip link set eth0 up
ip netns exec lan1 ip addr add 192.168.0.50/24 dev eth0
ip route add default via 192.168.0.50
ip netns exec lan1 ip route add default via 192.168.0.128
ip link add docker0 type bridge mcast_snooping 0
ip addr add 172.17.0.1/16 brd + dev docker0
ip link set docker0 up
ip link add bridge1 type bridge mcast_snooping 0
ip addr add 192.0.2.1/24 brd + dev bridge1
ip link set bridge1 up
ip netns add c1
ip netns exec c1 ip link set lo up
ip link add vc10 type veth peer name eth0 address 8e:9d:7e:53:80:92 netns c1
ip link set vc10 master bridge1 up
ip netns exec c1 ip addr add 192.0.2.2/24 brd + dev eth0
ip netns exec c1 ip link set eth0 up
ip netns exec c1 ip route add default via 192.0.2.1
ip netns add c2
ip netns exec c2 ip link set lo up
ip link add vc20 type veth peer name eth0 address 3e:07:58:57:38:2a netns c2
ip link set vc20 master bridge1 up
ip netns exec c2 ip addr add 192.0.2.3/24 brd + dev eth0
ip netns exec c2 ip link set eth0 up
ip netns exec c2 ip route add default via 192.0.2.1
sysctl -q -w net.ipv4.ip_forward=1
iptables-restore <<'RULES'
*raw
:PREROUTING ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
-A PREROUTING -d 192.0.2.2/32 ! -i bridge1 -j DROP
-A PREROUTING -d 192.0.2.3/32 ! -i bridge1 -j DROP
COMMIT
*filter
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:DOCKER - [0:0]
:DOCKER-BRIDGE - [0:0]
:DOCKER-CT - [0:0]
:DOCKER-FORWARD - [0:0]
:DOCKER-INTERNAL - [0:0]
:DOCKER-USER - [0:0]
-A FORWARD -j DOCKER-USER
-A FORWARD -j DOCKER-FORWARD
-A DOCKER -d 192.0.2.2/32 ! -i bridge1 -o bridge1 -p udp -m udp --dport 53 -j ACCEPT
-A DOCKER ! -i docker0 -o docker0 -j DROP
-A DOCKER ! -i bridge1 -o bridge1 -j DROP
-A DOCKER-BRIDGE -o docker0 -j DOCKER
-A DOCKER-BRIDGE -o bridge1 -j DOCKER
-A DOCKER-CT -o docker0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A DOCKER-CT -o bridge1 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A DOCKER-FORWARD -j DOCKER-CT
-A DOCKER-FORWARD -j DOCKER-INTERNAL
-A DOCKER-FORWARD -j DOCKER-BRIDGE
-A DOCKER-FORWARD -i docker0 -j ACCEPT
-A DOCKER-FORWARD -i bridge1 -j ACCEPT
COMMIT
*nat
:PREROUTING ACCEPT [0:0]
:INPUT ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
:DOCKER - [0:0]
-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER
-A OUTPUT ! -d 127.0.0.0/8 -m addrtype --dst-type LOCAL -j DOCKER
-A POSTROUTING -s 192.0.2.0/24 ! -o bridge1 -j MASQUERADE
-A POSTROUTING -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE
-A DOCKER ! -i bridge1 -p udp -m udp --dport 53 -j DNAT --to-destination 192.0.2.2:53
COMMIT
RULES

at() {
  if [ "$1" = host ]; then shift; "$@"; else ip netns exec "$@"; fi
}
probe() {
  echo "$@"
  at "$1" timeout 0.5 "${@:2}"
  echo "status $?"
}
datagram() {
  echo "from $1 $2" | at "$1" timeout 0.5 nc -u -n -q 0 -p "$2" "$3" "$4"
}
at c1 nc -l -k -v -n 80 >/dev/null 2>>c1.log &
at c1 nc -l -k -u -n 53 >>c1.log &
at c2 nc -l -k -v -n 80 >/dev/null 2>>c2.log &
at host nc -l -k -u -n 53 >>host.log &
at lan1 nc -l -k -v -n 80 >/dev/null 2>>lan1.log &
sleep 0.3

# Published ports: from the network, from the host, by loopback, and from containers.
datagram lan1 12001 192.168.0.128 53
datagram host 12002 192.168.0.128 53
datagram host 12003 127.0.0.1 53
datagram c1 12004 192.168.0.128 53
datagram c2 12005 192.168.0.128 53

# Containers: directly from the network and the host, among themselves, and outwards.
probe lan1 ping -q -c1 192.0.2.2
probe lan1 nc -z -v -n -p 11001 192.0.2.2 80
probe host ping -q -c1 192.0.2.2
probe host nc -z -v -n -p 11002 192.0.2.2 80
probe c1 ping -q -c1 192.0.2.3
probe c1 nc -z -v -n -p 11003 192.0.2.3 80
probe c1 ping -q -c1 192.168.0.50
probe c1 nc -z -v -n -p 11004 192.168.0.50 80
probe c1 ping -q -c1 192.168.0.128
probe lan1 ping -q -c1 192.0.2.3
probe lan1 nc -z -v -n -p 11005 192.0.2.3 80
probe host ping -q -c1 192.0.2.3
probe host nc -z -v -n -p 11006 192.0.2.3 80
probe c2 ping -q -c1 192.0.2.2
probe c2 nc -z -v -n -p 11007 192.0.2.2 80
probe c2 ping -q -c1 192.168.0.50
probe c2 nc -z -v -n -p 11008 192.168.0.50 80
probe c2 ping -q -c1 192.168.0.128

# Whom the servers met, and what the rules counted of new connections.
sleep 0.2
echo c1: && grep -v Listening c1.log
echo c2: && grep -v Listening c2.log
echo host: && grep -v Listening host.log
echo lan1: && grep -v Listening lan1.log
iptables -t nat -L -n -v
iptables -L -n -v | grep DROP
