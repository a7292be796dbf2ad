# Rules replaced under a live connection: the mapping that it has stays, new ones get the new rules' mapping.
for i in client server; do ip netns add $i; done
ip link add c0 type veth peer name eth0 netns client
ip link add s0 type veth peer name eth0 netns server
ip addr add 10.0.0.1/24 dev c0
ip link set c0 up
ip addr add 203.0.113.100/24 dev s0
ip addr add 203.0.113.101/24 dev s0
ip link set s0 up
ip netns exec client ip addr add 10.0.0.2/24 dev eth0
ip netns exec client ip link set eth0 up
ip netns exec client ip route add default via 10.0.0.1
ip netns exec server ip addr add 203.0.113.2/24 dev eth0
ip netns exec server ip link set eth0 up
sysctl -qw net.ipv4.ip_forward=1
iptables -t nat -A POSTROUTING -o s0 -j SNAT --to-source 203.0.113.100
(sleep 1.4; echo late) | ip netns exec server nc -l -n -N 80 &
sleep 0.2
(sleep 0.4; echo before; sleep 0.8; echo after) | ip netns exec client nc -n -N -p 40000 203.0.113.2 80 &
sleep 0.8
iptables-restore <<R
*nat
-A POSTROUTING -o s0 -j SNAT --to-source 203.0.113.101
COMMIT
R
conntrack -L -p tcp
ip netns exec client ping -c1 -q -e 77 203.0.113.2 > /dev/null
conntrack -L -p icmp
iptables -t nat -F
sleep 1.4
conntrack -L -p tcp
iptables -t nat -X
ip netns exec client ping -c1 -W1 -q -e 77 203.0.113.2 | grep received
conntrack -L -p icmp
