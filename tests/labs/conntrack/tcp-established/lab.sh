# A TCP connection while it is open, and after it was closed.
ip netns add a
ip link add eth0 type veth peer name eth0 netns a
ip addr add 10.0.0.1/24 dev eth0
ip link set eth0 up
ip netns exec a ip addr add 10.0.0.2/24 dev eth0
ip netns exec a ip link set eth0 up
iptables -A INPUT -m conntrack --ctstate ESTABLISHED -j ACCEPT

ip netns exec a nc -l 80 &
sleep 0.2
sleep 0.5 | nc -N -n -p 40000 10.0.0.2 80 &
sleep 0.2
conntrack -L
sleep 0.6
conntrack -L
