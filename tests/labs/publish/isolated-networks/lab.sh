# Two user networks. Docker's isolation rules stop a container from reaching the other network directly
# and by the published port, for the drop comes after DNAT.
ip link set lo up
ip netns add c1
ip netns add c2
ip link add br1 type bridge mcast_snooping 0
ip link add br2 type bridge mcast_snooping 0
ip addr add 172.18.0.1/16 dev br1
ip addr add 172.19.0.1/16 dev br2
ip link set br1 up
ip link set br2 up
sysctl -q -w net.ipv4.ip_forward=1
ip link add veth1 type veth peer name eth0 netns c1
ip link add veth2 type veth peer name eth0 netns c2
ip link set veth1 master br1 up
ip link set veth2 master br2 up
ip netns exec c1 ip addr add 172.18.0.2/16 dev eth0
ip netns exec c2 ip addr add 172.19.0.2/16 dev eth0
ip netns exec c1 ip link set eth0 up
ip netns exec c2 ip link set eth0 up
ip netns exec c1 ip route add default via 172.18.0.1
ip netns exec c2 ip route add default via 172.19.0.1
iptables-restore <<'RULES'
*nat
:PREROUTING ACCEPT [0:0]
:DOCKER - [0:0]
-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER
-A DOCKER ! -i br2 -p tcp -m tcp --dport 8080 -j DNAT --to-destination 172.19.0.2:80
COMMIT
*filter
:FORWARD DROP [0:0]
:DOCKER-ISOLATION-STAGE-1 - [0:0]
:DOCKER-ISOLATION-STAGE-2 - [0:0]
-A FORWARD -j DOCKER-ISOLATION-STAGE-1
-A FORWARD -o br1 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A FORWARD -o br2 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A FORWARD -i br1 -j ACCEPT
-A FORWARD -i br2 -j ACCEPT
-A DOCKER-ISOLATION-STAGE-1 -i br1 ! -o br1 -j DOCKER-ISOLATION-STAGE-2
-A DOCKER-ISOLATION-STAGE-1 -i br2 ! -o br2 -j DOCKER-ISOLATION-STAGE-2
-A DOCKER-ISOLATION-STAGE-1 -j RETURN
-A DOCKER-ISOLATION-STAGE-2 -o br1 -j DROP
-A DOCKER-ISOLATION-STAGE-2 -o br2 -j DROP
-A DOCKER-ISOLATION-STAGE-2 -j RETURN
COMMIT
RULES
ip netns exec c2 nc -l -k 80 &
sleep 0.2

ip netns exec c1 ping -c1 -W1 172.19.0.2
timeout 0.5 ip netns exec c1 nc -z -v -n 172.18.0.1 8080
nc -z -v -n -w 1 172.19.0.2 80
iptables -L DOCKER-ISOLATION-STAGE-2 -n -v
