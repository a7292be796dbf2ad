# lab.sh on a kernel without a daemon: the container by hand, and the rules that the simulated engine prints for
# `docker run -p 8080:80` on the default bridge.
ip netns add lan
ip link add eth0 type veth peer name eth0 netns lan
ip link set lo up
ip link set eth0 up
ip addr add 192.168.0.128/24 dev eth0
ip -n lan link set eth0 up
ip -n lan addr add 192.168.0.7/24 dev eth0
ip -n lan route add 172.17.0.0/16 via 192.168.0.128
ip netns add web
ip link add docker0 type bridge mcast_snooping 0
ip link set docker0 up
ip addr add 172.17.0.1/16 brd + dev docker0
ip link add veth1 type veth peer name eth0 netns web
ip link set veth1 master docker0 up
ip -n web link set eth0 up
ip -n web addr add 172.17.0.2/16 dev eth0
ip -n web route add default via 172.17.0.1
sysctl -qw net.ipv4.ip_forward=1
iptables-restore <<END
*raw
-A PREROUTING -d 172.17.0.2/32 ! -i docker0 -j DROP
COMMIT
*nat
:DOCKER - [0:0]
-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER
-A OUTPUT ! -d 127.0.0.0/8 -m addrtype --dst-type LOCAL -j DOCKER
-A POSTROUTING -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE
-A DOCKER ! -i docker0 -p tcp -m tcp --dport 8080 -j DNAT --to-destination 172.17.0.2:80
COMMIT
*filter
:FORWARD DROP [0:0]
:DOCKER - [0:0]
:DOCKER-BRIDGE - [0:0]
:DOCKER-CT - [0:0]
:DOCKER-FORWARD - [0:0]
:DOCKER-INTERNAL - [0:0]
:DOCKER-USER - [0:0]
-A FORWARD -j DOCKER-USER
-A FORWARD -j DOCKER-FORWARD
-A DOCKER -d 172.17.0.2/32 ! -i docker0 -o docker0 -p tcp -m tcp --dport 80 -j ACCEPT
-A DOCKER ! -i docker0 -o docker0 -j DROP
-A DOCKER-BRIDGE -o docker0 -j DOCKER
-A DOCKER-CT -o docker0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A DOCKER-FORWARD -j DOCKER-CT
-A DOCKER-FORWARD -j DOCKER-INTERNAL
-A DOCKER-FORWARD -j DOCKER-BRIDGE
-A DOCKER-FORWARD -i docker0 -j ACCEPT
COMMIT
END
printf 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n' | ip netns exec web nc -lN -p 80 >/dev/null &
sleep 0.3
ask() { ip netns exec lan curl -s -m 1 -o /dev/null -w "$1 %{http_code}\n" http://$1/ || echo "curl: $?"; }
iptables -t raw -S
ask 192.168.0.128:8080
ask 172.17.0.2
ip netns exec lan ping -c 1 -W 1 -q 172.17.0.2 | grep -o '[01] received'
iptables -t raw -nvL PREROUTING | grep -c ' [1-9] .*DROP'
iptables -S DOCKER-USER
