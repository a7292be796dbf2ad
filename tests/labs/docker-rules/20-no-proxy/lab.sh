# 20.10 without docker-proxy: loopback and hairpin by rules.
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
ip netns add c1
ip netns exec c1 ip link set lo up
ip link add vc10 type veth peer name eth0 address 02:42:ac:11:00:02 netns c1
ip link set vc10 master docker0 up
bridge link set dev vc10 hairpin on
ip netns exec c1 ip addr add 172.17.0.2/16 brd + dev eth0
ip netns exec c1 ip link set eth0 up
ip netns exec c1 ip route add default via 172.17.0.1
ip netns add c2
ip netns exec c2 ip link set lo up
ip link add vc20 type veth peer name eth0 address 02:42:ac:11:00:03 netns c2
ip link set vc20 master docker0 up
bridge link set dev vc20 hairpin on
ip netns exec c2 ip addr add 172.17.0.3/16 brd + dev eth0
ip netns exec c2 ip link set eth0 up
ip netns exec c2 ip route add default via 172.17.0.1
sysctl -q -w net.ipv4.ip_forward=1
sysctl -q -w net.ipv4.conf.docker0.route_localnet=1
iptables-restore <<'RULES'
*filter
:INPUT ACCEPT [0:0]
:FORWARD DROP [0:0]
:OUTPUT ACCEPT [0:0]
:DOCKER - [0:0]
:DOCKER-ISOLATION-STAGE-1 - [0:0]
:DOCKER-ISOLATION-STAGE-2 - [0:0]
:DOCKER-USER - [0:0]
-A FORWARD -j DOCKER-USER
-A FORWARD -j DOCKER-ISOLATION-STAGE-1
-A FORWARD -o docker0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A FORWARD -o docker0 -j DOCKER
-A FORWARD -i docker0 ! -o docker0 -j ACCEPT
-A FORWARD -i docker0 -o docker0 -j ACCEPT
-A DOCKER -d 172.17.0.2/32 ! -i docker0 -o docker0 -p tcp -m tcp --dport 80 -j ACCEPT
-A DOCKER -d 172.17.0.3/32 ! -i docker0 -o docker0 -p tcp -m tcp --dport 81 -j ACCEPT
-A DOCKER-ISOLATION-STAGE-1 -i docker0 ! -o docker0 -j DOCKER-ISOLATION-STAGE-2
-A DOCKER-ISOLATION-STAGE-1 -j RETURN
-A DOCKER-ISOLATION-STAGE-2 -o docker0 -j DROP
-A DOCKER-ISOLATION-STAGE-2 -j RETURN
-A DOCKER-USER -j RETURN
COMMIT
*nat
:PREROUTING ACCEPT [0:0]
:INPUT ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
:DOCKER - [0:0]
-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER
-A OUTPUT -m addrtype --dst-type LOCAL -j DOCKER
-A POSTROUTING -o docker0 -m addrtype --src-type LOCAL -j MASQUERADE
-A POSTROUTING -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE
-A POSTROUTING -s 172.17.0.2/32 -d 172.17.0.2/32 -p tcp -m tcp --dport 80 -j MASQUERADE
-A POSTROUTING -s 172.17.0.3/32 -d 172.17.0.3/32 -p tcp -m tcp --dport 81 -j MASQUERADE
-A DOCKER -p tcp -m tcp --dport 8080 -j DNAT --to-destination 172.17.0.2:80
-A DOCKER -d 127.0.0.1/32 -p tcp -m tcp --dport 8081 -j DNAT --to-destination 172.17.0.3:81
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
at c2 nc -l -k -v -n 80 >/dev/null 2>>c2.log &
at c2 nc -l -k -v -n 81 >/dev/null 2>>c2.log &
at lan1 nc -l -k -v -n 80 >/dev/null 2>>lan1.log &
sleep 0.3

# Published ports: from the network, from the host, by loopback, and from containers.
probe lan1 nc -z -v -n -p 11001 192.168.0.128 8080
probe host nc -z -v -n -p 11002 192.168.0.128 8080
probe host nc -z -v -n -p 11003 127.0.0.1 8080
probe c1 nc -z -v -n -p 11004 192.168.0.128 8080
probe c2 nc -z -v -n -p 11005 192.168.0.128 8080
probe lan1 nc -z -v -n -p 11006 192.168.0.128 8081
probe host nc -z -v -n -p 11007 192.168.0.128 8081
probe host nc -z -v -n -p 11008 127.0.0.1 8081
probe c1 nc -z -v -n -p 11009 192.168.0.128 8081
probe c2 nc -z -v -n -p 11010 192.168.0.128 8081

# Containers: directly from the network and the host, among themselves, and outwards.
probe lan1 ping -q -c1 172.17.0.2
probe lan1 nc -z -v -n -p 11011 172.17.0.2 80
probe host ping -q -c1 172.17.0.2
probe host nc -z -v -n -p 11012 172.17.0.2 80
probe c1 ping -q -c1 172.17.0.3
probe c1 nc -z -v -n -p 11013 172.17.0.3 80
probe c1 ping -q -c1 192.168.0.50
probe c1 nc -z -v -n -p 11014 192.168.0.50 80
probe c1 ping -q -c1 192.168.0.128
probe lan1 ping -q -c1 172.17.0.3
probe lan1 nc -z -v -n -p 11015 172.17.0.3 80
probe host ping -q -c1 172.17.0.3
probe host nc -z -v -n -p 11016 172.17.0.3 80
probe c2 ping -q -c1 172.17.0.2
probe c2 nc -z -v -n -p 11017 172.17.0.2 80
probe c2 ping -q -c1 192.168.0.50
probe c2 nc -z -v -n -p 11018 192.168.0.50 80
probe c2 ping -q -c1 192.168.0.128

# Whom the servers met, and what the rules counted of new connections.
sleep 0.2
echo c1: && grep -v Listening c1.log
echo c2: && grep -v Listening c2.log
echo lan1: && grep -v Listening lan1.log
iptables -t nat -L -n -v
iptables -L -n -v | grep DROP
