# 20.10: two user networks, isolated from each other.
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
ip link add br-front type bridge mcast_snooping 0
ip addr add 172.18.0.1/16 brd + dev br-front
ip link set br-front up
ip link add br-back type bridge mcast_snooping 0
ip addr add 10.20.0.254/24 brd + dev br-back
ip link set br-back up
ip netns add db
ip netns exec db ip link set lo up
ip link add vdb0 type veth peer name eth0 address 02:42:0a:14:00:05 netns db
ip link set vdb0 master br-back up
ip netns exec db ip addr add 10.20.0.5/24 brd + dev eth0
ip netns exec db ip link set eth0 up
ip netns exec db ip route add default via 10.20.0.254
ip netns add web
ip netns exec web ip link set lo up
ip link add vweb0 type veth peer name eth0 address 02:42:ac:12:00:02 netns web
ip link set vweb0 master br-front up
ip netns exec web ip addr add 172.18.0.2/16 brd + dev eth0
ip netns exec web ip link set eth0 up
ip netns exec web ip route add default via 172.18.0.1
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
-A FORWARD -o br-back -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A FORWARD -o br-back -j DOCKER
-A FORWARD -i br-back ! -o br-back -j ACCEPT
-A FORWARD -i br-back -o br-back -j ACCEPT
-A FORWARD -o br-front -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A FORWARD -o br-front -j DOCKER
-A FORWARD -i br-front ! -o br-front -j ACCEPT
-A FORWARD -i br-front -o br-front -j ACCEPT
-A FORWARD -o docker0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A FORWARD -o docker0 -j DOCKER
-A FORWARD -i docker0 ! -o docker0 -j ACCEPT
-A FORWARD -i docker0 -o docker0 -j ACCEPT
-A DOCKER -d 172.18.0.2/32 ! -i br-front -o br-front -p tcp -m tcp --dport 8080 -j ACCEPT
-A DOCKER-ISOLATION-STAGE-1 -i br-back ! -o br-back -j DOCKER-ISOLATION-STAGE-2
-A DOCKER-ISOLATION-STAGE-1 -i br-front ! -o br-front -j DOCKER-ISOLATION-STAGE-2
-A DOCKER-ISOLATION-STAGE-1 -i docker0 ! -o docker0 -j DOCKER-ISOLATION-STAGE-2
-A DOCKER-ISOLATION-STAGE-1 -j RETURN
-A DOCKER-ISOLATION-STAGE-2 -o br-back -j DROP
-A DOCKER-ISOLATION-STAGE-2 -o br-front -j DROP
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
-A POSTROUTING -s 10.20.0.0/24 ! -o br-back -j MASQUERADE
-A POSTROUTING -s 172.18.0.0/16 ! -o br-front -j MASQUERADE
-A POSTROUTING -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE
-A POSTROUTING -s 172.18.0.2/32 -d 172.18.0.2/32 -p tcp -m tcp --dport 8080 -j MASQUERADE
-A DOCKER -i br-back -j RETURN
-A DOCKER -i br-front -j RETURN
-A DOCKER -i docker0 -j RETURN
-A DOCKER ! -i br-front -p tcp -m tcp --dport 80 -j DNAT --to-destination 172.18.0.2:8080
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
at db nc -l -k -v -n 80 >/dev/null 2>>db.log &
at host nc -l -k -v -n 80 >/dev/null 2>>host.log &
at lan1 nc -l -k -v -n 80 >/dev/null 2>>lan1.log &
at web nc -l -k -v -n 80 >/dev/null 2>>web.log &
at web nc -l -k -v -n 8080 >/dev/null 2>>web.log &
sleep 0.3

# Published ports: from the network, from the host, by loopback, and from containers.
probe lan1 nc -z -v -n -p 11001 192.168.0.128 80
probe host nc -z -v -n -p 11002 192.168.0.128 80
probe host nc -z -v -n -p 11003 127.0.0.1 80
probe db nc -z -v -n -p 11004 192.168.0.128 80
probe web nc -z -v -n -p 11005 192.168.0.128 80

# Containers: directly from the network and the host, among themselves, and outwards.
probe lan1 ping -q -c1 10.20.0.5
probe lan1 nc -z -v -n -p 11006 10.20.0.5 80
probe host ping -q -c1 10.20.0.5
probe host nc -z -v -n -p 11007 10.20.0.5 80
probe db ping -q -c1 172.18.0.2
probe db nc -z -v -n -p 11008 172.18.0.2 80
probe db ping -q -c1 192.168.0.50
probe db nc -z -v -n -p 11009 192.168.0.50 80
probe db ping -q -c1 192.168.0.128
probe lan1 ping -q -c1 172.18.0.2
probe lan1 nc -z -v -n -p 11010 172.18.0.2 80
probe host ping -q -c1 172.18.0.2
probe host nc -z -v -n -p 11011 172.18.0.2 80
probe web ping -q -c1 10.20.0.5
probe web nc -z -v -n -p 11012 10.20.0.5 80
probe web ping -q -c1 192.168.0.50
probe web nc -z -v -n -p 11013 192.168.0.50 80
probe web ping -q -c1 192.168.0.128

# Whom the servers met, and what the rules counted of new connections.
sleep 0.2
echo db: && grep -v Listening db.log
echo host: && grep -v Listening host.log
echo lan1: && grep -v Listening lan1.log
echo web: && grep -v Listening web.log
iptables -t nat -L -n -v
iptables -L -n -v | grep DROP
