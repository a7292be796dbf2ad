# 20.10: a network whose containers may not talk to each other, unless by a published port.
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
ip link add br-noicc type bridge mcast_snooping 0
ip addr add 10.40.0.1/24 brd + dev br-noicc
ip link set br-noicc up
ip netns add n1
ip netns exec n1 ip link set lo up
ip link add vn10 type veth peer name eth0 address 02:42:0a:28:00:02 netns n1
ip link set vn10 master br-noicc up
ip netns exec n1 ip addr add 10.40.0.2/24 brd + dev eth0
ip netns exec n1 ip link set eth0 up
ip netns exec n1 ip route add default via 10.40.0.1
ip netns add n2
ip netns exec n2 ip link set lo up
ip link add vn20 type veth peer name eth0 address 02:42:0a:28:00:03 netns n2
ip link set vn20 master br-noicc up
ip netns exec n2 ip addr add 10.40.0.3/24 brd + dev eth0
ip netns exec n2 ip link set eth0 up
ip netns exec n2 ip route add default via 10.40.0.1
sysctl -q -w net.ipv4.ip_forward=1
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
-A FORWARD -o br-noicc -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A FORWARD -o br-noicc -j DOCKER
-A FORWARD -i br-noicc ! -o br-noicc -j ACCEPT
-A FORWARD -o docker0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A FORWARD -o docker0 -j DOCKER
-A FORWARD -i docker0 ! -o docker0 -j ACCEPT
-A FORWARD -i docker0 -o docker0 -j ACCEPT
-A FORWARD -i br-noicc -o br-noicc -j DROP
-A DOCKER -d 10.40.0.2/32 ! -i br-noicc -o br-noicc -p tcp -m tcp --dport 80 -j ACCEPT
-A DOCKER-ISOLATION-STAGE-1 -i br-noicc ! -o br-noicc -j DOCKER-ISOLATION-STAGE-2
-A DOCKER-ISOLATION-STAGE-1 -i docker0 ! -o docker0 -j DOCKER-ISOLATION-STAGE-2
-A DOCKER-ISOLATION-STAGE-1 -j RETURN
-A DOCKER-ISOLATION-STAGE-2 -o br-noicc -j DROP
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
-A OUTPUT ! -d 127.0.0.0/8 -m addrtype --dst-type LOCAL -j DOCKER
-A POSTROUTING -s 10.40.0.0/24 ! -o br-noicc -j MASQUERADE
-A POSTROUTING -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE
-A POSTROUTING -s 10.40.0.2/32 -d 10.40.0.2/32 -p tcp -m tcp --dport 80 -j MASQUERADE
-A DOCKER -i br-noicc -j RETURN
-A DOCKER -i docker0 -j RETURN
-A DOCKER ! -i br-noicc -p tcp -m tcp --dport 8080 -j DNAT --to-destination 10.40.0.2:80
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
at host nc -l -k -v -n 8080 >/dev/null 2>>host.log &
at lan1 nc -l -k -v -n 80 >/dev/null 2>>lan1.log &
at n1 nc -l -k -v -n 80 >/dev/null 2>>n1.log &
at n2 nc -l -k -v -n 80 >/dev/null 2>>n2.log &
sleep 0.3

# Published ports: from the network, from the host, by loopback, and from containers.
probe lan1 nc -z -v -n -p 11001 192.168.0.128 8080
probe host nc -z -v -n -p 11002 192.168.0.128 8080
probe host nc -z -v -n -p 11003 127.0.0.1 8080
probe n1 nc -z -v -n -p 11004 192.168.0.128 8080
probe n2 nc -z -v -n -p 11005 192.168.0.128 8080

# Containers: directly from the network and the host, among themselves, and outwards.
probe lan1 ping -q -c1 10.40.0.2
probe lan1 nc -z -v -n -p 11006 10.40.0.2 80
probe host ping -q -c1 10.40.0.2
probe host nc -z -v -n -p 11007 10.40.0.2 80
probe n1 ping -q -c1 10.40.0.3
probe n1 nc -z -v -n -p 11008 10.40.0.3 80
probe n1 ping -q -c1 192.168.0.50
probe n1 nc -z -v -n -p 11009 192.168.0.50 80
probe n1 ping -q -c1 192.168.0.128
probe lan1 ping -q -c1 10.40.0.3
probe lan1 nc -z -v -n -p 11010 10.40.0.3 80
probe host ping -q -c1 10.40.0.3
probe host nc -z -v -n -p 11011 10.40.0.3 80
probe n2 ping -q -c1 10.40.0.2
probe n2 nc -z -v -n -p 11012 10.40.0.2 80
probe n2 ping -q -c1 192.168.0.50
probe n2 nc -z -v -n -p 11013 192.168.0.50 80
probe n2 ping -q -c1 192.168.0.128

# Whom the servers met, and what the rules counted of new connections.
sleep 0.2
echo host: && grep -v Listening host.log
echo lan1: && grep -v Listening lan1.log
echo n1: && grep -v Listening n1.log
echo n2: && grep -v Listening n2.log
iptables -t nat -L -n -v
iptables -L -n -v | grep DROP
