# Conntrack starts in the middle of a connection: the FINs are INVALID, and the last ACK is a NEW flow, picked up as ESTABLISHED.
ip netns add a
ip link add eth0 type veth peer name eth0 netns a
ip addr add 10.0.0.1/24 dev eth0
ip link set eth0 up
ip netns exec a ip addr add 10.0.0.2/24 dev eth0
ip netns exec a ip link set eth0 up

ip netns exec a nc -l 80 > /dev/null &
sleep 0.2
sleep 0.6 | nc -N -n -p 40000 10.0.0.2 80 &
sleep 0.2
iptables -A OUTPUT -m conntrack --ctstate NEW
iptables -A OUTPUT -m conntrack --ctstate ESTABLISHED
iptables -A OUTPUT -m conntrack --ctstate INVALID
iptables -A INPUT -m conntrack --ctstate INVALID
conntrack -L
sleep 0.6
conntrack -L
iptables -L -n -v
