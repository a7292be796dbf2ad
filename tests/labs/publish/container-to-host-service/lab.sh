# A container reaches a service on its host: that is INPUT, not FORWARD, by any of the host's addresses.
ip netns add c1
ip netns add lan
ip link add eth0 type veth peer name port1 netns lan
ip netns exec lan ip link set port1 up
ip addr add 192.168.0.128/24 dev eth0
ip link set eth0 up
ip link add docker0 type bridge mcast_snooping 0
ip addr add 172.17.0.1/16 dev docker0
ip link set docker0 up
sysctl -q -w net.ipv4.ip_forward=1
ip link add veth1 type veth peer name eth0 netns c1
ip link set veth1 master docker0 up
ip netns exec c1 ip addr add 172.17.0.2/16 dev eth0
ip netns exec c1 ip link set eth0 up
ip netns exec c1 ip route add default via 172.17.0.1
iptables -P INPUT DROP
iptables -A INPUT -m conntrack --ctstate ESTABLISHED -j ACCEPT
iptables -A FORWARD -j ACCEPT
nc -l -k 5432 &
sleep 0.2
timeout 0.5 ip netns exec c1 nc -z -v -n 172.17.0.1 5432
iptables -A INPUT -i docker0 -p tcp --dport 5432 -j ACCEPT
ip netns exec c1 nc -z -v -n 172.17.0.1 5432
ip netns exec c1 nc -z -v -n 192.168.0.128 5432
iptables -L -n -v
