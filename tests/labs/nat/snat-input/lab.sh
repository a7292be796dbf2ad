# SNAT in INPUT: the local service sees another source, and the client never knows.
ip netns add a
ip link add eth0 type veth peer name eth0 netns a
ip addr add 10.0.0.1/24 dev eth0
ip link set eth0 up
ip netns exec a ip addr add 10.0.0.2/24 dev eth0
ip netns exec a ip link set eth0 up
iptables -t nat -A INPUT -p tcp --dport 80 -j SNAT --to-source 192.0.2.7
ip route add 192.0.2.0/24 dev eth0
nc -l -v -n 80 &
sleep 0.2
ip netns exec a nc -z -n -w 2 -p 40000 10.0.0.1 80
sleep 0.1
conntrack -L
